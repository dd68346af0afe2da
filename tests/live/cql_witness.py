"""The other client: what Cassandra's Python driver writes, Duet must read, and the reverse.

    cql_witness.py write HOST:PORT KEYSPACE     writes every value below
    cql_witness.py read HOST:PORT KEYSPACE      compares what it finds with the values below

The same values stand in cql_witness_test.cpp, as Duet's own.
"""

import datetime
import decimal
import sys
import uuid

try:
    from cassandra.cluster import Cluster
    from cassandra.util import Date, Duration, Time
except ImportError:
    sys.exit("the witness needs Cassandra's Python driver: apt-get install python3-cassandra")

# name -> (column, value). A float is written as 32 bits can hold it.
VALUES = {
    "ascii": ("c_ascii", "plain ~ text"),
    "text": ("c_text", "Grüße, 世界 \U0001f600"),
    "text_empty": ("c_text", ""),
    "tinyint_min": ("c_tinyint", -128),
    "smallint_max": ("c_smallint", 32767),
    "int_min": ("c_int", -2147483648),
    "bigint_max": ("c_bigint", 9223372036854775807),
    "bigint_min": ("c_bigint", -9223372036854775808),
    "varint_zero": ("c_varint", 0),
    "varint_128": ("c_varint", 128),
    "varint_minus_129": ("c_varint", -129),
    "varint_large": ("c_varint", 123456789012345678901234567890),
    "varint_small": ("c_varint", -123456789012345678901234567890),
    "decimal": ("c_decimal", decimal.Decimal("12.50")),
    "decimal_small": ("c_decimal", decimal.Decimal("-0.000000000000000000001")),
    "decimal_scale": ("c_decimal", decimal.Decimal("1E+3")),
    "float": ("c_float", 0.5),
    "float_inexact": ("c_float", 0.10000000149011612),
    "double": ("c_double", -1.0e300),
    "double_infinity": ("c_double", float("inf")),
    "boolean_true": ("c_boolean", True),
    "boolean_false": ("c_boolean", False),
    "uuid": ("c_uuid", uuid.UUID("6a1c8f52-8c4e-4d1a-9b7e-0f3d2c1b4a59")),
    "timeuuid": ("c_timeuuid", uuid.UUID("50554d6e-29bb-11e5-b345-feff819cdc9f")),
    "timestamp": ("c_timestamp", datetime.datetime(2026, 11, 20, 10, 0, 0, 123000)),
    "timestamp_early": ("c_timestamp", datetime.datetime(1912, 6, 23, 0, 0, 0, 1000)),
    "date": ("c_date", Date("2026-11-20")),
    "date_early": ("c_date", Date("1912-06-23")),
    "time": ("c_time", Time(86399999999999)),
    "duration": ("c_duration", Duration(14, 3, 3600000000001)),
    "duration_negative": ("c_duration", Duration(-1, -2, -3)),
    "inet4": ("c_inet", "192.168.1.2"),
    "inet6": ("c_inet", "2001:db8::1"),
    "blob": ("c_blob", bytes([0, 255, 128, 10])),
    "list": ("c_list", [3, 1, 2, 1]),
    "set": ("c_set", {"b", "a", "ä"}),
    "map": ("c_map", {"one": 1.5, "two": -2.5}),
}


def write(session, keyspace):
    statements = {}
    for name, (column, value) in VALUES.items():
        if column not in statements:
            cql = f"INSERT INTO {keyspace}.w (id, {column}) VALUES (?, ?)"
            statements[column] = session.prepare(cql)
        session.execute(statements[column], (name, value))


def same(column, expected, found):
    if found is None:
        return False
    if column == "c_decimal":
        return expected.as_tuple() == found.as_tuple()
    if column == "c_list":
        return list(found) == expected
    if column == "c_set":
        return set(found) == expected
    if column == "c_map":
        return dict(found) == expected
    return type(found) in (type(expected), int, float) and found == expected


def read(session, keyspace):
    wrong = []
    for name, (column, expected) in VALUES.items():
        cql = f"SELECT {column} FROM {keyspace}.w WHERE id = %s"
        row = session.execute(cql, (name,)).one()
        found = None if row is None else row[0]
        if not same(column, expected, found):
            wrong.append(f"{name}: expected {expected!r}, found {found!r}")
    return wrong


def main():
    command, address, keyspace = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    cluster = Cluster([host], port=int(port))
    session = cluster.connect()
    try:
        if command == "write":
            write(session, keyspace)
            return 0
        wrong = read(session, keyspace)
        print("\n".join(wrong))
        return 1 if wrong else 0
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    sys.exit(main())
