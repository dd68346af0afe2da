#!/usr/bin/env python3
"""How changes in Cassandra are noticed without a sweep: the index on the version column."""

import time
import unittest
import uuid

from cassandra.concurrent import execute_concurrent_with_args

from harness import World, eventually, key, main, now, tearDownModule  # noqa: F401

HOUR = 3_600_000_000  # microseconds
SEVERAL_LOOKS = 1.0  # seconds, at a period of 100 ms


class IndexFeed(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        # The sweep is out of the way: what comes has come by the feed.
        self.world.configure(general='sweep_every = "1h"')

    def make_table(self):
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, updated_at timestamp)")
        self.world.cql("CREATE CUSTOM INDEX ON $.items (updated_at) USING 'StorageAttachedIndex'")

    def start(self):
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        return daemon

    def insert(self, records, moment):
        statement = self.world.prepare("INSERT INTO $.items (id, name, updated_at) VALUES (?, ?, ?)")
        execute_concurrent_with_args(
            self.world.session, statement,
            [(uuid.UUID(record), name, moment // 1000) for record, name in records.items()])

    def test_a_new_process_goes_on_with_what_was_stamped_since(self):
        world = self.world
        self.make_table()
        records = {key(): "old" for _ in range(200)}
        self.insert(records, now())
        daemon = self.start()
        world.level("items", {record: {"name": name} for record, name in records.items()})
        daemon.stop()
        news = {record: "changed" for record in list(records)[:20]} | {key(): "new"}
        self.insert(news, now())
        aged = key()
        self.insert({aged: "aged"}, now() - HOUR)
        daemon = self.start()
        self.assertIn("goes on where it stopped", daemon.text())
        found = world.documents("items")
        self.assertEqual({record: found[record]["name"] for record in news}, news)
        self.assertNotIn(aged, found, "nothing was compared: the sweep is due in an hour")

    def test_rows_stamped_now_come_by_the_index(self):
        world = self.world
        self.make_table()
        old, aged = key(), key()
        self.insert({old: "old"}, now())
        self.insert({aged: "aged"}, now() - HOUR)
        daemon = self.start()
        wanted = {old: {"name": "old"}, aged: {"name": "aged"}}
        for round_ in range(3):
            record = key()
            self.insert({record: f"round {round_}", old: f"again {round_}"}, now())
            wanted[record] = {"name": f"round {round_}"}
            wanted[old] = {"name": f"again {round_}"}
            world.level("items", wanted)
        status = world.duet("status")
        self.assertIn("seq_no, index", status)
        # Not stamped anew: only the sweep would see it, and it is due in an hour.
        world.cql(f"UPDATE $.items SET name = 'quiet' WHERE id = {aged}")
        time.sleep(SEVERAL_LOOKS)
        self.assertEqual(world.documents("items")[aged]["name"], "aged")
        self.assertEqual(daemon.stop(), 0)
        world.duet("once")
        self.assertEqual(world.documents("items")[aged]["name"], "quiet")

    def test_thousands_of_rows_of_one_instant_lose_nothing(self):
        world = self.world
        self.make_table()
        self.insert({key(): "first"}, now())
        daemon = self.start()
        before = set(world.documents("items"))
        records = {key(): f"name {i}" for i in range(4_000)}
        self.insert(records, now())
        wanted = {record: {"name": name} for record, name in records.items()}
        for record in before:
            wanted[record] = {"name": "first"}
        world.level("items", wanted)
        self.assertEqual(daemon.stop(), 0)

    def test_a_table_that_duet_made_gets_an_index_and_loses_nothing_without_it(self):
        world = self.world
        record = key()
        world.put("items", record, {"name": "document"})
        daemon = self.start()

        def indices():
            return [row.index_name for row in world.cql(
                "SELECT index_name FROM system_schema.indexes WHERE keyspace_name = %s",
                (world.keyspace,))]
        eventually(indices, "the index")
        eventually(lambda: "seq_no, index" in world.duet("status"), "the feed")
        self.insert({record: "row"}, now())
        world.level("items", {record: {"name": "row"}})
        # Without its index the table is swept as any other.
        world.cql(f'DROP INDEX $."{indices()[0]}"')
        world.cql(f"UPDATE $.items SET name = 'quiet' WHERE id = {record}")
        eventually(lambda: world.documents("items")[record]["name"] == "quiet", "the sweep")
        self.assertEqual(daemon.stop(), 0)

    def test_plan_offers_the_statement_for_a_table_of_the_users(self):
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, updated_at timestamp)")
        plan = self.world.duet("plan")
        self.assertIn("noticed faster with: CREATE CUSTOM INDEX", plan)
        self.world.duet("once")
        self.assertIn("seq_no, sweep", self.world.duet("status"))


if __name__ == "__main__":
    main()
