#!/usr/bin/env python3
"""`duet verify`: what it finds, what it mends, and that writers do not disturb it; `duet plan` on what
it compares beforehand."""

import json
import random
import threading
import time
import unittest

from harness import World, key, main, now, server, stamp, tearDownModule  # noqa: F401


class Verify(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int, tags set<text>)")
        self.insert = self.world.prepare(
            "INSERT INTO $.items (id, name, n, tags) VALUES (?, ?, ?, ?) USING TIMESTAMP ?")

    def write(self, record, name, n, version=None):
        import uuid
        self.world.session.execute(self.insert, (uuid.UUID(record), name, n, {"a", "b"}, version or now()))

    def document(self, name, n, version):
        return {"name": name, "n": n, "tags": ["b", "a"], "updated_at": stamp(version)}

    def level(self, count):
        """`count` records, level on both sides."""
        records = [key() for _ in range(count)]
        began = now()
        for record in records:
            self.write(record, "x", 1, began)
        self.world.duet("once")
        return records, began

    def verify(self, *words, code):
        return json.loads(self.world.duet("verify", "--json", *words, code=code))["pairs"][0]

    def test_every_kind_of_difference_is_counted_and_named_and_mended(self):
        world = self.world
        records, version = self.level(300)
        for record in records[:3]:
            world.elastic.do("DELETE", world.path("items", f"_doc/{record}"))
        for record in records[3:5]:
            world.cql(f"DELETE FROM $.items WHERE id = {record}")
        for record in records[5:9]:
            world.put("items", record, self.document("edited", 1, version))
        for record in records[9:10]:
            world.put("items", record, self.document("x", 1, version + 5_000_000))
        world.put("items", records[10], self.document("x", "many", version))

        shallow = self.verify(code=3)
        self.assertEqual(shallow["different_content"], 0)
        deep = self.verify("--deep", code=3)
        self.assertEqual({name: deep[name] for name in (
            "rows", "documents", "equal", "different", "only_in_cassandra", "only_in_elasticsearch",
            "different_content", "different_version", "unreadable", "moving", "repaired")}, {
            "rows": 298, "documents": 297, "equal": 289, "different": 11, "only_in_cassandra": 3,
            "only_in_elasticsearch": 2, "different_content": 4, "different_version": 1, "unreadable": 1,
            "moving": 0, "repaired": 0})
        self.assertEqual(deep["fields"], {"name": 4})
        named = {entry["id"]: (entry["kind"], entry["fields"]) for entry in deep["differences"]}
        self.assertEqual(named[records[0]], ("only in Cassandra", []))
        self.assertEqual(named[records[5]], ("different content", ["name"]))
        self.assertEqual(set(named), set(records[:11]))

        said = world.duet("verify", "--deep", code=3)
        for line in ("11 different", "only in Cassandra: 3", "only in Elasticsearch: 2",
                     "different content: 4 (name 4)", "different version: 1", "cannot be read: 1",
                     "and 1 more", "1 pair compared, 11 differences"):
            self.assertIn(line, said)

        mended = self.verify("--deep", "--repair", code=3)
        self.assertEqual((mended["repaired"], mended["different"], mended["unreadable"]), (10, 1, 1))
        world.put("items", records[10], self.document("x", 7, version + 10_000_000))
        self.assertEqual(self.verify("--deep", "--repair", code=0)["repaired"], 1)
        self.assertEqual(self.verify("--deep", code=0)["equal"], 300)
        self.assertEqual(world.differences("items", {record: {
            "name": "edited" if record in records[5:9] else "x",
            "n": 7 if record == records[10] else 1, "tags": ["a", "b"]} for record in records}), [])

    def test_more_differences_than_are_named_are_all_mended_at_once(self):
        records, version = self.level(2_400)
        self.world.fill("items", {record: self.document("edited", 2, version + 1_000_000)
                                  for record in records[:2_300]})
        found = self.verify("--deep", "--repair", code=0)
        self.assertEqual((found["repaired"], found["equal"]), (2_300, 2_400))
        self.assertEqual(self.verify("--deep", code=0)["different"], 0)

    def test_beside_writers_and_a_running_daemon_nothing_is_reported(self):
        records, _ = self.level(3_000)
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        stop = threading.Event()

        def write_on():
            chance = random.Random(7)
            while not stop.is_set():
                record = chance.choice(records)
                if chance.random() < 0.5:
                    self.write(record, f"w{chance.random()}", 1)
                else:
                    self.world.put("items", record, self.document(f"d{chance.random()}", 2, now()))
                time.sleep(0.005)

        writer = threading.Thread(target=write_on)
        writer.start()
        try:
            for words in (("--deep",), (), ("--deep",)):
                found = self.verify(*words, code=0)
                self.assertEqual(found["equal"] + found["moving"], 3_000, found)
                self.assertLess(found["moving"], 30)
        finally:
            stop.set()
            writer.join()

    def test_a_real_difference_is_found_beside_writers(self):
        records, version = self.level(1_000)
        self.world.put("items", records[0], self.document("edited", 1, version))
        stop = threading.Event()

        def write_on():
            while not stop.is_set():
                self.write(random.choice(records[500:]), "x", 1, version)
                time.sleep(0.005)

        writer = threading.Thread(target=write_on)
        writer.start()
        try:
            found = self.verify("--deep", code=3)
            self.assertEqual([entry["id"] for entry in found["differences"]], [records[0]])
        finally:
            stop.set()
            writer.join()


class Plan(unittest.TestCase):
    def setUp(self):
        self.world = World(self)

    def test_a_first_meeting_is_counted_beforehand_by_its_cases(self):
        world = self.world
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text)")
        records = [key() for _ in range(30)]
        for record in records[:20]:
            world.cql(f"INSERT INTO $.items (id, name) VALUES ({record}, 'x')")
        world.fill("items", {record: {"name": "old" if record in records[:4] else "x"}
                             for record in records[:25]})
        said = world.duet("plan")
        self.assertIn("first meeting, of documents without updated_at:", said)
        self.assertIn("16 equal to their row: nothing is written", said)
        self.assertIn("5 without a row: they are copied", said)
        self.assertIn("4 with another row: the row wins, the document is kept", said)
        world.configure(general='first_meeting = "elasticsearch"')
        self.assertIn("4 with another row: the document wins", world.duet("plan"))
        world.configure(general='first_meeting = "stop"')
        self.assertIn("4 with another row: the pair stops", world.duet("plan"))
        world.configure()
        world.duet("once")
        self.assertNotIn("first meeting", world.duet("plan"))

    def test_ddl_prints_what_an_administrator_pastes_for_both_servers(self):
        world = self.world
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int)")
        lines = world.duet("plan", "--ddl").splitlines()
        at = lines.index(f"PUT /{world.index('items')}")
        world.elastic.do("PUT", f"/{world.index('items')}", json.loads(lines[at + 1]))
        self.assertNotIn("PUT /", world.duet("plan", "--ddl"))
        world.cql("ALTER TABLE $.items ADD more text")
        lines = world.duet("plan", "--ddl").splitlines()
        at = lines.index(f"PUT /{world.index('items')}/_mapping")
        world.elastic.do("PUT", world.path("items", "_mapping"), json.loads(lines[at + 1]))
        self.assertNotIn("PUT /", world.duet("plan", "--ddl"))


if __name__ == "__main__":
    main()
