#!/usr/bin/env python3
"""The first copy of a table into an index that Duet makes: while it fills the index, that does not
refresh by itself. Whoever chose how often it does is obeyed; a kill leaves nothing behind."""

import time
import unittest
import uuid

from cassandra.concurrent import execute_concurrent_with_args

from harness import World, main, tearDownModule  # noqa: F401

RECORDS = 6_000
PAUSED = "3599s"


class FirstCopy(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int)")
        insert = self.world.prepare("INSERT INTO $.items (id, name, n) VALUES (?, ?, ?)")
        rows = [(uuid.uuid4(), f"item {n} " + "of many " * 100, n) for n in range(RECORDS)]
        execute_concurrent_with_args(self.world.session, insert, rows, concurrency=200)

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
        end = time.monotonic() + 60
        while self.interval() != PAUSED:
            self.assertLess(time.monotonic(), end, daemon.text())
            self.assertTrue(daemon.running(), daemon.text())
        return daemon

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
