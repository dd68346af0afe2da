"""Every type, what becomes of it on the other side, and the values at its edges: the one table that
tests/live/types_test.py sends both ways and tests/docs/types_test.py compares docs/types.md with.

Values of columns are CQL literals, values of fields are JSON's as Python has it.
"""

import itertools

DAYS_OF_400_YEARS = 146_097
MILLIS_A_DAY = 86_400_000


def days(year, month=1, day=1):
    """Days since 1970 of any year, before 1 and after 9999 too (Howard Hinnant's algorithm)."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return (era * DAYS_OF_400_YEARS + of_era * 365 + of_era // 4 - of_era // 100 + of_year
            - 719_468)


def text_of(value):
    """A CQL literal."""
    return "'" + value.replace("'", "''") + "'"


# --- columns -----------------------------------------------------------------------------------


class Scalar:
    """`mapping` is what Duet makes of a column; `example` a literal and its form in a document."""

    def __init__(self, mapping, example, *edges, key=True):
        self.mapping, self.example, self.edges = mapping, example, edges
        self.key = key  # may be the element of a set or the key of a map

    @property
    def values(self):
        return (self.example[0], *self.edges)


def integer(mapping, bits):
    return Scalar(mapping, ("42", 42), "0", "-1", str(-2 ** (bits - 1)), str(2 ** (bits - 1) - 1))


FLOATS = ("0.0", "-0.0", "0.1", "NaN", "Infinity", "-Infinity")
CONTROLS = "".join(map(chr, range(0x20))) + "\x7f"
SCALARS = {
    "ascii": Scalar("text", ("'plain'", "plain"), "''", text_of(CONTROLS), "'\"\\/ '", "'null'"),
    "text": Scalar("text", ("'häß 世界 \U0001f600'", "häß 世界 \U0001f600"), "''", "'\0'",
                   text_of(CONTROLS), "'\"\\/ '''", "'null'", "'[1]'", "'{\"a\":1}'", "'NaN'",
                   "'\ud7ff\ue000\ufeff\ufffe\uffff\u2028\u2029\U00010000\U0010ffff'", "'a\u0301'",
                   "' '"),
    "tinyint": integer("byte", 8),
    "smallint": integer("short", 16),
    "int": integer("integer", 32),
    "bigint": integer("long", 64),
    "varint": Scalar("double", ("42", "42"), "0", "-1", "128", "-129", str(2 ** 63), str(-2 ** 63 - 1),
                     "9" * 400, "-" + "9" * 2_000),
    "decimal": Scalar("double", ("12.50", "12.50"), "0", "0.00", "1E+3", "-0.000000000000000000001",
                      "12345678901234567890.123456789", "1E-2147483647", "blobAsDecimal(0x80000001ff)",
                      "9" * 300 + "." + "9" * 400),
    "float": Scalar("float", ("1.5", 1.5), *FLOATS, "1.4E-45", "3.4028235E38", "-3.4028235E38",
                    "1.17549435E-38", "16777216"),
    "double": Scalar("double", ("1.5", 1.5), *FLOATS, "4.9E-324", "1.7976931348623157E308",
                     "-1.7976931348623157E308", "2.2250738585072014E-308", "1E23",
                     "9007199254740993", "1E21"),
    "boolean": Scalar("boolean", ("true", True), "false"),
    "uuid": Scalar("keyword", ("6a1c8f52-8c4e-4d1a-9b7e-0f3d2c1b4a59",) * 2,
                   "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    "timeuuid": Scalar("keyword", ("50554d6e-29bb-11e5-b345-feff819cdc9f",) * 2,
                       "00000000-0000-1000-8080-808080808080",
                       "ffffffff-ffff-1fff-bf7f-7f7f7f7f7f7f"),
    "timestamp": Scalar("date", ("'2026-11-20T10:00:00.123Z'", "2026-11-20T10:00:00.123Z"), "0", "-1",
                        "-123456789", str(days(-10_000) * MILLIS_A_DAY),
                        str(days(0) * MILLIS_A_DAY - 1), str(days(0) * MILLIS_A_DAY),
                        str(days(10_000) * MILLIS_A_DAY - 1), str(days(10_000) * MILLIS_A_DAY),
                        str(-2 ** 63), str(2 ** 63 - 1)),
    "date": Scalar("date", ("'2026-11-20'", "2026-11-20"), str(2 ** 31), "0", str(2 ** 32 - 1),
                   str(2 ** 31 + days(-10_000)), str(2 ** 31 + days(0) - 1), str(2 ** 31 + days(0)),
                   str(2 ** 31 + days(10_000) - 1), str(2 ** 31 + days(10_000))),
    "time": Scalar("keyword", ("'10:00:00'", "10:00:00.000000000"), "'00:00:00'",
                   "'00:00:00.000000001'", "'23:59:59.999999999'"),
    "duration": Scalar("keyword", ("1mo2d3ns", "1mo2d3ns"), "0s", "-1y2mo3w4d5h6m7s8ms9us10ns",
                       "2147483647mo2147483647d9223372036854775807ns",
                       "-2147483647mo2147483647d9223372036854775807ns", key=False),
    "inet": Scalar("ip", ("'192.168.1.2'", "192.168.1.2"), "'0.0.0.0'", "'255.255.255.255'", "'::'",
                   "'2001:db8::1'", "'fe80::1:2:3'", "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'"),
    "blob": Scalar("binary", ("0x00ff", "AP8="), "0x", "0x00", "0x" + bytes(range(256)).hex()),
}
MEGABYTE = {"text": text_of("ä€\U0001f600 " * 104_857), "blob": "0x" + "5a" * 2 ** 20,
            "ascii": text_of("x" * 2 ** 20)}


class Made:
    """A type made of others: its CQL, its literals, and what must be made before it."""

    def __init__(self, cql, values, key=True, frozen=None, user_types=()):
        self.cql, self.values, self.key = cql, values, key
        self.inside = frozen or cql  # as it must stand inside of another
        self.user_types = user_types


def scalar(name):
    return Made(name, list(SCALARS[name].values), SCALARS[name].key)


def collection(name, of, literal):
    everything = literal(of.values)
    return Made(f"{name}<{of.inside}>", [everything, literal(of.values[:1]), literal([])], of.key,
                f"frozen<{name}<{of.inside}>>", of.user_types)


def frozen(of):
    """The same as a frozen column of its own. An empty one is no value (rule V6) and comes back as null."""
    empty = ("[]", "{}")
    return Made(of.inside, [each for each in of.values if each not in empty], of.key, of.inside,
                of.user_types)


def list_of(of):
    # An element may be there twice, and the order is the writer's.
    return collection("list", of, lambda all: f"[{', '.join([*all[::-1], *all[:1]])}]")


def set_of(of):
    return collection("set", of, lambda all: f"{{{', '.join(all)}}}")


def map_to(of):
    return collection("map", Made(f"text, {of.inside}", of.values, of.key, None, of.user_types),
                      lambda all: "{" + ", ".join(f"'k {at}.': {each}"
                                                  for at, each in enumerate(all)) + "}")


def map_from(of):
    # A flattened field takes no U+0000 in a key: see REFUSED.
    values = [each for each in of.values if of.cql not in ("ascii", "text") or "\0" not in each]
    return collection("map", Made(f"{of.inside}, int", values, of.key, None, of.user_types),
                      lambda all: "{" + ", ".join(f"{each}: {at}"
                                                  for at, each in enumerate(all)) + "}")


def tuple_of(of):
    values = [f"({each}, 'x', null)" for each in of.values]
    return Made(f"tuple<{of.inside}, text, {of.inside}>", [*values, "(null, null, null)"], of.key,
                f"frozen<tuple<{of.inside}, text, {of.inside}>>", of.user_types)


def user_type_of(of):
    name = "u_" + "".join(c if c.isalnum() else "_" for c in of.cql)
    values = [f'{{"the Value": {each}, n: 1}}' for each in of.values]
    return Made(name, [*values, "{n: 2}"], of.key, f"frozen<{name}>",
                (*of.user_types, (name, f'"the Value" {of.inside}, n int, later {of.inside}')))


def vector_of(of):
    # A dense_vector takes no such extremes: see REFUSED.
    extremes = ("NaN", "Infinity", "-Infinity", "3.4028235E38", "-3.4028235E38")
    values = [each for each in of.values if of.cql != "float" or each not in extremes]
    pairs = [f"[{one}, {other}]" for one, other in itertools.pairwise([*values, values[0]])]
    return Made(f"vector<{of.inside}, 2>", pairs, of.key, f"vector<{of.inside}, 2>", of.user_types)


# Fields of one value whose arrays are looked at, too.
ARRAYED = ("byte", "short", "integer", "long", "unsigned_long", "float", "half_float", "scaled_float",
           "double", "text", "keyword", "wildcard", "version", "constant_keyword", "date", "date_nanos",
           "boolean", "ip", "binary")
CONTAINERS = {"list": list_of, "set": set_of, "map": map_to, "key": map_from, "tuple": tuple_of,
              "user": user_type_of, "vector": vector_of}


def contained(container, of):
    """Whether Cassandra has such a type."""
    return of.key or container not in ("set", "key")


# Types of columns with a literal that has no form on the other side, and words of the reason.
REFUSED = [
    ("vector<float, 2>", "[1, NaN]", "finite numbers only"),
    ("vector<float, 2>", "[1, -Infinity]", "finite numbers only"),
    ("vector<float, 2>", "[3.4028235E38, 3.4028235E38]", "magnitude"),
    ("map<text, int>", "{'\0': 1}", "Keys in [flattened] fields"),
    ("list<int>", "[1, blobAsInt(0x)]", "has no form in a document"),
    ("map<text, int>", "{'a': blobAsInt(0x)}", "has no form in a document"),
    ("tuple<text, int>", "('a', blobAsInt(0x))", "has no form in a document"),
    ("text", "blobAsText(0x61eda080)", "not UTF-8"),
    ("varint", "9" * 100_001, "not a number that Duet can hold"),
]


# --- fields ------------------------------------------------------------------------------------


class Field:
    """A mapping that was there: what it needs beside its type, the column that Duet makes of it, and
    values; one that comes back in another form is a pair of both, None where it comes back as
    nothing. No values: only the column is looked at."""

    def __init__(self, column, *values, **more):
        self.column, self.more = column, more
        self.values = [each if isinstance(each, tuple) else (each, each) for each in values]


def whole(column, bits):
    return Field(column, 0, -2 ** (bits - 1), 2 ** (bits - 1) - 1, ("7", 7), ("", None),
                 (9.0, 9))


REALS = (0.0, -0.0, 0.1, 1.5, 10, ("2.5", 2.5), ("", None), (None, None), 16777217, 0.123456789012)
BIG_REALS = (1e-300, 1.7976931348623157e308, 5e-324, 1e21, 123456789012345680000, -9007199254740992)
TEXTS = ("", "häß 世界 \U0001f600", "\0", CONTROLS, "\u2028\ufeff\uffff", " ", "null", "[1]",
         (42, "42"), (True, "true"), (1.0, "1.0"))
OBJECTS = ({"a": 1, "c": [{}, None, {"c": []}], "d": {"e": 1.10}}, {}, ([], None), [{"a": 1}, {"b": 2}])
INSTANT = "2026-11-20T10:00:00.123Z"
# Kinds of fields that a server without modules does not know.
OF_MODULES = {"unsigned_long", "scaled_float", "wildcard", "version", "constant_keyword", "rank_feature",
              "join", "percolator", "histogram", "token_count"}
FIELDS = {
    "byte": whole("tinyint", 8),
    "short": whole("smallint", 16),
    "integer": whole("int", 32),
    "long": whole("bigint", 64),
    "unsigned_long": Field("varint", 0, 2 ** 64 - 1, ("7", 7)),
    "float": Field("double", *REALS),
    "half_float": Field("double", 0.1, 1.5, -0.0),
    "scaled_float": Field("double", 10.123, 1.5, 10, scaling_factor=100),
    "double": Field("double", *REALS, *BIG_REALS),
    "text": Field("text", *TEXTS, "x" * 2 ** 20),
    "keyword": Field("text", *TEXTS),
    "wildcard": Field("text", "a*", ""),
    "version": Field("text", "1.2.3-beta", "no version"),
    "constant_keyword": Field("text", "the one", "the one"),
    "date": Field("timestamp", INSTANT, ("2026-11-20", "2026-11-20T00:00:00.000Z"),
                  ("2026-11-20T10:00:00+02:00", "2026-11-20T08:00:00.000Z"),
                  (-1, "1969-12-31T23:59:59.999Z"),
                  (-12345, "1969-12-31T23:59:47.655Z"), (1795184227797, "2026-11-20T14:17:07.797Z"),
                  "9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z", "-9999-01-01T00:00:00.000Z",
                  days(10_000) * MILLIS_A_DAY, days(-10_000) * MILLIS_A_DAY, 2 ** 63 - 1),
    "date_nanos": Field("text", "2026-11-20T10:00:00.123456789Z"),
    "boolean": Field("boolean", True, False, ("true", True), ("", False), (None, None)),
    "ip": Field("inet", "192.168.1.2", "::", "2001:db8::1", "::ffff:1.2.3.4"),
    "binary": Field("blob", "", "AP8=", "Wlpa" * 350_000),
    "flattened": Field("map<text, text>", {"a": "x", "": "", "a.b": "y"}, ({"n": 1, "t": True, "z": None},
                                                                         {"n": "1", "t": "true"})),
    "dense_vector": Field("vector<float, 3>", [1, 2.5, -0.0], dims=3, index=False),
    "object": Field("text", *OBJECTS),
    "nested": Field("text", *OBJECTS),
    "geo_point": Field("text", {"lat": 1.5, "lon": 2}, [2, 1.5], "1.5,2", "POINT (2 1.5)"),
    "integer_range": Field("text", {"gte": 1, "lt": 5}),
    "token_count": Field("text", analyzer="standard"),
    "rank_feature": Field("double", 1.5),
    "join": Field("text", relations={"order": "line"}),
    "percolator": Field("text"),
    "histogram": Field("text"),
}

# Documents of an index that nobody mapped, in their order; the columns that they get. Where a
# document comes back in another form, both.
DYNAMIC_COLUMNS = {
    "price": "double", "count": "double", "late": "double", "tags": "list<text>", "flag": "list<boolean>",
    "at": "timestamp", "place": "text", "lines": "text", "matrix": "list<frozen<list<bigint>>>",
    "name": "text", "one": "bigint", "big": "double", "Größe in cm": "bigint",
}
DYNAMIC = [
    {"price": 10.5, "count": 1, "late": 7, "tags": ["a", "b"], "flag": [True], "at": INSTANT,
     "name": "\0\u2028\U0001f600", "one": 2 ** 63 - 1, "big": 1e30, "Größe in cm": 5},
    {"price": 10, "count": 10.5, "place": {"lat": 1.5, "lon": {"a": []}},
     "lines": [{"sku": "x", "n": 1}, {"sku": None}], "matrix": [[1, 2], [3]], "one": -2 ** 63},
    ({"late": "10.5", "tags": "b", "flag": []}, {"late": 10.5, "tags": ["b"]}),
    {"price": 0.1, "count": -2, "tags": ["b"], "matrix": [[4]], "name": "", "lines": {"sku": "y"}},
]
