#pragma once
// The server's side of the wire, for tests: answers as a Cassandra would write them.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "cql/envelope.hpp"
#include "cql/notation.hpp"
#include "cql/response.hpp"

namespace duet::peer {

/// Builds a message body, one notation after the other.
class Body {
public:
    Body& byte(int value) {
        bytes_.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    Body& u16(int value) {
        append_big(bytes_, static_cast<std::uint16_t>(value));
        return *this;
    }
    Body& i32(std::int32_t value) {
        append_big(bytes_, value);
        return *this;
    }
    Body& i64(std::int64_t value) {
        append_big(bytes_, value);
        return *this;
    }
    Body& text(std::string_view value) {
        cql::append_string(bytes_, value);
        return *this;
    }
    Body& short_bytes(std::string_view value) {
        cql::append_short_bytes(bytes_, as_bytes(value));
        return *this;
    }
    Body& value(std::string_view value) {
        cql::append_int_bytes(bytes_, as_bytes(value));
        return *this;
    }
    Body& null() { return i32(-1); }
    Body& append(const Bytes& other) {
        duet::append(bytes_, other);
        return *this;
    }

    operator Bytes() const { return bytes_; }  // NOLINT: a body is its bytes

private:
    Bytes bytes_;
};

/// A whole answer.
inline Bytes envelope(cql::Opcode opcode, const Bytes& body, int stream = 0, int version = 5,
                      int flags = 0) {
    Bytes out = {static_cast<std::uint8_t>(0x80 | version), static_cast<std::uint8_t>(flags)};
    append_big(out, static_cast<std::int16_t>(stream));
    out.push_back(static_cast<std::uint8_t>(opcode));
    append_big(out, static_cast<std::int32_t>(body.size()));
    append(out, body);
    return out;
}

/// The same, as the client's reader yields it.
inline cql::Envelope received(cql::Opcode opcode, Bytes body, int version = 5, int flags = 0) {
    cql::Envelope result;
    result.version = static_cast<std::uint8_t>(0x80 | version);
    result.flags = static_cast<std::uint8_t>(flags);
    result.opcode = opcode;
    result.body = std::move(body);
    return result;
}

inline Bytes error_body(cql::ErrorCode code, std::string_view message, const Bytes& rest = {}) {
    return Body().i32(static_cast<std::int32_t>(code)).text(message).append(rest);
}

inline Bytes supported_body(const std::vector<std::string>& versions) {
    Body body;
    body.u16(1).text("PROTOCOL_VERSIONS").u16(static_cast<int>(versions.size()));
    for (const std::string& version : versions) body.text(version);
    return body;
}

struct Column {
    std::string name;
    cql::TypeCode type = cql::TypeCode::text;
};

constexpr int global_table = 1;
constexpr int more_pages = 2;
constexpr int no_metadata = 4;
constexpr int metadata_changed = 8;

/// The columns as <global_table_spec><col_spec>*, all of ks.t.
inline Bytes columns(const std::vector<Column>& list) {
    Body body;
    if (!list.empty()) body.text("ks").text("t");
    for (const Column& column : list) body.text(column.name).u16(static_cast<int>(column.type));
    return body;
}

struct RowsAnswer {
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;
    std::string paging_state = {};
    std::string new_metadata_id = {};
    bool with_metadata = true;
};

inline Bytes rows_body(const RowsAnswer& answer) {
    int flags = global_table;
    flags |= answer.paging_state.empty() ? 0 : more_pages;
    flags |= answer.new_metadata_id.empty() ? 0 : metadata_changed;
    flags |= answer.with_metadata ? 0 : no_metadata;
    Body body;
    body.i32(2).i32(flags).i32(static_cast<std::int32_t>(answer.columns.size()));
    if (!answer.paging_state.empty()) body.value(answer.paging_state);
    if (!answer.new_metadata_id.empty()) body.short_bytes(answer.new_metadata_id);
    if (answer.with_metadata) body.append(columns(answer.columns));
    body.i32(static_cast<std::int32_t>(answer.rows.size()));
    for (const auto& row : answer.rows) {
        for (const std::string& cell : row) body.value(cell);
    }
    return body;
}

struct PreparedAnswer {
    std::string id;
    std::string metadata_id = {};
    std::vector<Column> parameters = {};
    std::vector<Column> columns = {};
    int version = 5;
};

inline Bytes prepared_body(const PreparedAnswer& answer) {
    Body body;
    body.i32(4).short_bytes(answer.id);
    if (answer.version >= 5) body.short_bytes(answer.metadata_id);
    body.i32(global_table).i32(static_cast<std::int32_t>(answer.parameters.size())).i32(0);
    body.append(columns(answer.parameters));
    body.i32(answer.columns.empty() ? no_metadata : global_table);
    body.i32(static_cast<std::int32_t>(answer.columns.size()));
    body.append(columns(answer.columns));
    return body;
}

inline Bytes void_body() { return Body().i32(1); }

}  // namespace duet::peer
