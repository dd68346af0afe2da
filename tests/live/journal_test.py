#!/usr/bin/env python3
"""Changes in Cassandra by its journal: the keys in the commit log of a real node. The sweep is out
of the way, so what arrives was found there."""

import json
import statistics
import threading
import time
import unittest
import uuid

from cassandra.concurrent import execute_concurrent_with_args

from harness import (World, eventually, free_address, key, main, server,  # noqa: F401
                     tearDownModule)

WRITERS, RECORDS = 10, 300
SEGMENT = 32 << 20  # bytes: Cassandra's commitlog_segment_size
FILLER = 100_000    # bytes of a row that only fills the commit log


class Journal(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.configure()
        for table in ("items", "others"):
            self.world.cql(f"CREATE TABLE $.{table} (id uuid PRIMARY KEY, name text) WITH cdc = true")

    def configure(self, general="", tables=("items", "others"), listen="", more=""):
        self.world.configure(general=f'sweep_every = "1h"\n{general}', listen=listen,
                             cassandra=f'cdc_directory = "{server("DUET_CDC_DIRECTORY")}"',
                             pair=f"tables = {json.dumps(tables)}\n{more}")

    def values(self, table):
        return {record: document.get("v")
                for record, document in self.world.documents(table).items()}

    def start(self, pairs=2):
        daemon = self.world.start()
        eventually(lambda: daemon.text().count("pair is level") == pairs, "all pairs are level")
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

    def test_a_deleted_row_takes_its_document_along_though_no_sweep_comes(self):
        self.configure(more='deletes = "propagate"')
        names = {key(): "n" for _ in range(50)}
        self.write(names)
        self.start()
        self.world.level("items", self.wanted(names))
        for record in list(names)[:3]:
            self.world.cql(f"DELETE FROM $.items WHERE id = {record}")
            del names[record]
        self.world.level("items", self.wanted(names))

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

    def test_a_key_of_any_type_and_of_several_columns_is_found(self):
        tables = {
            "by_text": ("k text PRIMARY KEY, v text", "'a~b ☃'", "a~b ☃"),
            "by_number": ("k int PRIMARY KEY, v text", "-7", "-7"),
            "by_moment": ("k timestamp PRIMARY KEY, v text", "'2026-11-20T12:00:00.123Z'",
                          "2026-11-20T12:00:00.123Z"),
            "by_two": ("k text, n int, v text, PRIMARY KEY ((k, n))", "'a~b', 7", "a%7Eb~7"),
            "in_order": ("k text, n int, v text, PRIMARY KEY (k, n)", "'a', 3", "a~3"),
            "of_two": ("k text, l int, n int, v text, PRIMARY KEY ((k, l), n)", "'a', 1, 2", "a~1~2"),
        }
        for table, (columns, _, _) in tables.items():
            self.world.cql(f"CREATE TABLE $.{table} ({columns}) WITH cdc = true")
        self.configure(tables=list(tables))
        self.start(len(tables))
        for word in ("first", "second"):
            for table, (columns, key_, _) in tables.items():
                names = [part.split()[0] for part in columns.split(", PRIMARY")[0].split(", ")]
                self.world.cql(f"INSERT INTO $.{table} ({', '.join(names)}) VALUES ({key_}, '{word}')")
            for table, (_, _, record) in tables.items():
                eventually(lambda: self.values(table) == {record: word}, f"{table} says {word}")

    def test_rows_of_a_partition_are_found_with_what_is_static_and_a_huge_one_by_the_sweep(self):
        self.world.cql("CREATE TABLE $.readings (k text, n int, s text static, v text, "
                       "PRIMARY KEY (k, n)) WITH cdc = true")
        insert = self.world.prepare("INSERT INTO $.readings (k, n, v) VALUES (?, ?, ?)")
        execute_concurrent_with_args(self.world.session, insert,
                                     [("huge", n, "old") for n in range(600)])
        execute_concurrent_with_args(self.world.session, insert,
                                     [("small", n, "old") for n in range(3)])
        self.configure(tables=["readings"])
        self.start(1)
        self.world.cql("UPDATE $.readings SET v = 'new' WHERE k = 'small' AND n = 1")
        self.world.cql("UPDATE $.readings SET s = 'shared' WHERE k = 'small'")
        self.world.cql("UPDATE $.readings SET v = 'new' WHERE k = 'huge' AND n = 599")

        def seen():
            documents = self.world.documents("readings")
            small = [documents.get(f"small~{n}", {}) for n in range(3)]
            return (small[1].get("v") == "new" and all(d.get("s") == "shared" for d in small) and
                    documents.get("huge~599", {}).get("v") == "new")
        eventually(seen, "every changed row is in Elasticsearch")

    def test_what_duet_wrote_itself_costs_no_look(self):
        self.configure(listen=free_address())
        self.start()
        documents = {key(): {"name": f"from the other side {i}"} for i in range(200)}
        self.world.fill("items", documents)
        self.world.level("items", documents)

        def counts():
            journal = json.loads(self.world.duet("status", "--json"))["journal"]
            return journal if journal["echoes"] >= len(documents) else None
        journal = eventually(counts, "its writes are known")
        # Stamping writes documents only; of the rows each was written once.
        self.assertEqual((journal["echoes"], journal["keys"]), (len(documents), 0))

    def went_on(self, daemon, table):
        return f'event="goes on where it stopped" pair={self.world.index(table)}' in daemon.text()

    def test_a_new_process_goes_on_with_what_was_written_since(self):
        names = {}
        for end in ("stop", "kill"):
            with self.subTest(end):
                daemon = self.start()
                names |= {key(): "old" for _ in range(RECORDS)}
                self.write(names)
                self.world.level("items", self.wanted(names))
                getattr(daemon, end)()
                names |= {record: "changed" for record in list(names)[:20]}
                names |= {key(): "new" for _ in range(5)}
                self.write(names)
                self.fill_a_segment()
                names |= {key(): "in another segment" for _ in range(5)}
                self.write(names)
                daemon = self.start()
                self.assertTrue(self.went_on(daemon, "items"))
                self.assertTrue(self.went_on(daemon, "others"))
                self.world.level("items", self.wanted(names))
                names |= {record: "after it" for record in list(names)[:20]}
                self.write(names)
                self.world.level("items", self.wanted(names))
                self.assertNotIn("journal incomplete", daemon.text())
                self.assertEqual(daemon.stop(), 0)

    def test_a_table_that_was_without_cdc_for_a_while_is_compared(self):
        daemon = self.start()
        names = {key(): "old" for _ in range(10)}
        self.write(names)
        self.world.level("items", self.wanted(names))
        daemon.stop()
        self.world.cql("ALTER TABLE $.items WITH cdc = false")
        names |= {record: "not in the journal" for record in names}
        self.write(names)
        self.world.cql("ALTER TABLE $.items WITH cdc = true")
        daemon = self.start()
        self.world.level("items", self.wanted(names))
        self.assertFalse(self.went_on(daemon, "items"))
        self.assertTrue(self.went_on(daemon, "others"))

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
