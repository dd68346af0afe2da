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

    def test_what_stands_in_the_way_is_said_with_its_remedy_before_and_while_a_daemon_runs(self):
        self.world.cql("CREATE TABLE $.dated (updated_at timestamp PRIMARY KEY, name text)")
        self.world.put("dated", key(), {"name": "n"})
        self.assertRegex(self.world.duet("status"),
                         r"dated +failed [^\n]*\n  .*updated_at is part of the key.*: choose another")
        daemon = self.world.start()
        daemon.wait_for("pair stopped")
        eventually(lambda: re.search(r"dated +stopped [^\n]*\n  .*: choose another",
                                     self.world.duet("status")), "the daemon says so, too")

    def test_a_blown_fuse_is_told_with_what_to_type(self):
        self.world.configure(listen=self.listen, pair='deletes = "propagate"\nmax_delete = 0.2')
        records = [key() for _ in range(30)]
        for record in records:
            self.world.cql(f"INSERT INTO $.items (id, name) VALUES ({record}, 'n')")
        self.world.duet("once")
        for record in records[:20]:
            self.world.cql(f"DELETE FROM $.items WHERE id = {record}")
        self.world.start().wait_for("max_delete is 0.2")
        self.assertEqual(self.pair()["state"], "stopped")
        self.assertIn("--force-deletes", self.pair()["problem"])

    def test_documents_that_can_be_no_records_and_versions_in_the_future_are_told(self):
        self.world.duet("once")
        self.world.put("items", "no-key", {"name": "n"})
        self.world.put("items", key(), {"name": "n", "updated_at": "2999-01-01T00:00:00Z"})
        self.assertIn("left out: documents, 1 with an _id that is no key", self.world.duet("plan"))
        self.world.start()
        eventually(lambda: self.pair()["left_out"] and self.pair()["dated_in_the_future"], "both")
        said = self.world.duet("status")
        self.assertIn("left out: documents, 1 with an _id that is no key", said)
        self.assertIn("versions in the future: 1 record", said)
        with urllib.request.urlopen(f"http://{self.listen}/metrics", timeout=30) as page:
            text = page.read().decode()
        self.assertRegex(text, r"duet_records_future_total\{[^}]*items[^}]*\} 1")
        for server in ("cassandra", "elasticsearch"):
            self.assertRegex(text, rf'duet_clock_drift_seconds\{{server="{server}"\}} 0')


if __name__ == "__main__":
    main()
