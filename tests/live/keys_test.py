#!/usr/bin/env python3
"""Tables with other primary keys than a uuid: one column of any type, composite keys, partitions of
many rows; and what is only read, static columns and counters."""

import unittest
import urllib.parse

from harness import World, eventually, main, now, stamp, tearDownModule  # noqa: F401


class Keys(unittest.TestCase):
    def setUp(self):
        self.world = World(self)

    def create(self, columns):
        self.world.cql(f"CREATE TABLE $.items ({columns})")

    def put(self, record, document):
        """A document with an id of any text."""
        key = urllib.parse.quote(record, safe="")
        return self.world.put("items", key, {"updated_at": stamp(now()), **document})

    def documents(self):
        found = self.world.documents("items")
        for document in found.values():
            document.pop("updated_at", None)
        return found

    def cells(self, columns):
        return sorted(tuple(row) for row in self.world.cql(f"SELECT {columns} FROM $.items"))

    def once(self, quarantined=0):
        said = self.world.duet("once")
        self.assertIn(f"{quarantined} record{'' if quarantined == 1 else 's'} in quarantine", said)
        return said

    def is_level(self):
        self.assertIn("0 differences", self.world.duet("verify", "--deep"))

    # --- one column ---------------------------------------------------------------------------

    # CQL type: a row's key and its document's _id; a document's _id and its row's key.
    ONE_COLUMN = {
        "text": ("'a~b %41 ☃'", "a~b %41 ☃", "Grüße/?#", "'Grüße/?#'"),
        "ascii": ("'a~b'", "a~b", "100% (x)", "'100% (x)'"),
        "tinyint": ("-128", "-128", "127", "127"),
        "smallint": ("-32768", "-32768", "0", "0"),
        "int": ("-7", "-7", "2147483647", "2147483647"),
        "bigint": ("9223372036854775807", "9223372036854775807", "0", "0"),
        "varint": ("123456789012345678901234567890", "123456789012345678901234567890", "-1", "-1"),
        "decimal": ("1.00", "1.00", "1.0", "1.0"),
        "float": ("0.1", "0.1", "1e+30", "1e30"),
        "double": ("0.1", "0.1", "-0.0", "-0.0"),
        "boolean": ("true", "true", "false", "false"),
        "timestamp": ("'2026-11-20T12:00:00.123Z'", "2026-11-20T12:00:00.123Z",
                      "1969-12-31T23:59:59.999Z", "-1"),
        "date": ("'2026-11-20'", "2026-11-20", "1969-12-31", "'1969-12-31'"),
        "time": ("'08:00:00.000000001'", "08:00:00.000000001",
                 "23:59:59.999999999", "'23:59:59.999999999'"),
        "inet": ("'10.0.0.1'", "10.0.0.1", "2001:db8::1", "'2001:db8::1'"),
        "blob": ("0xfeff", "/v8=", "AA==", "0x00"),
        "uuid": ("6C1F3F4A-7E5D-4C0A-9B58-0F9F4D0F9A11", "6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a11",
                 "6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a12", "6c1f3f4a-7e5d-4c0a-9b58-0f9f4d0f9a12"),
        "timeuuid": ("50554d6e-29bb-11e5-b345-feff819cdc9f", "50554d6e-29bb-11e5-b345-feff819cdc9f",
                     "50554d6e-29bb-11e5-b345-feff819cdc90", "50554d6e-29bb-11e5-b345-feff819cdc90"),
        "frozen<list<int>>": ("[2, 1, 2]", "(2,1,2)", "()", "[]"),
        "frozen<set<text>>": ("{'b', 'a,', ''}", "(%e,a%2C,b)", "(x,y)", "{'y', 'x'}"),
        "frozen<map<int, boolean>>": ("{2: true, 1: false}", "(1,false,2,true)", "(-1,true)",
                                      "{-1: true}"),
        "frozen<tuple<text, int>>": ("('a,b', null)", "(a%2Cb,%n)", "(x,1)", "('x', 1)"),
        "frozen<place>": ("{city: 'Porto (P)', zip: 4000}", "(Porto %28P%29,4000)", "(%n,1)",
                          "{zip: 1}"),
        "vector<float, 3>": ("[1, -0.5, 0]", "(1,-0.5,0.0)", "(0.1,0.2,0.3)", "[0.1, 0.2, 0.3]"),
    }

    def test_a_key_of_one_column_of_any_type_is_the_id_as_text(self):
        world = self.world
        world.cql("CREATE TYPE $.place (city text, zip int)")
        tables = {kind: f"of_{at}" for at, kind in enumerate(self.ONE_COLUMN)}
        for kind, (key, _, born, _) in self.ONE_COLUMN.items():
            table = tables[kind]
            world.cql(f"CREATE TABLE $.{table} (k {kind} PRIMARY KEY, v text)")
            world.cql(f"INSERT INTO $.{table} (k, v) VALUES ({key}, 'row')")
            world.elastic.do("PUT", world.path(table, "_doc/" + urllib.parse.quote(born, safe="")),
                             {"v": "document", "updated_at": stamp(now())})
        self.once()
        self.is_level()
        for kind, (key, record, born, born_key) in self.ONE_COLUMN.items():
            with self.subTest(kind):
                found = {k: v["v"] for k, v in world.documents(tables[kind]).items()}
                self.assertEqual(found, {record: "row", born: "document"})
                rows = [[row.v for row in world.cql(f"SELECT v FROM $.{tables[kind]} WHERE k = {at}")]
                        for at in (key, born_key)]
                self.assertEqual(rows, [["row"], ["document"]])
                count = world.cql(f"SELECT count(*) FROM $.{tables[kind]}").one()[0]
                self.assertEqual(count, 2)
        # Written by one side only: a second look finds nothing to do.
        self.assertNotIn(" 1 to ", self.once())

    def test_a_set_or_a_map_in_a_key_has_one_spelling_in_the_order_of_cassandra(self):
        world = self.world
        spellings = {"frozen<set<int>>": ("(-1,9,10)", ["(9,-1,10)", "(-1,9,9,10)", "(%n)"]),
                     "frozen<map<text, int>>": ("(a,1,b,2)", ["(b,2,a,1)", "(a,0,a,1,b,2)"])}
        tables = {kind: f"of_{at}" for at, kind in enumerate(spellings)}
        for kind, (right, wrong) in spellings.items():
            world.cql(f"CREATE TABLE $.{tables[kind]} (k {kind} PRIMARY KEY, v text)")
            for record in [right, *wrong]:
                world.put(tables[kind], urllib.parse.quote(record),
                          {"v": record, "updated_at": stamp(now())})
        said = self.once()
        for kind, (right, wrong) in spellings.items():
            with self.subTest(kind):
                self.assertIn(f"{len(wrong)} with an _id that is no key of the table (k ({kind}))", said)
                rows = [row.v for row in world.cql(f"SELECT v FROM $.{tables[kind]}")]
                self.assertEqual(rows, [right])
                self.assertEqual({k: v["v"] for k, v in world.documents(tables[kind]).items()},
                                 {record: record for record in [right, *wrong]})

    # The elements of a set in any order: its text, in the order of Cassandra.
    SETS = {
        "ascii": ("{'b', 'B', 'a'}", "(B,a,b)"),
        "text": ("{'☃', 'z', 'é', ''}", "(%e,z,é,☃)"),
        "tinyint": ("{1, -128, 127, -1}", "(-128,-1,1,127)"),
        "smallint": ("{255, -256, 256, -1}", "(-256,-1,255,256)"),
        "int": ("{10, 9, -10}", "(-10,9,10)"),
        "bigint": ("{10, -9223372036854775808, 9}", "(-9223372036854775808,9,10)"),
        "varint": ("{10, 9, -10, 12345678901234567890}", "(-10,9,10,12345678901234567890)"),
        "decimal": ("{10, 9.99, -0.1, 1.5, 1E+3}", "(-0.1,1.5,9.99,10,1e3)"),
        "float": ("{NaN, 0.0, -1.5, -0.0, 1.5}", "(-1.5,-0.0,0.0,1.5,NaN)"),
        "double": ("{Infinity, 0.0, -0.0, -Infinity}", "(-Infinity,-0.0,0.0,Infinity)"),
        "boolean": ("{true, false}", "(false,true)"),
        "frozen<list<int>>": ("{[2], [1, 2], [1]}", "((1),(1,2),(2))"),
        "frozen<set<int>>": ("{{2}, {1, 2}, {1}}", "((1),(1,2),(2))"),
        "frozen<map<int, int>>": ("{{1: 2}, {1: 1, 2: 0}}", "((1,1,2,0),(1,2))"),
        "frozen<tuple<int, text>>": ("{(1, 'a'), (1, null), (null, 'z')}", "((%n,z),(1,%n),(1,a))"),
        "vector<float, 2>": ("{[1, -1], [-1, 1], [-2, 0.5]}", "((-2,0.5),(-1,1),(1,-1))"),
        "timestamp": ("{0, -1}", "(1969-12-31T23:59:59.999Z,1970-01-01T00:00:00.000Z)"),
        "date": ("{'1970-01-01', '1969-12-31'}", "(1969-12-31,1970-01-01)"),
        "time": ("{'13:00:00', '08:00:00'}", "(08:00:00.000000000,13:00:00.000000000)"),
        "inet": ("{'10.0.0.1', '200.0.0.1', '9.0.0.1', '2001:db8::1'}",
                 "(9.0.0.1,10.0.0.1,2001:db8::1,200.0.0.1)"),
        "blob": ("{0xff, 0x0001, 0x00}", "(AA==,AAE=,/w==)"),
        "uuid": ("{f0000000-0000-4000-8000-000000000000, 00000000-0000-4000-8000-000000000000, "
                 "ffffffff-0001-1000-8000-000000000000}",
                 "(ffffffff-0001-1000-8000-000000000000,00000000-0000-4000-8000-000000000000,"
                 "f0000000-0000-4000-8000-000000000000)"),
        "timeuuid": ("{00000000-0001-1000-7f00-000000000000, 00000000-0001-1000-8000-000000000000, "
                     "ffffffff-0000-1000-8000-000000000000}",
                     "(ffffffff-0000-1000-8000-000000000000,00000000-0001-1000-8000-000000000000,"
                     "00000000-0001-1000-7f00-000000000000)"),
    }

    def test_sets_of_any_type_in_a_key_are_in_the_order_of_cassandra(self):
        world = self.world
        columns = [f"k{at} frozen<set<{kind}>>" for at, kind in enumerate(self.SETS)]
        literals, texts = zip(*self.SETS.values())
        half = len(columns) // 2  # an _id of at most 512 bytes
        for table, of in (("a", slice(half)), ("b", slice(half, None))):
            names = ", ".join(column.split(" ")[0] for column in columns[of])
            world.cql(f"CREATE TABLE $.{table} ({', '.join(columns[of])}, v text, "
                      f"PRIMARY KEY (({names})))")
            world.cql(f"INSERT INTO $.{table} ({names}, v) VALUES ({', '.join(literals[of])}, 'x')")
            world.put(table, urllib.parse.quote("~".join(texts[of]), safe=""),
                      {"v": "document", "updated_at": stamp(now())})
        self.once()
        self.is_level()
        for table in ("a", "b"):
            rows = [row.v for row in world.cql(f"SELECT v FROM $.{table}")]
            self.assertEqual(rows, ["document"], "the row and the document are one record")

    def test_an_id_that_is_no_key_is_left_out_and_named(self):
        self.create("k int PRIMARY KEY, v text")
        self.put("7", {"v": "seven"})
        self.put("007", {"v": "the same number in another spelling"})
        self.put("x", {"v": "no number"})
        said = self.once()
        self.assertIn("no key of the table (k (int))", said)
        self.assertEqual(self.cells("k, v"), [(7, "seven")])
        self.assertEqual(len(self.documents()), 3)

    def test_a_key_too_long_for_elasticsearch_goes_to_quarantine(self):
        self.create("k text PRIMARY KEY, v text")
        long = "ö" * 257
        self.world.cql("INSERT INTO $.items (k, v) VALUES (%s, 'long')", (long,))
        self.world.cql("INSERT INTO $.items (k, v) VALUES (%s, 'fits')", ("ö" * 256,))
        self.once(quarantined=1)
        self.assertEqual([d["v"] for d in self.documents().values()], ["fits"])
        said = self.world.duet("quarantine", "list")
        self.assertIn(long, said)
        self.assertIn("at most 512", said)
        self.assertIn("long", self.world.duet("quarantine", "show", long))

    # --- composite keys -----------------------------------------------------------------------

    def test_a_composite_key_goes_both_ways_and_its_columns_are_fields(self):
        world = self.world
        self.create('"Site" text, sensor int, at timestamp, n decimal, v text, '
                    'PRIMARY KEY (("Site", sensor), at, n)')
        world.cql("INSERT INTO $.items (\"Site\", sensor, at, n, v) VALUES "
                  "('a~b', 1, '2026-11-20T12:00:00Z', 1.50, 'row')")
        record = "a%7Eb~1~2026-11-20T12:00:00.000Z~1.5"
        born = "~-1~1970-01-01T00:00:00.001Z~100"
        self.put(born, {"v": "document"})
        self.once()
        self.is_level()
        documents = self.documents()
        self.assertEqual(documents[record], {"Site": "a~b", "sensor": 1, "n": "1.5", "v": "row",
                                             "at": "2026-11-20T12:00:00.000Z"})
        self.assertEqual(documents[born]["v"], "document")
        rows = self.cells('"Site", sensor, v')
        self.assertEqual(rows, [("", -1, "document"), ("a~b", 1, "row")])
        # Changes find their record again, from both sides.
        world.cql("UPDATE $.items SET v = 'row again' WHERE \"Site\" = '' AND sensor = -1 AND "
                  "at = '1970-01-01T00:00:00.001Z' AND n = 1E+2")
        self.put(record, {"v": "document again"})
        daemon = world.start()
        eventually(lambda: self.cells("v") == [("document again",), ("row again",)], "both rows")
        eventually(lambda: sorted(d["v"] for d in self.documents().values()) ==
                   ["document again", "row again"], "both documents")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.documents()[born]["sensor"], -1)
        self.is_level()

    def test_a_field_that_says_another_key_than_the_id_goes_to_quarantine(self):
        self.create("k text, c int, v text, PRIMARY KEY (k, c)")
        self.put("a~1", {"k": "a", "c": 1, "v": "right"})
        self.put("a~2", {"k": "a", "c": 3, "v": "wrong"})
        self.once(quarantined=1)
        self.assertEqual(self.cells("k, c, v"), [("a", 1, "right")])
        said = self.world.duet("quarantine", "list")
        self.assertIn("a~2", said)
        self.assertIn("c: is another value than the one in the document's _id", said)
        self.put("a~2", {"k": "a", "c": 2, "v": "mended"})
        self.once()
        self.assertEqual(self.cells("k, c, v"), [("a", 1, "right"), ("a", 2, "mended")])

    def test_a_stamped_document_gets_the_fields_of_its_key(self):
        self.create("k text, c int, v text, PRIMARY KEY (k, c)")
        self.world.duet("once")
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        self.world.put("items", "a~1", {"v": "new"})
        eventually(lambda: self.documents().get("a~1") == {"k": "a", "c": 1, "v": "new"},
                   "the fields of the key")
        self.assertEqual(daemon.stop(), 0)

    def test_partitions_of_many_rows_are_copied_and_swept_whole(self):
        world = self.world
        self.create("k text, c int, v text, PRIMARY KEY (k, c)")
        put = world.prepare("INSERT INTO $.items (k, c, v) VALUES (?, ?, ?)")
        sizes = {"large": 12_000, "small": 30, "one": 1}
        pending = []
        for name, size in sizes.items():
            for c in range(size):
                pending.append(world.session.execute_async(put, (name, c, f"{name} {c}")))
        for each in pending:
            each.result()
        self.once()
        self.is_level()
        documents = self.documents()
        self.assertEqual(len(documents), sum(sizes.values()))
        self.assertEqual(documents["large~11999"], {"k": "large", "c": 11_999, "v": "large 11999"})
        daemon = world.start()
        daemon.wait_for("pair is level")
        # A row for another one in the same partition, with the timestamp that the other had.
        when = world.cql("SELECT writetime(v) FROM $.items WHERE k = 'large' AND c = 17").one()[0]
        world.cql("UPDATE $.items SET v = 'changed' WHERE k = 'large' AND c = 11998")
        world.cql(f"INSERT INTO $.items (k, c, v) VALUES ('large', -1, 'new') "
                  f"USING TIMESTAMP {when}")
        eventually(lambda: "large~-1" in self.documents(), "the new row")
        eventually(lambda: self.documents()["large~11998"]["v"] == "changed", "the changed row")
        self.assertEqual(daemon.stop(), 0)
        # And back, into an empty table.
        world.cql("TRUNCATE $.items")
        self.once()
        self.is_level()
        self.assertEqual(world.cql("SELECT count(*) FROM $.items").one()[0],
                         sum(sizes.values()) + 1)

    def test_the_version_field_cannot_be_part_of_the_key(self):
        self.create("k text, updated_at timestamp, v text, PRIMARY KEY (k, updated_at)")
        said = self.world.duet("plan")
        self.assertIn("updated_at is part of the key", said)
        self.assertIn("choose another version_field", said)

    # --- what is only read --------------------------------------------------------------------

    def test_static_columns_are_shown_in_every_document_and_never_written(self):
        world = self.world
        self.create("k text, c int, s text static, v text, PRIMARY KEY (k, c)")
        for c in (1, 2):
            world.cql(f"INSERT INTO $.items (k, c, s, v) VALUES ('a', {c}, 'first', 'v{c}')")
        world.cql("INSERT INTO $.items (k, s) VALUES ('nothing but a static column', 'x')")
        self.put("b~1", {"v": "born here", "s": "not Cassandra's"})
        self.assertIn("static columns of", world.duet("plan"))
        self.assertIn("static columns of", world.duet("status"))
        self.once()
        self.is_level()
        expected = {f"a~{c}": {"k": "a", "c": c, "s": "first", "v": f"v{c}"} for c in (1, 2)}
        expected["b~1"] = {"k": "b", "c": 1, "v": "born here"}
        self.assertEqual(self.documents(), expected)
        daemon = world.start()
        daemon.wait_for("pair is level")
        world.cql("UPDATE $.items SET s = 'second' WHERE k = 'a'")
        eventually(lambda: {d.get("s") for d in self.documents().values()} == {"second", None},
                   "the new value in every document of the partition")
        # An edit of both: what belongs to the row stays, the static column's value comes back.
        self.put("a~1", {"k": "a", "c": 1, "s": "edited", "v": "edited"})
        eventually(lambda: self.documents()["a~1"] ==
                   {"k": "a", "c": 1, "s": "second", "v": "edited"}, "the edit of the row alone")
        self.assertEqual(daemon.stop(), 0)
        rows = {(row.k, row.c): (row.s, row.v) for row in world.cql("SELECT * FROM $.items")}
        self.assertEqual(rows, {("a", 1): ("second", "edited"), ("a", 2): ("second", "v2"),
                                ("b", 1): (None, "born here"),
                                ("nothing but a static column", None): ("x", None)})

    def test_counters_are_shown_in_documents_and_never_written(self):
        world = self.world
        self.create("page text, day date, hits counter, PRIMARY KEY (page, day)")
        world.cql("UPDATE $.items SET hits = hits + 5 WHERE page = 'home' AND day = '2026-11-20'")
        self.assertIn("holds counters", world.duet("plan"))
        self.assertIn("holds counters", world.duet("status"))
        self.once()
        record = "home~2026-11-20"
        self.assertEqual(self.documents(),
                         {record: {"page": "home", "day": "2026-11-20", "hits": 5}})
        daemon = world.start()
        daemon.wait_for("pair is level")
        world.cql("UPDATE $.items SET hits = hits + 1 WHERE page = 'home' AND day = '2026-11-20'")
        eventually(lambda: self.documents()[record]["hits"] == 6, "the new count")
        world.update("items", record, {"hits": 1000})
        eventually(lambda: self.documents()[record]["hits"] == 6, "the edit undone")
        self.put("gone~2026-11-20", {"hits": 1})
        self.assertEqual(daemon.stop(), 0)
        self.assertIn("only in the copy", world.duet("once"))
        self.assertEqual(self.cells("page, hits"), [("home", 6)])


if __name__ == "__main__":
    main()
