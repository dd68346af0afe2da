#include "stores/cassandra/cells.hpp"

#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/types.hpp"

namespace duet::cassandra {

Task<std::vector<cql::Rows>> query_all(cql::Session& session, std::string cql) {
    std::vector<cql::Rows> pages;
    cql::RequestOptions options;
    do {
        cql::RequestOptions page_options = options;
        cql::Rows page = co_await session.query(cql, std::move(page_options));
        options.paging_state = page.paging_state;
        pages.push_back(std::move(page));
    } while (!options.paging_state.empty());
    co_return pages;
}

Value cell_value(const cql::Rows& rows, std::size_t row, std::string_view column) {
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        if (rows.columns[i].name != column) {
            continue;
        }
        const auto type = from_column_type(rows.columns[i].type);
        const auto bytes = rows.cell(row, i);
        return type && bytes ? decode(*bytes, *type) : Value();
    }
    return {};
}

std::string text_cell(const cql::Rows& rows, std::size_t row, std::string_view column) {
    const Value value = cell_value(rows, row, column);
    const std::string* text = value.get_if<std::string>();
    return text == nullptr ? std::string() : *text;
}

std::optional<std::int64_t> int_cell(const cql::Rows& rows, std::size_t row,
                                     std::string_view column) {
    const Value value = cell_value(rows, row, column);
    const std::int64_t* number = value.get_if<std::int64_t>();
    return number == nullptr ? std::nullopt : std::optional<std::int64_t>(*number);
}

std::vector<std::string> texts_cell(const cql::Rows& rows, std::size_t row,
                                    std::string_view column) {
    const Value value = cell_value(rows, row, column);
    std::vector<std::string> texts;
    if (const List* list = value.get_if<List>()) {
        for (const Value& element : *list) {
            const std::string* text = element.get_if<std::string>();
            texts.push_back(text == nullptr ? std::string() : *text);
        }
    }
    return texts;
}

bool applied(const cql::Rows& rows) {
    const Value value = rows.size() == 0 ? Value() : cell_value(rows, 0, "[applied]");
    const bool* yes = value.get_if<bool>();
    return yes != nullptr && *yes;
}

}  // namespace duet::cassandra
