#!/usr/bin/env python3
"""The journal of a node that is killed, fills its cdc_raw and changes the form of its commit log: a
Cassandra of its own. The sweep is out of the way, so what arrives was found by keys."""

import json
import os
import signal
import tempfile
import threading
import time
import unittest
import uuid
from pathlib import Path

from cassandra.concurrent import execute_concurrent_with_args
from cassandra.policies import FallthroughRetryPolicy

from harness import PATIENCE, World, eventually, free_address, key, main
from node import Node

SETTINGS = {"commitlog_segment_size": "1MiB", "cdc_total_space": "16MiB",
            "storage_compatibility_mode": "NONE"}  # the commit log's format 8
WRITERS = 1_000
FILLER = 100_000  # bytes of a row that only fills the commit log
SEVERAL_LOOKS = 1.0  # seconds; the folder is looked at every 50 ms


node = Node()


def setUpModule():  # noqa: N802 (unittest's name)
    unittest.addModuleCleanup(node.remove)
    node.start(**SETTINGS)


class JournalOfANode(unittest.TestCase):
    def setUp(self):
        self.world = World(self)

    def create(self):
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text) WITH cdc = true")

    def start(self, general="", folder=None):
        self.world.configure(general=f'sweep_every = "1h"\n{general}',
                             cassandra=f'cdc_directory = "{folder or node.cdc_directory}"',
                             pair='tables = ["items"]', listen=free_address())
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        return daemon

    def reconnect(self):
        self.world.session = node.connect()

    def write(self, names):
        """Until all are acknowledged, on whatever connection there is."""
        left = list(names.items())
        end = time.monotonic() + PATIENCE
        while left:
            try:
                insert = self.world.prepare("INSERT INTO $.items (id, name) VALUES (?, ?)")
                insert.retry_policy = FallthroughRetryPolicy()
                results = execute_concurrent_with_args(
                    self.world.session, insert,
                    [(uuid.UUID(record), name) for record, name in left],
                    concurrency=50, raise_on_first_error=False)
                left = [one for one, (done, _) in zip(left, results) if not done]
            except Exception:  # nobody answers, or the driver's connection was given up
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def fill_a_segment(self, segments=1):
        self.world.cql("CREATE TABLE IF NOT EXISTS $.filler (id uuid PRIMARY KEY, body blob)")
        insert = self.world.prepare("INSERT INTO $.filler (id, body) VALUES (?, ?)")
        rows = [(uuid.uuid4(), b"x" * FILLER) for _ in range(segments * (1 << 20) // FILLER + 1)]
        execute_concurrent_with_args(self.world.session, insert, rows, concurrency=10,
                                     raise_on_first_error=False)

    def segments(self):
        return {path.name for path in Path(node.cdc_directory).glob("*.log")}

    def holding(self, name):
        """The segments where a record of this name was written."""
        return {path.name for path in Path(node.cdc_directory).glob("*.log")
                if name.encode() in path.read_bytes()}

    def wanted(self, names):
        return {record: {"name": name} for record, name in names.items()}

    def journal(self):
        """What `duet status` says of it."""
        return json.loads(self.world.duet("status", "--json"))["journal"]

    def a_segment_of(self, name):
        """Ten records of this name in segments that are written to their end (one, as a rule), and
        the segments."""
        names = {key(): name for _ in range(10)}
        self.write(names)
        self.fill_a_segment()
        self.world.cql("CREATE TABLE IF NOT EXISTS $.others (id uuid PRIMARY KEY, name text) "
                       "WITH cdc = true")
        later = f"later than {uuid.uuid4()}"
        self.world.cql("INSERT INTO $.others (id, name) VALUES (uuid(), %s)", [later])
        segments = eventually(
            lambda: self.holding(later) and self.holding(name) - self.holding(later),
            f"{name} is in a segment that Cassandra is done with")
        return self.wanted(names), sorted(segments)

    def copy(self, segments, folder, change=None):
        """Each as one change of the folder."""
        for segment in segments:
            whole = (Path(node.cdc_directory) / segment).read_bytes()
            (folder / "copied").write_bytes(change(whole) if change else whole)
            (folder / "copied").rename(folder / segment)

    def test_no_key_of_a_thousand_writers_is_missed_through_kills_of_cassandra_and_duet(self):
        self.create()
        daemon = self.start()
        before = self.segments()
        names = {}

        def round_of(what):
            mine = {key(): f"{what} {writer}" for writer in range(WRITERS)}
            names.update(mine)
            return mine

        self.write(round_of("first"))
        self.fill_a_segment(5)  # those that hold no key of the table may be gone again
        self.assertGreater(len(self.segments() - before), 2, "segments came")

        # In the middle of writes; what Cassandra had acknowledged it replays.
        writer = threading.Thread(target=self.write, args=[round_of("when Cassandra was killed")])
        writer.start()
        eventually(lambda: self.holding("when Cassandra was killed"), "some are in the commit log")
        node.kill()
        node.start()
        self.reconnect()
        writer.join()
        self.world.level("items", self.wanted(names))

        self.write(round_of("after the replay"))
        self.fill_a_segment(2)
        self.world.level("items", self.wanted(names))
        self.assertNotIn("journal incomplete", daemon.text())

        daemon.kill()
        self.write(round_of("while Duet was away"))
        self.fill_a_segment(2)
        self.start()
        self.write(round_of("last"))
        self.world.level("items", self.wanted(names))
        self.assertTrue(all(name.startswith("CommitLog-8-") for name in self.segments()))

    def test_what_was_written_while_duet_stood_still_is_read_from_segments_that_were_replayed(self):
        self.create()
        daemon = self.start()
        names = {key(): "before" for _ in range(10)}
        self.write(names)
        self.world.level("items", self.wanted(names))
        keys = self.journal()["keys"]
        daemon.signal(signal.SIGSTOP)
        missed = {key(): f"missed {writer}" for writer in range(WRITERS)}
        self.write(missed)
        self.fill_a_segment()
        node.kill()
        node.start()
        self.reconnect()
        self.assertTrue(self.holding("missed 0"), "Cassandra keeps what it replays")
        daemon.signal(signal.SIGCONT)
        self.world.level("items", self.wanted(names | missed))
        eventually(lambda: self.journal()["keys"] >= keys + WRITERS, "each key was read")

    def test_what_cassandra_dropped_while_duet_stood_still_is_found_by_a_sweep(self):
        self.create()
        daemon = self.start()
        daemon.signal(signal.SIGSTOP)
        self.fill_a_segment()  # so that Duet has not opened the one that follows
        names = {key(): "to be dropped" for _ in range(10)}
        self.write(names)
        holding = eventually(lambda: self.holding("to be dropped"), "they are in the commit log")
        for _ in range(20):
            if not holding & self.segments():
                break
            self.fill_a_segment(5)
        else:
            self.fail("Cassandra dropped nothing")
        daemon.signal(signal.SIGCONT)
        daemon.wait_for("journal incomplete")
        self.world.level("items", self.wanted(names))

    def test_damaged_copies_of_segments_are_named_and_swept_for(self):
        """Copies, since Cassandra's own are not to be damaged: a byte of one is another, one ends
        in the middle of a write."""
        def flipped(whole):
            at = whole.index(b"damaged")
            return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:]

        def cut(whole):
            return whole[:whole.rindex(b"damaged") + 3]

        self.create()
        expected = {}
        for change in (flipped, cut):
            with self.subTest(change.__name__):
                expected |= self.copies_with(change, expected)

    def copies_with(self, change, before):
        """Follows copies of which one is changed; what was written meanwhile."""
        folder = Path(tempfile.mkdtemp(dir=self.world.folder))
        names, first = self.a_segment_of(f"at first, {change.__name__}")
        self.copy(first, folder)
        daemon = self.start(folder=folder)
        more, damaged = self.a_segment_of(f"damaged, {change.__name__}")
        names |= more
        more, whole = self.a_segment_of(f"whole, {change.__name__}")
        names |= more
        self.copy(damaged, folder, change)
        self.copy(whole, folder)
        daemon.wait_for("journal incomplete")
        self.assertRegex(daemon.text(), rf"journal incomplete.*{damaged[0]}")
        self.world.level("items", before | names)
        last, segment = self.a_segment_of(f"last, {change.__name__}")  # no sweep is due any more
        self.copy(segment, folder)
        self.world.level("items", before | names | last)
        daemon.stop()
        return names | last

    def test_a_copy_that_is_still_growing_is_waited_for(self):
        self.create()
        expected, first = self.a_segment_of("at first")
        folder = Path(tempfile.mkdtemp(dir=self.world.folder))
        self.copy(first, folder)
        daemon = self.start(folder=folder)
        keys = self.journal()["keys"]
        more, growing = self.a_segment_of("growing")
        expected |= more
        *before, last = growing
        self.copy(before, folder)
        whole = (Path(node.cdc_directory) / last).read_bytes()
        half = whole.rindex(b"growing") + 3
        self.copy([last], folder, lambda _: whole[:half])
        time.sleep(SEVERAL_LOOKS)
        with open(folder / last, "ab") as copy:
            copy.write(whole[half:])
        self.world.level("items", expected)
        eventually(lambda: self.journal()["keys"] >= keys + len(more), "each key was read")
        self.assertNotIn("journal incomplete", daemon.text())

    def test_schema_changes_around_it_cost_no_sweep(self):
        self.create()
        daemon = self.start()
        names = {}
        for i in range(8):  # each one makes Cassandra change its segment
            self.world.cql(f"CREATE TABLE $.other{i} (id uuid PRIMARY KEY, name text)")
            self.world.cql(f"DROP TABLE $.other{i}")
            mine = {key(): f"beside a change {i}"}
            self.write(mine)
            names.update(mine)
        self.world.level("items", self.wanted(names))
        self.assertNotIn("journal incomplete", daemon.text())

    def test_an_owner_deletes_what_is_settled_and_empties_what_is_nearly_full_into_one_sweep(self):
        self.create()
        daemon = self.start("journal_owner = true")
        names = {key(): "to be settled" for _ in range(10)}
        self.write(names)
        holding = eventually(lambda: self.holding("to be settled"), "they are in the commit log")
        self.world.level("items", self.wanted(names))
        self.assertEqual(holding, self.holding("to be settled"), "Cassandra still writes there")
        self.fill_a_segment(2)
        eventually(lambda: not holding & self.segments(), "the segments of settled keys are deleted")

        # Elasticsearch does not answer: keys wait, and so do their segments.
        elasticsearch = int(os.environ["DUET_ELASTICSEARCH_PID"])
        os.kill(elasticsearch, signal.SIGSTOP)
        self.addCleanup(os.kill, elasticsearch, signal.SIGCONT)
        while "emptied into one sweep" not in daemon.text():
            waiting = {key(): "when nobody could be told"}
            self.write(waiting)
            names.update(waiting)
            self.fill_a_segment()
            self.assertLess(len(names), 200, daemon.text()[-3000:])
        os.kill(elasticsearch, signal.SIGCONT)
        self.world.level("items", self.wanted(names))

    def test_without_that_nothing_is_deleted_and_status_says_by_whom_it_is(self):
        self.create()
        self.start()
        names = {key(): "to be settled" for _ in range(10)}
        self.write(names)
        holding = eventually(lambda: self.holding("to be settled"), "they are in the commit log")
        self.fill_a_segment(2)
        self.world.level("items", self.wanted(names))
        status = self.world.duet("status")
        self.assertIn(f"journal {node.cdc_directory}: ", status)
        self.assertIn(" of 16 MiB", status)
        self.assertIn("Duet deletes nothing (journal_owner = false): Cassandra drops the oldest",
                      status)
        self.assertTrue(holding <= self.segments())
        # More than there is room for: Cassandra drops, and what is written goes on arriving.
        self.fill_a_segment(20)
        eventually(lambda: not holding & self.segments(), "Cassandra has dropped them")
        last = {key(): "last"}
        self.write(last)
        names.update(last)
        self.world.level("items", self.wanted(names))

    def test_y_a_journal_that_would_block_writes_is_followed_only_where_somebody_says_so(self):
        """Next to last, since the node is started anew."""
        self.create()
        node.stop()
        node.start(cdc_block_writes=True)
        self.addCleanup(self.reconnect)
        self.addCleanup(node.start, cdc_block_writes=False)
        self.addCleanup(node.stop)
        self.reconnect()
        daemon = self.start()
        self.assertIn("Cassandra would refuse writes while Duet is away", daemon.text())
        status = self.world.duet("status")
        self.assertRegex(status, r"items .* seq_no, sweep\n")
        self.assertIn("set cdc_block_writes: false", status)
        daemon.stop()
        self.start('journal = "yes"')
        self.assertRegex(self.world.duet("status"), r"items .* seq_no, journal")

    def test_z_compressed_commit_logs_and_direct_io_are_followed_and_status_says_how_late(self):
        """One after the other, as somebody changes cassandra.yaml. (Last: the node stays so.)"""
        self.create()
        names = {}
        for settings in [{"commitlog_compression": [{"class_name": "LZ4Compressor"}],
                          "commitlog_sync_period": "1500ms"},
                         {"commitlog_compression": None, "commitlog_disk_access_mode": "direct"}]:
            with self.subTest(settings=settings):
                node.stop()
                node.start(**settings)
                self.reconnect()
                daemon = self.start()
                mine = {key(): f"{settings}" for _ in range(200)}
                self.write(mine)
                names.update(mine)
                self.fill_a_segment(2)
                self.world.level("items", self.wanted(names))
                self.assertTrue(all(name.startswith("CommitLog-8-") for name in self.segments()))
                status = self.world.duet("status")
                self.assertIn("journal (every 1500ms)", status)
                self.assertIn("writes appear every 1500ms", status)
                self.assertNotIn("journal incomplete", daemon.text())
                daemon.stop()


if __name__ == "__main__":
    main()
