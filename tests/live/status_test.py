#!/usr/bin/env python3
"""`duet status`, beside a daemon and without one."""

import json
import re
import unittest
import urllib.request

from harness import World, eventually, free_address, key, main, tearDownModule  # noqa: F401


class Status(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.listen = free_address()
        self.world.configure(listen=self.listen)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text)")
        self.world.cql(f"INSERT INTO $.items (id, name) VALUES ({key()}, 'n')")

    def pair(self):
        return json.loads(self.world.duet("status", "--json"))["pairs"][0]

    def test_a_running_daemon_tells_its_lag_and_the_time_of_its_sweep(self):
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        eventually(lambda: (self.pair()["sweep_seconds"] or 0) > 0, "a sweep goes round")
        self.assertLess(self.pair()["lag_seconds"], 60)
        line = self.world.duet("status").splitlines()[-1]
        self.assertRegex(line, r"items +level +0 +[\d.]+ s +[\d.]+ s +0 +0 +seq_no, sweep")
        with urllib.request.urlopen(f"http://{self.listen}/metrics", timeout=30) as page:
            text = page.read().decode()
        pair = re.escape(f'pair="{self.world.keyspace}.items"')
        for source in ("cassandra", "elasticsearch"):
            self.assertRegex(text, rf'duet_lag_seconds\{{{pair},source="{source}"\}} [\d.e-]+\n')
        self.assertRegex(text, rf"duet_pass_seconds_count\{{{pair}\}} [1-9]")

    def test_without_a_daemon_neither_is_known(self):
        self.world.duet("once")
        pair = self.pair()
        self.assertEqual(pair["state"], "level")
        self.assertIsNone(pair["lag_seconds"])
        self.assertIsNone(pair["sweep_seconds"])
        line = self.world.duet("status").splitlines()[-1]
        self.assertRegex(line, r"items +level +0 +- +- +0 +0 +seq_no, sweep")


if __name__ == "__main__":
    main()
