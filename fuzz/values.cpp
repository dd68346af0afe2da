// Values as Cassandra gives them: its types by their names, and bytes of any type. The first byte
// says how the two are made.

#include "choices.hpp"
#include "hold.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/types.hpp"

using namespace duet;
using namespace duet::cassandra;
using duet::fuzz::Choices;
using duet::fuzz::hold;

namespace {

constexpr int deepest = 4;

void check_shown(const std::string& text) {
    hold(text.size() <= shown_value_limit && is_utf8(as_bytes(text)));
}

void check_refusal(const ValueError& error) {
    check_shown(error.value());
    hold(*error.what() != '\0');
}

/// What can be read can be written, and reads the same again.
void read(ByteView bytes, const Type& type) {
    Value value;
    try {
        value = decode(bytes, type);
    } catch (const ValueError& error) {
        check_refusal(error);
        return;
    }
    check_shown(shown(value));
    if (value.is_null()) return;
    Bytes again;
    encode(value, type, again);
    hold(decode(again, type) == value);
}

/// A value that fits comes back as it was, and of what fits another type nothing is lost there.
void write(Choices& choices) {
    const Type type = fuzz::any_type(choices, deepest);
    const Value value = fuzz::any_value(choices, type);
    Bytes bytes;
    encode(value, type, bytes);
    hold(decode(bytes, type) == value);
    fuzz::edit(choices, bytes);
    read(bytes, type);
    const Type other = fuzz::any_type(choices, deepest);
    Bytes others;
    try {
        encode(value, other, others);
    } catch (const ValueError& error) {
        check_refusal(error);
        return;
    }
    hold(same_value(decode(others, other), value, other));
}

const UserTypes& user_types() {
    static const UserTypes types = [] {
        UserTypes made;
        Type type;
        type.kind = Kind::udt;
        type.udt_name = "address";
        type.field_names = {"street", "zip"};
        type.elements.resize(2);
        type.elements[1].kind = Kind::int_;
        made["address"] = type;
        type.udt_name = "Made \"Up";
        type.elements[0] = made["address"];
        made["Made \"Up"] = type;
        return made;
    }();
    return types;
}

bool has_user_type(const Type& type) {
    return type.kind == Kind::udt || std::ranges::any_of(type.elements, has_user_type);
}

/// Its name, as CREATE TABLE gets it, means the type; and so does what Duet makes of it.
void check_name(const Type& type) {
    const std::string name = to_cql(type);
    const auto again = parse_type(name, user_types());
    hold(again && same_shape(*again, type) && to_cql(*again) == name);
    const Type made = declared(type);
    hold(same_shape(made, type) && parse_type(to_cql(made), user_types()).has_value());
}

/// "list<int>", the end of the line, and the bytes of a value.
void read_named(ByteView bytes, bool marshal) {
    const std::string_view text = as_text(bytes);
    const std::string_view name = text.substr(0, text.find('\n'));
    cql::ColumnType column;
    column.code = cql::TypeCode::custom;
    column.custom_class = name;
    const auto type = marshal ? from_column_type(column) : parse_type(name, user_types());
    if (!type) return;
    // The metadata of a result may name user types that nobody has told of.
    if (!marshal || !has_user_type(*type)) check_name(*type);
    read(bytes.subspan(std::min(name.size() + 1, bytes.size())), *type);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const ByteView rest(data + 1, size - 1);
    Choices choices(rest);
    switch (data[0] % 4) {
        case 0: read_named(rest, false); break;
        case 1: read_named(rest, true); break;
        case 2: {
            const Type type = fuzz::any_type(choices, deepest);
            if (!has_user_type(type)) check_name(type);
            read(choices.rest(), type);
            break;
        }
        case 3: write(choices); break;
    }
    return 0;
}
