#include <string>

#include "elastic/client.hpp"

namespace duet::elastic {
namespace {

void append_guard(std::string& out, std::int64_t if_seq_no, std::int64_t if_primary_term) {
    out.append(",\"if_seq_no\":").append(std::to_string(if_seq_no));
    out.append(",\"if_primary_term\":").append(std::to_string(if_primary_term));
}

}  // namespace

void BulkBody::create(std::string_view id, std::string_view source) {
    begin_create(id);
    text_ += source;
    end_item();
}

void BulkBody::index(std::string_view id, std::int64_t if_seq_no, std::int64_t if_primary_term,
                     std::string_view source) {
    begin_index(id, if_seq_no, if_primary_term);
    text_ += source;
    end_item();
}

void BulkBody::index(std::string_view id, std::string_view source) {
    begin("index", id);
    text_ += "}}\n";
    text_ += source;
    end_item();
}

void BulkBody::update(std::string_view id, std::int64_t if_seq_no, std::int64_t if_primary_term,
                      std::string_view partial) {
    begin("update", id);
    append_guard(text_, if_seq_no, if_primary_term);
    text_ += "}}\n";
    text_.append("{\"doc\":").append(partial).append("}");
    end_item();
}

void BulkBody::remove(std::string_view id, std::int64_t if_seq_no, std::int64_t if_primary_term) {
    begin("delete", id);
    append_guard(text_, if_seq_no, if_primary_term);
    text_ += "}}\n";
}

std::string_view BulkBody::item(std::size_t number) const {
    const std::size_t end = number + 1 < offsets_.size() ? offsets_[number + 1] : text_.size();
    return std::string_view(text_).substr(offsets_[number], end - offsets_[number]);
}

void BulkBody::begin_create(std::string_view id) {
    begin("create", id);
    text_ += "}}\n";
}

void BulkBody::begin_index(std::string_view id, std::int64_t if_seq_no,
                           std::int64_t if_primary_term) {
    begin("index", id);
    append_guard(text_, if_seq_no, if_primary_term);
    text_ += "}}\n";
}

void BulkBody::end_item() {
    // A source over several lines: in JSON a line break is only ever a blank, here it ends the
    // item.
    const std::size_t action = text_.find('\n', offsets_.back());
    for (std::size_t at = action; (at = text_.find('\n', at + 1)) != std::string::npos;)
        text_[at] = ' ';
    text_ += '\n';
}

void BulkBody::drop_item() {
    text_.resize(offsets_.back());
    offsets_.pop_back();
}

void BulkBody::clear() {
    text_.clear();
    offsets_.clear();
}

void BulkBody::begin(std::string_view operation, std::string_view id) {
    offsets_.push_back(text_.size());
    text_.append("{\"").append(operation).append("\":{\"_id\":");
    append_json_string(text_, id);
}

}  // namespace duet::elastic
