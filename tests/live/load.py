"""Writers on both sides that go on while something happens to a table or an index, and that know what
must be there at the end."""

import random
import threading
import time
import uuid

from cassandra import DriverException
from cassandra.cluster import NoHostAvailable

from harness import eventually, now, stamp

PAUSE = 0.01  # seconds between two writes of one writer


class Load:
    """Two writers, one on each side, that insert and update whole records with rising stamps.

    A record is in the hands of one writer until its write is acknowledged, and a write that is refused
    (the table is gone, the index is closed) is sent again until it is not. So the content that was
    acknowledged last is what both sides must hold.
    """

    def __init__(self, world, table="t", content=None, records=150, insert=None):
        self.world, self.table, self.records = world, table, records
        self.insert = insert or self.insert_row
        self.content = content or (lambda at: {"name": f"name {at}", "n": at})
        self.row_content = self.document_content = lambda fields: fields
        self.lock = threading.Lock()
        self.idle, self.expected, self.versions = [], {}, {}
        self.written = {"row": 0, "document": 0}
        self.refused = {"row": 0, "document": 0}
        self.last = now() - 3_600_000_000
        self.held = {"row": threading.Event(), "document": threading.Event()}
        self.resting = {"row": False, "document": False}
        self.ending = threading.Event()
        self.failure = None
        self.threads = [threading.Thread(target=self.write, args=(side,), daemon=True)
                        for side in ("row", "document")]
        world.test.addCleanup(self.ending.set)

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def hold(self, side):
        """The writer of one side rests, from its next acknowledged write on."""
        self.held[side].set()
        eventually(lambda: self.resting[side], f"the writer of {side}s rests")

    def go_on(self, side):
        self.held[side].clear()

    def more(self, count=20, sides=("row", "document")):
        """Waits until each writer has got so many writes through from now on."""
        before = dict(self.written)
        eventually(lambda: self.failure or
                   all(self.written[side] >= before[side] + count for side in sides),
                   f"{count} more writes of {sides}; refused so far: {self.refused}")
        if self.failure:
            raise self.failure

    def end(self, sides=("row", "document")):
        """Ends the writers after their last write is acknowledged; what both sides must hold."""
        self.more(1, sides)
        self.ending.set()
        for thread in self.threads:
            thread.join(60)
        if self.failure:
            raise self.failure
        return self.expected

    def write(self, side):
        chance = random.Random(side)
        try:
            while not self.ending.is_set():
                self.resting[side] = self.held[side].is_set()
                if not self.resting[side]:
                    self.one(side, chance)
                time.sleep(PAUSE)
        except Exception as error:  # told by end()
            self.failure = error

    def one(self, side, chance):
        with self.lock:
            fresh = len(self.expected) < self.records or not self.idle
            record = str(uuid.UUID(int=chance.getrandbits(128), version=4)) if fresh else \
                self.idle.pop(chance.randrange(len(self.idle)))
            self.last = version = max(self.last + 1, now())
        send = self.put_row if side == "row" else self.put_document
        fields = self.content(version % 1_000_000)
        while not send(record, version, fields):
            self.refused[side] += 1
            if self.ending.is_set():
                raise AssertionError(f"a write of a {side} was refused to the end")
            time.sleep(0.05)
            fields = self.content(version % 1_000_000)
        with self.lock:
            self.expected[record], self.versions[record] = fields, version
            self.idle.append(record)
            self.written[side] += 1

    def insert_row(self, world, record, version, fields):
        names, marks = ", ".join(fields), ", ".join(["%s"] * len(fields))
        world.cql(f"INSERT INTO $.{self.table} (id, {names}) VALUES ({record}, {marks}) "
                  f"USING TIMESTAMP {version}", tuple(fields.values()))

    def put_row(self, record, version, fields):
        try:
            self.insert(self.world, record, version, self.row_content(fields))
        except (DriverException, NoHostAvailable):
            return False
        return True

    def put_document(self, record, version, fields):
        fields = self.document_content(fields)
        status, _ = self.world.elastic.ask(
            "PUT", self.world.path(self.table, f"_doc/{record}"),
            {**fields, "updated_at": stamp(version)})
        return status < 300
