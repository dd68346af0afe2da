#!/usr/bin/env python3
"""The first meeting of a table and an index that are both filled: what is overwritten, what is kept,
and that a level pair is not touched at all."""

import time
import unittest

from harness import World, key, main, now, stamp, tearDownModule  # noqa: F401

SECOND = 1_000_000
MINUTE = 60 * SECOND


class FirstMeeting(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int)")
        self.base = now() - 60 * MINUTE
        self.base -= self.base % 1000  # an index of a user's tells milliseconds apart

    def insert(self, record, version, name, n):
        self.world.cql(f"INSERT INTO $.items (id, name, n) VALUES ({record}, '{name}', {n}) "
                       f"USING TIMESTAMP {version}")

    def state(self):
        """All of both sides that a write would move."""
        world = self.world
        return (world.rows("items"), world.writetimes("items", "name"),
                world.writetimes("items", "n"), world.newest_seq_no("items"))

    def test_an_old_index_without_stamps_changes_nothing_in_the_table_and_all_of_it_is_kept(self):
        world = self.world
        keys = [key() for _ in range(60)]
        for at, record in enumerate(keys):
            self.insert(record, self.base + at, f"row {at}", at)
        different = keys[:25]
        world.fill("items", {record: {"name": f"old {at}" if record in different else f"row {at}",
                                      "n": at} for at, record in enumerate(keys)})
        expected = {record: {"name": f"row {at}", "n": at} for at, record in enumerate(keys)}
        plan = world.duet("plan")
        self.assertIn("25", plan)
        before = self.state()
        world.duet("once")
        self.assertEqual(world.differences("items", expected), [])
        after = self.state()
        self.assertEqual(before[:3], after[:3], "Cassandra was written")
        listed = world.duet("conflicts", "list")
        for record in keys:
            self.assertEqual(listed.count(record), 1 if record in different else 0, listed)
        self.assertIn('"old 0"', world.duet("conflicts", "show", keys[0]))

    def test_the_other_choice_lets_the_index_win_and_keeps_the_rows(self):
        world = self.world
        world.configure(general='first_meeting = "elasticsearch"')
        a, b = key(), key()
        self.insert(a, self.base, "row", 1)
        self.insert(b, self.base, "same", 2)
        world.fill("items", {a: {"name": "index", "n": 7}, b: {"name": "same", "n": 2}})
        world.duet("once")
        self.assertEqual(world.differences("items", {a: {"name": "index", "n": 7},
                                                     b: {"name": "same", "n": 2}}), [])
        self.assertIn(a, world.duet("conflicts", "list"))

    def test_what_only_one_side_has_comes_to_the_other(self):
        world = self.world
        a, b = key(), key()
        self.insert(a, self.base, "row", 1)
        world.put("items", b, {"name": "document", "n": 2})
        world.duet("once")
        self.assertEqual(world.differences("items", {a: {"name": "row", "n": 1},
                                                     b: {"name": "document", "n": 2}}), [])
        self.assertIn("0 beaten contents", world.duet("conflicts", "list"))

    def test_of_an_id_that_two_pairs_hold_only_the_named_content_is_restored(self):
        world = self.world
        world.cql("CREATE TABLE $.others (id uuid PRIMARY KEY, name text, n int)")
        record = key()
        for table in ("items", "others"):
            world.cql(f"INSERT INTO $.{table} (id, name, n) VALUES ({record}, 'row', 1) "
                      f"USING TIMESTAMP {self.base}")
            world.fill(table, {record: {"name": f"old {table}", "n": 1}})
        world.duet("once")
        refused = world.duet("conflicts", "restore", record, code=2)
        self.assertIn("say which one to restore", refused)
        others = f"{world.keyspace}.others"
        shown = world.duet("conflicts", "show", others, record)
        self.assertIn('"old others"', shown)
        self.assertNotIn('"old items"', shown)
        self.assertIn("restored", world.duet("conflicts", "restore", others, record))
        world.duet("once")
        world.level("others", {record: {"name": "old others", "n": 1}})
        world.level("items", {record: {"name": "row", "n": 1}})
        world.duet("conflicts", "show", key(), code=1)

    def test_nothing_is_restored_where_the_row_would_be_written_over_it_again(self):
        world = self.world
        world.configure(pair='direction = "to_elasticsearch"')
        record = key()
        self.insert(record, self.base, "row", 1)
        world.fill("items", {record: {"name": "old", "n": 1}})
        world.duet("once")
        self.assertIn('"old"', world.duet("conflicts", "show", record))
        refused = world.duet("conflicts", "restore", record, code=2)
        self.assertIn("Write the content into the table", refused)
        self.assertEqual(world.documents("items")[record]["name"], "row")

    def unmoved_by(self, stamps):
        world = self.world
        keys = [key() for _ in range(300)]
        documents = {}
        for at, record in enumerate(keys):
            version = self.base + at * 1000
            self.insert(record, version, f"row {at}", at)
            documents[record] = {"name": f"row {at}", "n": at}
            if stamps:
                documents[record]["updated_at"] = stamp(version)
        world.fill("items", documents)
        before = self.state(), world.documents("items")
        world.duet("once")
        self.assertEqual(before, (self.state(), world.documents("items")))
        daemon = world.start()
        daemon.wait_for("pair is level")
        time.sleep(1.0)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(before, (self.state(), world.documents("items")))

    def test_a_level_pair_without_stamps_is_written_on_neither_side(self):
        self.unmoved_by(stamps=False)

    def test_a_level_pair_with_stamps_is_written_on_neither_side(self):
        self.unmoved_by(stamps=True)

    def test_of_two_filled_sides_with_stamps_the_newer_of_each_record_wins(self):
        world = self.world
        documents, expected, versions = {}, {}, {}
        for at in range(200):
            record = key()
            row = self.base + (at % 7) * SECOND
            document = self.base + (at % 5) * SECOND + 500_000  # never the same moment
            self.insert(record, row, "row", at)
            documents[record] = {"name": "document", "n": at, "updated_at": stamp(document)}
            expected[record] = {"name": "row" if row > document else "document", "n": at}
            versions[record] = max(row, document)
        world.fill("items", documents)
        world.duet("once")
        self.assertEqual(world.differences("items", expected, versions), [])
        names = [content["name"] for content in expected.values()]
        self.assertGreater(min(names.count("row"), names.count("document")), 40)


if __name__ == "__main__":
    main()
