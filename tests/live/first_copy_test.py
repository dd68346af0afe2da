#!/usr/bin/env python3
"""The first copy of a table into an index that Duet makes: while it fills the index, that does not
refresh by itself. Whoever chose how often it does is obeyed; a kill leaves nothing behind, and the
next process copies on where the dead one stood."""

import re
import signal
import time
import unittest
import uuid

from cassandra import DriverException
from cassandra.cluster import NoHostAvailable
from cassandra.concurrent import execute_concurrent_with_args

from harness import World, main, now, stamp, tearDownModule  # noqa: F401

RECORDS = 6_000
MANY = 20_000
PAUSED = "3599s"
SAVED_EVERY = 10  # seconds


class FirstCopy(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int)")
        self.expected = {}
        self.fill(RECORDS)

    def fill(self, upto):
        insert = self.world.prepare("INSERT INTO $.items (id, name, n) VALUES (?, ?, ?)")
        rows = [(uuid.uuid4(), f"item {n} " + "of many " * 100, n)
                for n in range(len(self.expected), upto)]
        execute_concurrent_with_args(self.world.session, insert, rows, concurrency=200)
        self.expected |= {str(key): {"name": name, "n": n} for key, name, n in rows}

    def interval(self):
        """The setting of the index; None: it has none, or there is no index."""
        status, answer = self.world.elastic.ask(
            "GET", self.world.path("items", "_settings?flat_settings=true"))
        if status != 200:
            return None
        return answer[self.world.index("items")]["settings"].get("index.refresh_interval")

    def count(self):
        return self.world.elastic.do("GET", self.world.path("items", "_count"))["count"]

    def in_the_middle(self):
        """A daemon that copies, at a moment when the index is paused."""
        daemon = self.world.start()
        self.wait_while(daemon, lambda: self.interval() != PAUSED)
        return daemon

    def wait_while(self, daemon, condition):
        """Looks again at once: what is waited for passes soon."""
        end = time.monotonic() + 60
        while condition():
            self.assertLess(time.monotonic(), end, daemon.text())
            self.assertTrue(daemon.running(), daemon.text())

    def written(self):
        """Documents, whether searches see them or not."""
        stats = self.world.elastic.do("GET", self.world.path("items", "_stats/indexing"))
        return stats["_all"]["primaries"]["indexing"]["index_total"]

    def has_saved(self):
        """Whether Duet's notes hold more than that a copy goes on."""
        notes = self.world.session.execute(f"SELECT segments FROM {self.world.notes}.sweeps").one()
        return bool(notes) and len(notes.segments or []) > 1

    def kill_once_it_has_saved(self):
        daemon = self.in_the_middle()
        self.wait_while(daemon, lambda: self.written() < MANY / 10)
        # Its clock goes on, so that it is time to save when it wakes up.
        daemon.signal(signal.SIGSTOP)
        self.assertFalse(self.has_saved())
        time.sleep(SAVED_EVERY)
        daemon.signal(signal.SIGCONT)
        self.wait_while(daemon, lambda: not self.has_saved())
        daemon.kill()
        self.assertNotIn("pair is level", daemon.text())

    def test_leaves_the_index_as_it_makes_any(self):
        self.world.duet("once")
        self.assertIsNone(self.interval())
        self.assertEqual(self.count(), RECORDS)

    def test_a_kill_in_the_middle_is_mended_by_the_next_process(self):
        self.in_the_middle().kill()
        self.assertEqual(self.interval(), PAUSED)
        self.world.duet("once")
        self.assertIsNone(self.interval())
        self.assertEqual(self.count(), RECORDS)

    def test_a_copy_that_was_killed_goes_on_where_it_stood(self):
        self.fill(MANY)
        self.kill_once_it_has_saved()
        self.assertEqual(self.interval(), PAUSED)
        self.world.elastic.do("POST", self.world.path("items", "_refresh"))
        copied = self.count()
        self.assertLess(copied, MANY)
        # Meanwhile others write: a row that is copied already, a document that may not be.
        documents = self.world.elastic.do("GET", self.world.path("items", "_search?size=1"))
        changed = documents["hits"]["hits"][0]["_id"]
        self.world.cql("UPDATE $.items SET name = 'changed' WHERE id = %s", (uuid.UUID(changed),))
        self.expected[changed]["name"] = "changed"
        edited = next(key for key in self.expected if key != changed)
        self.expected[edited] = {"name": "edited", "n": -1}
        self.world.put("items", edited, {**self.expected[edited], "updated_at": stamp(now())})

        daemon = self.world.start()
        daemon.wait_for("first copy resumes")
        self.wait_while(daemon, lambda: self.interval() != PAUSED)  # this one, too
        daemon.wait_for("pair is level")
        resumed = re.search('"first copy resumes".* records=([0-9]+) percent=([0-9]+)', daemon.text())
        records, percent = int(resumed[1]), int(resumed[2])
        self.assertGreater(records, MANY / 10)
        self.assertLess(records, MANY)
        self.assertAlmostEqual(percent, 100 * records / MANY, delta=2)
        written = int(re.search('did="([0-9]+) to Elasticsearch', daemon.text())[1])
        self.assertLessEqual(written, MANY - copied + 1)
        self.assertIsNone(self.interval())
        self.assertEqual(self.world.differences("items", self.expected), [])
        self.assertEqual(daemon.stop(), 0)
        self.assertNotIn("resumes", self.world.duet("once", "--log-level", "info"))

    def test_a_copy_of_documents_that_was_killed_goes_on_where_it_stood(self):
        world = self.world
        documents = {str(uuid.uuid4()): {"name": f"item {n} " + "of many " * 100, "n": n}
                     for n in range(3 * MANY)}
        world.fill("others", documents)
        world.configure(pair='tables = ["others"]')
        daemon = world.start()

        def copied():  # about: by a 16th of the ring, or the copy ends while a busy server counts
            try:
                return 16 * world.cql("SELECT count(*) FROM $.others WHERE token(id) < "
                                      f"{(1 << 60) - (1 << 63)}").one().count
            except (DriverException, NoHostAvailable):  # there is no table yet, or not everywhere
                return 0
        self.wait_while(daemon, lambda: copied() < MANY)
        daemon.kill()
        self.assertNotIn("pair is level", daemon.text())
        edited = next(iter(documents))
        documents[edited] = {"name": "edited", "n": -1}
        world.put("others", edited, documents[edited])
        daemon = world.start()
        daemon.wait_for("pair is level")
        self.assertEqual(world.differences("others", documents), [])
        written = int(re.search('did=".* ([0-9]+) to Cassandra', daemon.text())[1])
        self.assertLess(written, len(documents) - MANY / 3, "it did not begin again")

    def test_a_stop_in_the_middle_gives_the_setting_back(self):
        self.assertEqual(self.in_the_middle().stop(), 0)
        self.assertIsNone(self.interval())

    def test_a_setting_that_somebody_makes_meanwhile_stays(self):
        daemon = self.in_the_middle()
        self.world.elastic.do("PUT", self.world.path("items", "_settings"),
                              {"index.refresh_interval": "2s"})
        daemon.wait_for("pair is level")
        self.assertEqual(self.interval(), "2s")
        self.assertEqual(self.count(), RECORDS)
        self.assertEqual(daemon.stop(), 0)

    def test_a_setting_from_a_template_stays(self):
        name = f"/_index_template/{self.world.keyspace}"
        self.addCleanup(self.world.elastic.ask, "DELETE", name)
        self.world.elastic.do("PUT", name, {
            "index_patterns": [f"{self.world.keyspace}.*"],
            "template": {"settings": {"index.refresh_interval": "700ms"}}})
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        self.assertEqual(self.interval(), "700ms")
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    main()
