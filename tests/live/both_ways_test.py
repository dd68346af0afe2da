#!/usr/bin/env python3
"""The whole program with real servers: what one side writes, the other gets; the newest wins; tables,
indices, columns and fields appear by themselves."""

import time
import unittest
import uuid

from harness import World, eventually, key, main, now, stamp, tearDownModule  # noqa: F401

SECOND = 1_000_000


class BothWays(unittest.TestCase):
    def setUp(self):
        self.world = World(self)

    def table(self, columns="name text, n int, tags set<text>", name="items"):
        self.world.cql(f"CREATE TABLE $.{name} (id uuid PRIMARY KEY, {columns})")

    def insert(self, record, version, **values):
        names = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        self.world.cql(f"INSERT INTO $.items (id, {names}) VALUES ({record}, {marks}) "
                       f"USING TIMESTAMP {version}", tuple(values.values()))

    def document(self, record, version, **values):
        self.world.put("items", record, {**values, "updated_at": stamp(version)})

    def started_with(self, expected):
        daemon = self.world.start()
        self.world.level("items", expected)
        return daemon

    def test_inserts_and_updates_go_both_ways_with_their_versions(self):
        self.table()
        a, b, c = key(), key(), key()
        base = now() - 60 * SECOND
        self.insert(a, base, name="a", n=1, tags={"x", "y"})
        daemon = self.started_with({a: {"name": "a", "n": 1, "tags": ["x", "y"]}})
        self.document(b, base + 1, name="b", n=2)
        self.insert(c, base + 2, name="c", n=3, tags={"z"})
        self.document(a, base + 3, name="a2", n=10, tags=["w"])  # an update of a row
        self.world.level("items", {a: {"name": "a2", "n": 10, "tags": ["w"]},
                                   b: {"name": "b", "n": 2},
                                   c: {"name": "c", "n": 3, "tags": ["z"]}},
                         {a: base + 3, b: base + 1, c: base + 2})
        self.insert(b, base + 4, name="b2", n=20, tags={"v"})  # an update of a document
        self.world.level("items", {a: {"name": "a2", "n": 10, "tags": ["w"]},
                                   b: {"name": "b2", "n": 20, "tags": ["v"]},
                                   c: {"name": "c", "n": 3, "tags": ["z"]}},
                         {a: base + 3, b: base + 4, c: base + 2})
        self.assertEqual(self.world.writetimes("items", "name"),
                         {a: base + 3, b: base + 4, c: base + 2})
        self.assertEqual(daemon.stop(), 0)

    def test_of_a_conflict_the_newer_wins_whichever_side_it_is_on(self):
        self.table()
        base = now() - 60 * SECOND
        keys = [key() for _ in range(40)]
        for record in keys:
            self.insert(record, base, name="before", n=0)
        daemon = self.started_with({record: {"name": "before", "n": 0} for record in keys})
        self.assertEqual(daemon.stop(), 0)
        expected, versions = {}, {}
        for at, record in enumerate(keys):
            row, document = (base + 5, base + 9) if at % 2 else (base + 9, base + 5)
            self.insert(record, row, name="row", n=at)
            self.document(record, document, name="document", n=-at)
            expected[record] = ({"name": "document", "n": -at} if at % 2
                                else {"name": "row", "n": at})
            versions[record] = base + 9
        self.world.start()
        self.world.level("items", expected, versions)

    def test_a_change_without_a_new_stamp_is_a_change_of_now(self):
        self.table()
        a, b = key(), key()
        self.insert(a, now() - 60 * SECOND, name="a", n=1)
        self.insert(b, now() - 60 * SECOND, name="b", n=1)
        self.started_with({a: {"name": "a", "n": 1}, b: {"name": "b", "n": 1}})
        before = now()
        self.world.update("items", a, {"n": 2})  # keeps the stamp that Duet gave it
        self.world.put("items", b, {"name": "b2", "n": 3})  # has none at all
        self.world.level("items", {a: {"name": "a", "n": 2}, b: {"name": "b2", "n": 3}})
        times = self.world.writetimes("items", "n")
        for record in (a, b):  # the clock from before Duet's look, which may be a moment earlier
            self.assertGreater(times[record], before - SECOND)
            self.assertLess(times[record], now())

    def test_a_cleared_column_is_cleared_on_the_other_side(self):
        self.table()
        a, b, c = key(), key(), key()
        base = now() - 60 * SECOND
        for record in (a, b, c):
            self.insert(record, base, name="n", n=1, tags={"x"})
        # Without this column the row is older than its document.
        self.world.cql(f"UPDATE $.items USING TIMESTAMP {base + 5} SET n = 2 WHERE id = {c}")
        both = {"name": "n", "n": 1, "tags": ["x"]}
        daemon = self.started_with({a: both, b: both, c: {**both, "n": 2}})
        daemon.wait_for("pair is level")
        self.world.cql(f"DELETE n FROM $.items WHERE id = {a}")
        self.world.cql(f"UPDATE $.items SET tags = {{}} WHERE id = {a}")
        self.document(b, base + 7, name="n")
        self.world.cql(f"DELETE n FROM $.items WHERE id = {c}")
        self.world.level("items", {a: {"name": "n"}, b: {"name": "n"},
                                   c: {"name": "n", "tags": ["x"]}})
        self.assertEqual(self.world.writetimes("items", "name")[c], base, "its row was written")

    def test_tables_indices_columns_and_fields_appear_while_it_runs(self):
        world = self.world
        self.table("name text")
        a, b, c, d = key(), key(), key(), key()
        self.insert(a, now(), name="a")
        self.started_with({a: {"name": "a"}})
        self.table("title text", "later")  # a new table
        world.cql(f"INSERT INTO $.later (id, title) VALUES ({b}, 'row')")
        world.put("made", c, {"size": 7, "label": "document"})  # a new index
        world.level("later", {b: {"title": "row"}})
        world.level("made", {c: {"size": 7, "label": "document"}})
        world.cql("ALTER TABLE $.items ADD colour text")  # a new column
        world.cql(f"UPDATE $.items SET colour = 'red' WHERE id = {a}")
        world.put("items", d, {"name": "d", "weight": 12})  # a new field
        world.level("items", {a: {"name": "a", "colour": "red"}, d: {"name": "d", "weight": 12}})
        kept = [row.column_name for row in world.session.execute(
            "SELECT column_name FROM system_schema.columns WHERE keyspace_name = %s AND "
            "table_name = 'items'", (world.keyspace,))]
        self.assertIn("weight", kept)
        self.assertNotIn("updated_at", kept, "Duet never adds it to a table that it did not make")

    def test_an_index_without_any_stamps_becomes_a_table(self):
        world = self.world
        documents = {key(): {"name": f"n{at}", "n": at} for at in range(300)}
        world.fill("items", documents)
        self.started_with(documents)
        some = list(documents)[:20]
        for record in some:
            world.put("items", record, {"name": "again", "n": 1})
            documents[record] = {"name": "again", "n": 1}
        world.level("items", documents)

    def test_stopped_in_the_middle_of_a_copy_it_goes_on_from_there(self):
        self.table()
        world = self.world
        insert = world.prepare("INSERT INTO $.items (id, name, n) VALUES (?, ?, ?) "
                               "USING TIMESTAMP ?")
        base = now() - 3600 * SECOND
        expected = {key(): {"name": f"row {at}", "n": at} for at in range(6000)}
        waiting = []
        for at, (record, values) in enumerate(expected.items()):
            waiting.append(world.session.execute_async(
                insert, (uuid.UUID(record), values["name"], values["n"], base + at)))
            if len(waiting) == 200:
                for reply in waiting:
                    reply.result()
                waiting = []
        for reply in waiting:
            reply.result()
        daemon = world.start()

        def some():
            status, answer = world.elastic.ask("POST", world.path("items", "_refresh"))
            if status != 200:
                return 0
            return world.elastic.do("GET", world.path("items", "_count"))["count"]
        copied = eventually(some, "the first documents")
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 5.0)
        self.assertLess(copied, 6000, "it was stopped too late to prove anything")
        self.document(next(iter(expected)), base + 6000, name="meanwhile", n=0)
        expected[next(iter(expected))] = {"name": "meanwhile", "n": 0}
        daemon = world.start()
        world.level("items", expected)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    main()
