#!/usr/bin/env python3
"""The program is killed fifty times at random moments while both sides are written. Afterwards every
record is, on both sides, its provably newest write.

Why that is exact: each write replaces a whole record and carries a version of its own, as the
WRITETIME of the row or the stamp of the document. Cassandra keeps the newest write of a row by
itself: of each cell, so that every document has every field. Of a document without tags the row gets
no cell for them, and the tags of an older write that arrives later stay (rule V4). Elasticsearch keeps the last that arrived, so one writer owns a document, and its versions
only rise. What wins in the end is then the largest version that any writer was acknowledged.
"""

import os
import random
import threading
import time
import unittest
import uuid

from harness import World, eventually, key, main, now, stamp, tearDownModule  # noqa: F401

KILLS = 50
RECORDS = 120
MILLISECOND = 1_000


class Table:
    """One table under load: its writers, and what they know to be right."""

    def __init__(self, world, name, stamped, seed):
        self.world, self.name, self.stamped, self.seed = world, name, stamped, seed
        self.keys = [key() for _ in range(RECORDS)]
        self.lock = threading.Lock()
        self.used = set()  # (record, version)
        self.winners = {}  # record -> (version, content)
        self.brought = set()  # versions of rows that were seen in Elasticsearch
        self.writes = {"row": 0, "document": 0}
        self.failures = []
        self.stopped = threading.Event()
        column = ", updated_at timestamp" if stamped else ""
        world.cql(f"CREATE TABLE $.{name} (id uuid PRIMARY KEY, name text, n bigint, "
                  f"tags set<text>{column})")
        names = "id, name, n, tags" + (", updated_at" if stamped else "")
        marks = "?, ?, ?, ?" + (", ?" if stamped else "")
        self.insert = world.prepare(f"INSERT INTO $.{name} ({names}) VALUES ({marks}) "
                                    "USING TIMESTAMP ?")

    def version(self, chance, record, after=0):
        """One that no other write of the record has: of now, or of up to two seconds ago."""
        with self.lock:
            while True:
                version = max(now() - chance.randrange(2_000) * MILLISECOND, after + MILLISECOND)
                # A column of type timestamp tells no less than milliseconds apart.
                if self.stamped:
                    version -= version % MILLISECOND
                if version > after and (record, version) not in self.used:
                    self.used.add((record, version))
                    return version

    def acknowledged(self, side, record, version, content):
        with self.lock:
            self.writes[side] += 1
            if version > self.winners.get(record, (0, None))[0]:
                self.winners[record] = (version, content)

    def content(self, chance, side, version):
        fewest = 1 if side == "document" else 0
        tags = sorted(chance.sample("abcdef", chance.randint(fewest, 3)))
        return {"name": f"{side} {chance.randrange(1_000_000)}", "n": version,
                **({"tags": tags} if tags else {})}

    def write_rows(self, chance):
        record = chance.choice(self.keys)
        version = self.version(chance, record)
        content = self.content(chance, "row", version)
        values = [uuid.UUID(record), content["name"], content["n"], set(content.get("tags", []))]
        if self.stamped:
            values.append(version // MILLISECOND)
        self.world.session.execute(self.insert, (*values, version))
        self.acknowledged("row", record, version, content)

    def write_documents(self, chance, last):
        record = chance.choice(self.keys)
        version = last[record] = self.version(chance, record, last.get(record, 0))
        content = self.content(chance, "document", version)
        self.world.put(self.name, record, {**content, "updated_at": stamp(version)})
        self.acknowledged("document", record, version, content)

    def has_news(self):
        """Did rows come to Elasticsearch since the last question? Only Duet brings them there."""
        self.world.elastic.do("POST", self.world.path(self.name, "_refresh"))
        answer = self.world.elastic.do("GET", self.world.path(self.name, f"_search?size={RECORDS}"))
        brought = {hit["_source"]["n"] for hit in answer["hits"]["hits"]
                   if hit["_source"]["name"].startswith("row")}
        news = brought - self.brought
        self.brought |= news
        return bool(news)

    def until_stopped(self, side):
        chance, last = random.Random(f"{self.seed} {self.name} {side}"), {}
        try:
            while not self.stopped.is_set():
                if side == "row":
                    self.write_rows(chance)
                else:
                    self.write_documents(chance, last)
                time.sleep(chance.uniform(0.0, 0.02))
        except Exception as error:
            self.failures.append(f"{side} writer of {self.name}: {error}")

    def start(self):
        self.threads = [threading.Thread(target=self.until_stopped, args=(side,))
                        for side in ("row", "document")]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


class Killed(unittest.TestCase):
    def wait_for_work(self, daemon, tables):
        """Waits until the program has written to Elasticsearch since the last question."""
        def seen():
            self.assertTrue(daemon.running(), daemon.text())
            return any([table.has_news() for table in tables])
        eventually(seen, "rows in Elasticsearch")

    def test_after_fifty_kills_every_record_is_its_newest_write(self):
        seed = int(os.environ.get("DUET_TEST_SEED") or random.randrange(1_000_000))
        print(f"DUET_TEST_SEED={seed}", flush=True)
        chance = random.Random(seed)
        world = World(self)
        tables = [Table(world, "plain", False, seed), Table(world, "stamped", True, seed)]
        # The indices are Duet's, whose stamps tell microseconds apart; a user's might not.
        world.duet("once")
        for table in tables:
            table.start()
            self.addCleanup(table.stop)
        slowest = 0.4  # start to first writes, so far, on this machine today; seconds
        for turn in range(KILLS):
            began = time.monotonic()
            daemon = world.start()
            if turn % 2 == 0:  # while it works
                self.wait_for_work(daemon, tables)
                slowest = min(max(slowest, time.monotonic() - began), 3.0)
                time.sleep(chance.uniform(0.0, 0.4))
            else:  # while it starts
                time.sleep(chance.uniform(0.02, slowest))
            self.assertTrue(daemon.running(), daemon.text())
            daemon.kill()
        for table in tables:
            table.stop()
            self.assertEqual(table.failures, [])
            self.assertGreater(min(table.writes.values()), 200, "too little load to prove anything")
        world.duet("once")
        for table in tables:
            found = table.world.differences(
                table.name,
                {record: content for record, (_, content) in table.winners.items()},
                {record: version for record, (version, _) in table.winners.items()})
            self.assertEqual(found, [], f"{len(found)} differences, DUET_TEST_SEED={seed}")
            sides = [content["name"].split()[0] for _, content in table.winners.values()]
            self.assertGreater(min(sides.count("row"), sides.count("document")), RECORDS // 10)
        self.assertIn("0 records in quarantine", world.duet("quarantine", "list"))
        print(", ".join(f"{table.name} {table.writes}" for table in tables), flush=True)


if __name__ == "__main__":
    main()
