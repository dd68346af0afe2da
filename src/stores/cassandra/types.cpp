#include "stores/cassandra/types.hpp"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace duet::cassandra {
namespace {

struct Name {
    std::string_view cql;
    std::string_view marshal;  // the last part of the Java class
    Kind kind;
};
constexpr std::array<Name, 28> names{{
    {"ascii", "AsciiType", Kind::ascii},
    {"text", "UTF8Type", Kind::text},
    {"varchar", "", Kind::text},
    {"tinyint", "ByteType", Kind::tinyint},
    {"smallint", "ShortType", Kind::smallint},
    {"int", "Int32Type", Kind::int_},
    {"bigint", "LongType", Kind::bigint},
    {"varint", "IntegerType", Kind::varint},
    {"decimal", "DecimalType", Kind::decimal},
    {"float", "FloatType", Kind::float_},
    {"double", "DoubleType", Kind::double_},
    {"boolean", "BooleanType", Kind::boolean},
    {"uuid", "UUIDType", Kind::uuid},
    {"timeuuid", "TimeUUIDType", Kind::timeuuid},
    {"timestamp", "TimestampType", Kind::timestamp},
    {"date", "SimpleDateType", Kind::date},
    {"time", "TimeType", Kind::time},
    {"duration", "DurationType", Kind::duration},
    {"inet", "InetAddressType", Kind::inet},
    {"blob", "BytesType", Kind::blob},
    {"counter", "CounterColumnType", Kind::counter},
    {"list", "ListType", Kind::list},
    {"set", "SetType", Kind::set},
    {"map", "MapType", Kind::map},
    {"tuple", "TupleType", Kind::tuple},
    {"vector", "VectorType", Kind::vector},
    {"frozen", "FrozenType", Kind::udt},  // wraps another type; kind unused
    {"", "UserType", Kind::udt},
}};

/// How many types stand between the brackets of this one; -1: one or more.
int part_count(Kind kind) {
    switch (kind) {
        case Kind::list:
        case Kind::set:
        case Kind::vector: return 1;
        case Kind::map: return 2;
        case Kind::tuple: return -1;
        case Kind::ascii:
        case Kind::text:
        case Kind::tinyint:
        case Kind::smallint:
        case Kind::int_:
        case Kind::bigint:
        case Kind::varint:
        case Kind::decimal:
        case Kind::float_:
        case Kind::double_:
        case Kind::boolean:
        case Kind::uuid:
        case Kind::timeuuid:
        case Kind::timestamp:
        case Kind::date:
        case Kind::time:
        case Kind::duration:
        case Kind::inet:
        case Kind::blob:
        case Kind::counter:
        case Kind::udt: return 0;
    }
    return 0;
}

/// What is no hexadecimal is left out.
std::string from_hex(std::string_view digits) {
    std::string text;
    for (; digits.size() >= 2; digits.remove_prefix(2)) {
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, byte, 16);
        if (error == std::errc() && end == digits.data() + 2) {
            text += static_cast<char>(byte);
        }
    }
    return text;
}

/// Recursive descent over `name<part, part>` (CQL) or `name(part,part)` (Java classes).
class Parser {
public:
    Parser(std::string_view text, const UserTypes& user_types, bool marshal)
        : rest_(text), user_types_(user_types), marshal_(marshal) {}

    std::optional<Type> whole() {
        auto type = one(0);
        skip_spaces();
        return rest_.empty() ? type : std::nullopt;
    }

private:
    void skip_spaces() {
        while (!rest_.empty() && rest_.front() == ' ') {
            rest_.remove_prefix(1);
        }
    }

    bool take(char c) {
        skip_spaces();
        if (rest_.empty() || rest_.front() != c) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<std::string> quoted_name() {
        std::string name;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c != '"') {
                name += c;
            } else if (!rest_.empty() && rest_.front() == '"') {
                name += c;
                rest_.remove_prefix(1);
            } else {
                return name;
            }
        }
        return std::nullopt;
    }

    std::string_view plain_name() {
        skip_spaces();
        std::size_t size = 0;
        const auto part_of_name = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '.';
        };
        while (size < rest_.size() && part_of_name(rest_[size])) {
            ++size;
        }
        const std::string_view name = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return name;
    }

    std::optional<Type> user_type(std::string_view name) const {
        const auto found = user_types_.find(name);
        return found == user_types_.end() ? std::nullopt : std::optional<Type>(found->second);
    }

    const Name* known(std::string_view name) const {
        if (marshal_) {
            name.remove_prefix(name.rfind('.') + 1);
        }
        for (const Name& known : names) {
            if ((marshal_ ? known.marshal : known.cql) == name && !name.empty()) {
                return &known;
            }
        }
        return nullptr;
    }

    std::optional<Type> one(int depth) {
        if (depth > max_type_depth) {
            return std::nullopt;
        }
        if (take('"')) {
            const auto name = quoted_name();
            return name ? user_type(*name) : std::nullopt;
        }
        const std::string_view text = plain_name();
        const Name* name = known(text);
        if (name == nullptr) {
            return marshal_ ? std::nullopt : user_type(text);
        }
        if (name->cql == "frozen") {
            return frozen(depth);
        }
        if (name->kind == Kind::udt) {
            return marshalled_user_type(depth);
        }
        Type type;
        type.kind = name->kind;
        if (part_count(type.kind) != 0 && !parts(type, depth)) {
            return std::nullopt;
        }
        return type;
    }

    std::optional<Type> frozen(int depth) {
        if (!take(marshal_ ? '(' : '<')) {
            return std::nullopt;
        }
        auto type = one(depth + 1);
        if (!type || !take(marshal_ ? ')' : '>')) {
            return std::nullopt;
        }
        type->frozen = true;
        return type;
    }

    /// (keyspace,name,field:type,field:type), the names in hexadecimal.
    std::optional<Type> marshalled_user_type(int depth) {
        Type type;
        type.kind = Kind::udt;
        if (!take('(')) {
            return std::nullopt;
        }
        plain_name();
        if (!take(',')) {
            return std::nullopt;
        }
        type.udt_name = from_hex(plain_name());
        while (take(',')) {
            type.field_names.push_back(from_hex(plain_name()));
            auto part = take(':') ? one(depth + 1) : std::nullopt;
            if (!part) {
                return std::nullopt;
            }
            type.elements.push_back(std::move(*part));
        }
        return take(')') ? std::optional(std::move(type)) : std::nullopt;
    }

    bool parts(Type& type, int depth) {
        if (!take(marshal_ ? '(' : '<')) {
            return false;
        }
        const int count = part_count(type.kind);
        do {
            if (type.kind == Kind::vector && type.elements.size() == 1) {
                return dimension(type) && take(marshal_ ? ')' : '>');
            }
            auto part = one(depth + 1);
            if (!part) {
                return false;
            }
            type.elements.push_back(std::move(*part));
        } while (take(','));
        const bool complete = count < 0 || type.elements.size() == static_cast<std::size_t>(count);
        return complete && type.kind != Kind::vector && take(marshal_ ? ')' : '>');
    }

    bool dimension(Type& type) {
        const std::string_view digits = plain_name();
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), type.dimension);
        return error == std::errc() && end == digits.data() + digits.size() && type.dimension > 0;
    }

    std::string_view rest_;
    const UserTypes& user_types_;
    bool marshal_;
};

std::optional<Kind> kind_of(cql::TypeCode code) {
    using cql::TypeCode;
    switch (code) {
        case TypeCode::ascii: return Kind::ascii;
        case TypeCode::bigint: return Kind::bigint;
        case TypeCode::blob: return Kind::blob;
        case TypeCode::boolean: return Kind::boolean;
        case TypeCode::counter: return Kind::counter;
        case TypeCode::decimal: return Kind::decimal;
        case TypeCode::double_: return Kind::double_;
        case TypeCode::float_: return Kind::float_;
        case TypeCode::int_: return Kind::int_;
        case TypeCode::timestamp: return Kind::timestamp;
        case TypeCode::uuid: return Kind::uuid;
        case TypeCode::text: return Kind::text;
        case TypeCode::varint: return Kind::varint;
        case TypeCode::timeuuid: return Kind::timeuuid;
        case TypeCode::inet: return Kind::inet;
        case TypeCode::date: return Kind::date;
        case TypeCode::time: return Kind::time;
        case TypeCode::smallint: return Kind::smallint;
        case TypeCode::tinyint: return Kind::tinyint;
        case TypeCode::duration: return Kind::duration;
        case TypeCode::list: return Kind::list;
        case TypeCode::map: return Kind::map;
        case TypeCode::set: return Kind::set;
        case TypeCode::udt: return Kind::udt;
        case TypeCode::tuple: return Kind::tuple;
        case TypeCode::custom: return std::nullopt;
    }
    return std::nullopt;
}

void freeze(Type& type) {
    for (Type& element : type.elements) {
        freeze(element);
    }
    type.frozen = type.is_collection() || type.kind == Kind::udt || type.kind == Kind::tuple;
}

}  // namespace

std::optional<Type> parse_type(std::string_view cql, const UserTypes& user_types) {
    return Parser(cql, user_types, false).whole();
}

std::optional<Type> from_column_type(const cql::ColumnType& type) {
    if (type.code == cql::TypeCode::custom) {
        return Parser(type.custom_class, UserTypes(), true).whole();
    }
    const auto kind = kind_of(type.code);
    if (!kind) {
        return std::nullopt;
    }
    Type result;
    result.kind = *kind;
    result.field_names = type.field_names;
    result.udt_name = type.udt_name;
    for (const cql::ColumnType& element : type.elements) {
        auto part = from_column_type(element);
        if (!part) {
            return std::nullopt;
        }
        result.elements.push_back(std::move(*part));
    }
    return result;
}

bool same_shape(const Type& left, const Type& right) {
    if (left.kind != right.kind || left.elements.size() != right.elements.size() ||
        left.field_names != right.field_names || left.dimension != right.dimension) {
        return false;
    }
    for (std::size_t i = 0; i < left.elements.size(); ++i) {
        if (!same_shape(left.elements[i], right.elements[i])) {
            return false;
        }
    }
    return true;
}

Type declared(Type type) {
    for (Type& element : type.elements) {
        freeze(element);
    }
    return type;
}

}  // namespace duet::cassandra
