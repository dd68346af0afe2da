#!/usr/bin/env python3
"""Changes in Cassandra by its journal: the keys in the commit log of a real node. The sweep is out
of the way, so what arrives was found there."""

import statistics
import threading
import time
import unittest
import uuid

from cassandra.concurrent import execute_concurrent_with_args

from harness import World, eventually, key, main, server, tearDownModule  # noqa: F401

WRITERS, RECORDS = 10, 300
SEGMENT = 32 << 20  # bytes: Cassandra's commitlog_segment_size
FILLER = 100_000    # bytes of a row that only fills the commit log
SETTLED = 1.0       # seconds: the round of the sweep that is due at once


class Journal(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.configure()
        for table in ("items", "others"):
            self.world.cql(f"CREATE TABLE $.{table} (id uuid PRIMARY KEY, name text) WITH cdc = true")

    def configure(self, general=""):
        self.world.configure(general=f'sweep_every = "1h"\n{general}',
                             cassandra=f'cdc_directory = "{server("DUET_CDC_DIRECTORY")}"',
                             pair='tables = ["items", "others"]')

    def start(self):
        daemon = self.world.start()
        eventually(lambda: daemon.text().count("pair is level") == 2, "both pairs are level")
        time.sleep(SETTLED)
        return daemon

    def write(self, records, table="items"):
        insert = self.world.prepare(f"INSERT INTO $.{table} (id, name) VALUES (?, ?)")
        execute_concurrent_with_args(self.world.session, insert,
                                     [(uuid.UUID(record), name) for record, name in records.items()])

    def fill_a_segment(self):
        self.world.cql("CREATE TABLE IF NOT EXISTS $.filler (id uuid PRIMARY KEY, body blob)")
        insert = self.world.prepare("INSERT INTO $.filler (id, body) VALUES (?, ?)")
        rows = [(uuid.uuid4(), b"x" * FILLER) for _ in range(SEGMENT // FILLER + 1)]
        execute_concurrent_with_args(self.world.session, insert, rows, concurrency=20)

    def wanted(self, names):
        return {record: {"name": name} for record, name in names.items()}

    def test_no_key_of_many_writers_is_missed_through_new_segments_and_a_kill(self):
        daemon = self.start()
        names, lock = {}, threading.Lock()

        def writer(number):
            for round_ in range(3):
                mine = {key(): f"{number} {round_}" for _ in range(RECORDS // 3)}
                self.write(mine)
                with lock:
                    names.update(mine)
                time.sleep(0.2)
        threads = [threading.Thread(target=writer, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        self.fill_a_segment()
        for thread in threads:
            thread.join()
        self.fill_a_segment()
        last = {key(): "last"}
        self.write(last)
        names.update(last)
        self.world.level("items", self.wanted(names))
        self.assertNotIn("journal incomplete", daemon.text())

        daemon.kill()
        between = {key(): "while nobody looked" for _ in range(50)}
        self.write(between)
        names.update(between)
        self.start()
        after = {key(): "after the kill" for _ in range(50)}
        self.write(after)
        names.update(after)
        self.world.level("items", self.wanted(names))

    def test_a_batch_over_two_tables_reaches_both(self):
        self.start()
        records = {key(): f"batch {i}" for i in range(20)}
        for record, name in records.items():
            self.world.cql(f"BEGIN BATCH INSERT INTO $.items (id, name) VALUES ({record}, '{name}'); "
                           f"INSERT INTO $.others (id, name) VALUES ({record}, '{name}'); APPLY BATCH")
        self.world.level("items", self.wanted(records))
        self.world.level("others", self.wanted(records))

    def test_it_sees_what_no_index_and_no_digest_sees(self):
        record = key()
        self.world.cql(f"INSERT INTO $.items (id, name) VALUES ({record}, 'a') USING TIMESTAMP 1000000")
        self.start()
        self.world.level("items", {record: {"name": "a"}})
        # The same moment, larger bytes: WRITETIME and number of cells stay as they were.
        self.world.cql(f"INSERT INTO $.items (id, name) VALUES ({record}, 'b') USING TIMESTAMP 1000000")
        self.world.level("items", {record: {"name": "b"}})

    def test_status_and_plan_say_which_feed_serves_a_table_and_why(self):
        self.world.duet("once")
        self.world.cql("ALTER TABLE $.others WITH cdc = false")
        status = self.world.duet("status")
        self.assertIn("seq_no, journal", status)
        self.assertIn("no journal: the table has no CDC: ALTER TABLE", status)
        self.assertIn("no journal: the table has no CDC: ALTER TABLE", self.world.duet("plan"))
        self.configure('journal = "no"')
        self.assertIn('no journal: journal = "no"', self.world.duet("status"))
        self.world.configure(cassandra='cdc_directory = "/nowhere"', pair='tables = ["items"]')
        self.assertIn("no journal: /nowhere cannot be read: No such file", self.world.duet("status"))

    def test_latency_is_shown(self):
        self.start()
        seconds = []
        for i in range(30):
            record = key()
            self.write({record: f"look {i}"})
            began = time.monotonic()
            while self.world.elastic.ask("GET", self.world.path("items", f"_doc/{record}"))[0] != 200:
                self.assertLess(time.monotonic() - began, 60)
                time.sleep(0.005)
            seconds.append(time.monotonic() - began)
        print(f"\njournal: acknowledged by Cassandra to readable in Elasticsearch, {len(seconds)} "
              f"writes: p50 {statistics.median(seconds) * 1000:.0f} ms, "
              f"worst {max(seconds) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
