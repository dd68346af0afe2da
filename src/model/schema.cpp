#include "model/schema.hpp"

namespace duet {

std::optional<std::size_t> Schema::find(std::string_view column) const {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].name == column) {
            return i;
        }
    }
    return std::nullopt;
}

std::int64_t cut(std::int64_t micros, Precision precision) {
    const auto unit = static_cast<std::int64_t>(precision);
    const std::int64_t rest = micros % unit;
    return micros - (rest < 0 ? rest + unit : rest);
}

}  // namespace duet
