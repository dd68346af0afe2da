#!/usr/bin/env python3
"""Quarantine as a place of work: what an entry tells, what retry and drop do, and that a record which
was mended on its own side leaves by itself."""

import re
import unittest

from harness import World, eventually, key, main, now, stamp, tearDownModule  # noqa: F401


class Quarantine(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int)")
        self.record = key()
        self.version = now()
        self.world.cql(f"INSERT INTO $.items (id, name, n) VALUES ({self.record}, 'good', 1) "
                       f"USING TIMESTAMP {self.version}")
        self.pair = f"{self.world.keyspace}.items"

    def put(self, n, seconds, record=None):
        """The document as somebody writes it, so many seconds later."""
        self.world.put("items", record or self.record, {
            "name": "newer", "n": n, "updated_at": stamp(self.version + seconds * 1_000_000)})

    def entries(self):
        return self.world.duet("quarantine", "list").splitlines()

    def shown(self, record=None):
        return self.world.duet("quarantine", "show", record or self.record)

    def count(self):
        return int(re.match(r"(\d+) records? in quarantine", self.entries()[-1]).group(1))

    def wait_for(self, count):
        eventually(lambda: self.count() == count, f"{count} records in quarantine")

    def test_an_entry_tells_all_that_a_person_needs(self):
        self.world.duet("once")
        self.put("many", 2)
        self.world.duet("once")
        line = self.entries()[0]
        for said in (self.pair, self.record, "refused by elasticsearch", "1 time", "n: is no int"):
            self.assertIn(said, line)
        shown = self.shown()
        for said in (rf"record    {self.record}", r"refused   by elasticsearch, 1 time, first \d{4}-",
                     r"field     n\n", r'value     "?many"?\n', r"reason    is no int",
                     r'row       version \d{4}-.*\n\{"n":1,"name":"good"\}', r"document  version \d{4}-",
                     r'\{.*"name": ?"newer".*"many"'):
            self.assertRegex(shown, said)
        first = re.search(r"first (\S+),", shown).group(1)

        # Unchanged it is left alone; changed and still wrong it was tried once more.
        self.world.duet("once")
        self.assertIn("1 time", self.entries()[0])
        self.put("more", 4)
        self.world.duet("once")
        again = self.shown()
        self.assertRegex(again, rf"2 times, first {re.escape(first)}, last ")
        self.assertRegex(again, r'value     "?more"?\n')
        self.assertGreater(re.search(r"last (\S+)", again).group(1), first)

    def test_a_document_that_is_mended_leaves_by_itself(self):
        self.world.duet("once")
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        self.put("many", 2)
        self.wait_for(1)
        self.put(7, 4)
        self.wait_for(0)
        self.world.level("items", {self.record: {"name": "newer", "n": 7}})
        self.assertIsNone(daemon.process.poll())

    def test_a_row_that_replaces_what_could_not_be_read_leaves_by_itself(self):
        self.world.duet("once")
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        self.put("many", 2)
        self.wait_for(1)
        self.world.elastic.do("DELETE", self.world.path("items", f"_doc/{self.record}"))
        self.world.cql(f"INSERT INTO $.items (id, name, n) VALUES ({self.record}, 'mended', 3)")
        self.wait_for(0)
        self.world.level("items", {self.record: {"name": "mended", "n": 3}})

    def test_a_record_that_both_sides_forgot_leaves_by_itself(self):
        self.world.duet("once")
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        lone = key()
        self.put("many", 2, lone)
        self.wait_for(1)
        self.world.elastic.do("DELETE", self.world.path("items", f"_doc/{lone}"))
        self.wait_for(0)

    def test_retry_looks_again_after_a_cause_elsewhere_was_mended(self):
        self.world.duet("once")
        # The column is what is wrong: nothing of the record itself will change.
        self.put("many", 2)
        self.world.duet("once")
        self.assertEqual(self.count(), 1)
        said = self.world.duet("quarantine", "retry", self.record)
        self.assertIn("1 record looked at again, 0 level now", said)
        self.assertIn("2 times", self.entries()[0])
        self.world.duet("quarantine", "retry", key(), code=1)

    def test_retry_brings_a_record_level_once_its_type_takes_it(self):
        world = self.world
        world.cql("CREATE TYPE $.part (a int)")
        world.cql("ALTER TABLE $.items ADD one part")
        world.duet("once")
        document = {"name": "newer", "one": {"a": 1, "b": 2}}
        world.put("items", self.record,
                  {**document, "updated_at": stamp(self.version + 2_000_000)})
        world.duet("once")
        self.assertIn("field     one", self.shown())
        self.assertIn("remedy    correct the row or the document", self.shown())
        world.cql("ALTER TYPE $.part ADD b int")
        said = world.duet("quarantine", "retry", self.record)
        self.assertIn("1 record looked at again, 1 level now", said)
        self.assertEqual(self.count(), 0)
        row, = world.cql(f"SELECT name, one FROM $.items WHERE id = {self.record}")
        self.assertEqual((row.name, row.one.a, row.one.b), ("newer", 1, 2))

    def test_drop_ends_the_protection_of_one_and_leaves_the_others(self):
        self.world.duet("once")
        other = key()
        self.put("many", 2)
        self.put("few", 2, other)
        self.world.duet("once")
        self.assertEqual(self.count(), 2)
        self.assertIn("1 record dropped", self.world.duet("quarantine", "drop", self.record))
        self.assertEqual(self.count(), 1)
        self.assertIn(other, self.entries()[0])
        self.world.duet("quarantine", "drop", self.record, code=1)
        self.world.duet("quarantine", "show", self.record, code=1)

    def test_an_id_that_two_pairs_hold_is_dropped_only_of_the_one_that_is_named(self):
        world = self.world
        first, second = (f"{world.keyspace}.{table}" for table in ("first", "second"))
        for table in ("first", "second"):
            world.cql(f"CREATE TABLE $.{table} (id text PRIMARY KEY, name text, n int)")
            world.cql(f"INSERT INTO $.{table} (id, name, n) VALUES ('sensor.1', 'good', 1) "
                      f"USING TIMESTAMP {self.version}")
        world.duet("once")
        for table in ("first", "second"):
            world.put(table, "sensor.1", {
                "name": "newer", "n": "many", "updated_at": stamp(self.version + 2_000_000)})
        world.duet("once")
        self.assertEqual(self.count(), 2)
        refused = world.duet("quarantine", "drop", "sensor.1", code=2)
        self.assertIn(f"{first} and of {second}", refused)
        self.assertEqual(self.count(), 2)
        shown = world.duet("quarantine", "show", second, "sensor.1")
        self.assertIn(f"pair      {second}", shown)
        self.assertNotIn(f"pair      {first}", shown)
        # An id with a dot, which is no pair's name.
        self.assertIn("2 records looked at again", world.duet("quarantine", "retry", "sensor.1"))
        shown = world.duet("quarantine", "show", second, "sensor.1")
        self.assertIn('"good"', shown)
        self.assertIn('"many"', shown)
        self.assertIn("1 record dropped", world.duet("quarantine", "drop", first, "sensor.1"))
        self.assertEqual(self.count(), 1)
        self.assertIn(second, self.entries()[0])
        self.assertIn("1 record dropped", world.duet("quarantine", "drop", "sensor.1"))
        said = world.duet("quarantine", "retry", "sensor.1", code=2)
        self.assertIn("there is no pair sensor.1, and no record sensor.1 in quarantine", said)


if __name__ == "__main__":
    main()
