#!/usr/bin/env python3
"""deletes = "propagate": what is deleted on one side goes from the other, under load and over kills
of the program; what only vanished (a truncated table, an index made anew) comes back; the fuse stops
what would be too many."""

import os
import random
import threading
import time
import unittest
import uuid

from harness import World, eventually, key, main, tearDownModule  # noqa: F401

RECORDS = 60
KILLS = 12


class Deletes(unittest.TestCase):
    def world(self, pair='deletes = "propagate"'):
        world = World(self)
        world.configure(pair=pair)
        world.cql("CREATE TABLE $.t (id uuid PRIMARY KEY, name text)")
        return world

    def fill(self, world, count=RECORDS):
        """Rows, as Cassandra's user writes them; what both sides are to hold."""
        insert = world.prepare("INSERT INTO $.t (id, name) VALUES (?, ?)")
        expected = {key(): {"name": f"record {i}"} for i in range(count)}
        for record, fields in expected.items():
            world.session.execute(insert, (uuid.UUID(record), fields["name"]))
        return expected

    def delete_row(self, world, record):
        world.cql(f"DELETE FROM $.t WHERE id = {record}")

    def delete_document(self, world, record):
        world.elastic.do("DELETE", world.path("t", f"_doc/{record}"))

    def test_a_record_deleted_on_one_side_goes_from_the_other(self):
        world = self.world()
        expected = self.fill(world)
        world.start()
        world.level("t", expected)
        records = sorted(expected)
        self.delete_row(world, records[0])
        self.delete_document(world, records[1])
        self.delete_row(world, records[2])
        self.delete_document(world, records[2])
        for record in records[:3]:
            del expected[record]
        world.level("t", expected)
        # The row could have changed without a trace: it is kept; the settled document is not.
        kept = world.duet("conflicts", "list")
        self.assertIn(records[1], kept)
        self.assertIn("its document was deleted", kept)
        self.assertNotIn(records[0], kept)

    def test_what_was_deleted_can_be_inserted_again(self):
        world = self.world()
        expected = self.fill(world)
        world.start()
        world.level("t", expected)
        first, second = sorted(expected)[:2]
        self.delete_row(world, first)
        self.delete_document(world, second)
        rest = {k: v for k, v in expected.items() if k not in (first, second)}
        world.level("t", rest)
        world.cql(f"INSERT INTO $.t (id, name) VALUES ({first}, 'again')")
        world.put("t", second, {"name": "again"})
        world.level("t", {**rest, first: {"name": "again"}, second: {"name": "again"}})

    def test_a_restored_content_lives(self):
        world = self.world()
        expected = self.fill(world)
        world.duet("once")
        record = sorted(expected)[0]
        self.delete_document(world, record)
        world.duet("once")
        self.assertNotIn(record, world.rows("t"))
        world.duet("conflicts", "restore", record)
        world.duet("once")
        world.level("t", expected)

    def test_deletes_while_the_program_is_away_are_found_by_once_and_verify(self):
        world = self.world()
        expected = self.fill(world)
        world.duet("once")
        records = sorted(expected)
        self.delete_row(world, records[0])
        self.delete_document(world, records[1])
        world.duet("once")
        world.level("t", {k: expected[k] for k in records[2:]})
        self.delete_row(world, records[2])
        self.delete_document(world, records[3])
        world.duet("verify", code=3)
        world.duet("verify", "--repair")
        world.level("t", {k: expected[k] for k in records[4:]})

    def test_by_default_what_vanished_comes_back(self):
        world = self.world(pair="")
        expected = self.fill(world)
        world.duet("once")
        records = sorted(expected)
        self.delete_row(world, records[0])
        self.delete_document(world, records[1])
        world.duet("once")
        world.level("t", expected)
        notes = world.session.execute(f"SELECT count(*) FROM {world.notes}.agreed").one()
        self.assertEqual(notes[0], 0)

    def test_the_fuse_stops_too_many_until_they_are_forced(self):
        world = self.world('deletes = "propagate"\nmax_delete = 0.3')
        expected = self.fill(world)
        daemon = world.start()
        daemon.wait_for("pair is level")
        self.assertEqual(daemon.stop(), 0)
        gone = sorted(expected)[:RECORDS // 2]
        for record in gone:
            self.delete_row(world, record)
        daemon = world.start()
        daemon.wait_for("max_delete is 0.3")
        daemon.wait_for(f"duet run --force-deletes {world.keyspace}.t")
        time.sleep(1.0)
        self.assertEqual(len(world.documents("t")), RECORDS)
        self.assertEqual(daemon.stop(), 0)
        once = world.duet("once", code=1)
        self.assertIn(f"{len(gone)} of {RECORDS} records vanished", once)
        self.assertEqual(len(world.documents("t")), RECORDS)
        daemon = world.start("--force-deletes", f"{world.keyspace}.t")
        for record in gone:
            del expected[record]
        world.level("t", expected)

    def test_a_name_that_no_pair_has_forces_nothing_later(self):
        world = self.world()
        self.fill(world)
        daemon = world.start("--force-deletes", f"{world.keyspace}.later")
        daemon.wait_for("no deletes are forced")
        world.cql("CREATE TABLE $.later (id uuid PRIMARY KEY, name text)")
        eventually(lambda: daemon.text().count("pair is level") == 2, "the new pair is level")
        self.assertNotIn("deletes are forced once", daemon.text())

    def test_the_fuse_counts_what_is_deleted_piece_by_piece(self):
        world = self.world('deletes = "propagate"\nmax_delete = 0.3')
        expected = self.fill(world)
        daemon = world.start()
        world.level("t", expected)
        for record in sorted(expected):
            self.delete_row(world, record)
            time.sleep(0.1)
        daemon.wait_for("max_delete is 0.3")
        self.assertGreaterEqual(len(world.documents("t")), RECORDS * 0.7)

    def test_a_truncated_table_and_one_made_anew_are_restored(self):
        world = self.world()
        expected = self.fill(world, 5)
        daemon = world.start()
        world.level("t", expected)
        time.sleep(1.2)  # notes of the last second are not trusted beside a TRUNCATE
        world.cql("TRUNCATE $.t")
        world.level("t", expected)
        self.assertEqual(daemon.stop(), 0)
        world.cql("DROP TABLE $.t")
        world.cql("CREATE TABLE $.t (id uuid PRIMARY KEY, name text)")
        world.start()
        world.level("t", expected)

    def test_an_index_made_anew_is_filled_again(self):
        world = self.world()
        expected = self.fill(world, 5)
        world.start()
        world.level("t", expected)
        world.elastic.do("DELETE", "/" + world.index("t"))
        world.level("t", expected)

    def test_without_notes_nothing_is_deleted(self):
        world = self.world()
        expected = self.fill(world)
        world.duet("once")
        world.session.execute(f"TRUNCATE {world.notes}.agreed")
        records = sorted(expected)
        self.delete_row(world, records[0])
        self.delete_document(world, records[1])
        world.duet("once")
        world.level("t", expected)


class Load:
    """Writers of both sides on records of their own, so that what must hold at the end is known."""

    def __init__(self, world, seed):
        self.world, self.seed = world, seed
        self.held = {}
        self.lock = threading.Lock()
        self.failures = []
        self.stopped = threading.Event()
        self.insert = world.prepare("INSERT INTO $.t (id, name) VALUES (?, ?)")

    def writes(self, side, record, name):
        if side == "row":
            self.world.session.execute(self.insert, (uuid.UUID(record), name))
        else:
            self.world.put("t", record, {"name": name})

    def deletes(self, side, record):
        if side == "row":
            self.world.cql(f"DELETE FROM $.t WHERE id = {record}")
        else:
            self.world.elastic.do("DELETE", self.world.path("t", f"_doc/{record}"))

    def run(self, side):
        chance = random.Random(f"{self.seed} {side}")
        mine, count = [], 0
        try:
            while not self.stopped.is_set():
                count += 1
                dice = chance.random()
                if dice < 0.5 or not mine:
                    record = key()
                    mine.append(record)
                    self.writes(side, record, f"{side} {count}")
                    with self.lock:
                        self.held[record] = {"name": f"{side} {count}"}
                elif dice < 0.75:
                    record = chance.choice(mine)
                    self.writes(side, record, f"{side} {count}")
                    with self.lock:
                        self.held[record] = {"name": f"{side} {count}"}
                time.sleep(chance.uniform(0.0, 0.03))
        except Exception as error:
            self.failures.append(f"{side}: {error}")

    def start(self):
        self.threads = [threading.Thread(target=self.run, args=(side,))
                        for side in ("row", "document")]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


class UnderLoad(unittest.TestCase):
    def test_deletes_both_ways_over_kills_of_the_program(self):
        seed = int(os.environ.get("DUET_TEST_SEED") or random.randrange(1_000_000))
        print(f"DUET_TEST_SEED={seed}", flush=True)
        chance = random.Random(seed)
        world = World(self)
        world.configure(pair='deletes = "propagate"\nmax_delete = 1.0')
        world.cql("CREATE TABLE $.t (id uuid PRIMARY KEY, name text)")
        insert = world.prepare("INSERT INTO $.t (id, name) VALUES (?, ?)")
        fixed = {key(): {"name": f"fixed {i}"} for i in range(400)}
        for record, fields in fixed.items():
            world.session.execute(insert, (uuid.UUID(record), fields["name"]))
        world.duet("once")
        world.level("t", fixed)
        load = Load(world, seed)
        load.start()
        self.addCleanup(load.stop)
        left = sorted(fixed)
        for _ in range(KILLS):
            daemon = world.start()
            # Records that nobody writes any more and that were agreed on.
            for _ in range(12):
                record = left.pop()
                load.deletes(chance.choice(["row", "document"]), record)
                time.sleep(chance.uniform(0.0, 0.08))
            time.sleep(chance.uniform(0.0, 0.6))
            self.assertTrue(daemon.running(), daemon.text())
            daemon.kill()
        load.stop()
        self.assertEqual(load.failures, [])
        expected = {**{record: fixed[record] for record in left}, **load.held}
        self.assertGreater(len(load.held), 50, "too little load to prove anything")
        world.start()
        world.level("t", expected)
        # And nothing comes back later.
        time.sleep(2.0)
        self.assertEqual(world.differences("t", expected), [], f"DUET_TEST_SEED={seed}")


if __name__ == "__main__":
    main()
