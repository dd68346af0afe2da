#include "app/generate/data_set.hpp"

#include <algorithm>

namespace duet::app {

bool DataSet::changes(std::string_view column) const {
    return std::find(changing.begin(), changing.end(), column) != changing.end();
}

std::span<const DataSet> data_sets() {
    static const std::vector<DataSet> all = {products_data_set(), customers_data_set(),
                                             logs_data_set()};
    return all;
}

const DataSet* find_data_set(std::string_view name) {
    for (const DataSet& set : data_sets()) {
        if (set.name == name) return &set;
    }
    return nullptr;
}

Type simple_type(Kind kind) {
    Type type;
    type.kind = kind;
    return type;
}

Type list_type(Kind element) {
    Type type = simple_type(Kind::list);
    type.elements.push_back(simple_type(element));
    return type;
}

Type set_type(Kind element) {
    Type type = simple_type(Kind::set);
    type.elements.push_back(simple_type(element));
    return type;
}

Type text_map_type() {
    Type type = simple_type(Kind::map);
    type.elements = {simple_type(Kind::text), simple_type(Kind::text)};
    return type;
}

}  // namespace duet::app
