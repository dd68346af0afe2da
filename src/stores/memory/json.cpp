#include "stores/memory/json.hpp"

#include <fmt/format.h>

#include <cmath>

namespace duet {

namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char each : text) {
        if (each == '"' || each == '\\') {
            out += '\\';
            out += each;
        } else if (static_cast<unsigned char>(each) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(each));
        } else {
            out += each;
        }
    }
    return out + "\"";
}

struct Write {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(float value) const {
        return number(static_cast<double>(value), fmt::format("{}", value));
    }
    std::string operator()(double value) const { return number(value, fmt::format("{}", value)); }
    std::string operator()(const std::string& value) const { return quoted(value); }
    std::string operator()(const Blob& value) const { return quoted(to_hex(value.bytes)); }
    std::string operator()(const Uuid& value) const { return quoted(value.to_string()); }
    std::string operator()(const Inet& value) const {
        return quoted(to_hex(ByteView(value.bytes).first(value.size)));
    }
    std::string operator()(const BigInteger& value) const { return quoted(value.digits); }
    std::string operator()(const Decimal& value) const { return quoted(value.to_string()); }
    std::string operator()(const Duration& value) const {
        return fmt::format("\"{}mo{}d{}ns\"", value.months, value.days, value.nanoseconds);
    }
    std::string operator()(const List& value) const {
        std::string out;
        for (const Value& element : value) {
            out += (out.empty() ? "" : ",") + json_of(element);
        }
        return "[" + out + "]";
    }
    std::string operator()(const Map& value) const {
        std::string out;
        for (const auto& [key, element] : value) {
            out += (out.empty() ? "[" : ",[") + json_of(key) + "," + json_of(element) + "]";
        }
        return "[" + out + "]";
    }

    static std::string number(double value, const std::string& digits) {
        return std::isfinite(value) ? digits : quoted(digits);
    }
};

}  // namespace

std::string json_of(const Value& value) { return std::visit(Write{}, value.held); }

}  // namespace duet
