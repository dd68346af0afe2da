#!/usr/bin/env python3
"""Records that end by themselves: what Cassandra's TTL says stands in the documents, what a document
says becomes its row's TTL, and what has ended is gone from both sides and stays gone."""

import datetime
import json
import time
import unittest

from harness import World, eventually, key, main, now, server, stamp, tearDownModule  # noqa: F401

SOON = 15   # seconds: long enough to be seen, on a busy machine too
LATE = 3600


def end_in(seconds):
    """A document's expires_at."""
    return stamp(now() + seconds * 1_000_000)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Expiry(unittest.TestCase):
    def world(self, table="", pair="", start=True):
        world = World(self)
        world.configure(pair=pair)
        world.cql(f"CREATE TABLE $.t (id uuid PRIMARY KEY, name text, n int) {table}")
        if start:
            world.start().wait_for("pair is level")
        return world

    def insert(self, world, name, ttl=None, record=None):
        record = record or key()
        using = "" if ttl is None else f" USING TTL {ttl}"
        world.cql(f"INSERT INTO $.t (id, name, n) VALUES ({record}, '{name}', 1){using}")
        return record

    def document(self, world, record):
        status, found = world.elastic.ask("GET", world.path("t", f"_doc/{record}"))
        return found["_source"] if status == 200 else None

    def row(self, world, record):
        """Name and remaining TTL."""
        return world.cql(f"SELECT name, ttl(name) FROM $.t WHERE id = {record}").one()

    def document_says(self, world, record, name, end=True):
        def says():
            found = self.document(world, record)
            return found and found.get("name") == name and ("expires_at" in found) == end and found
        return eventually(says, f"document {record} is {name}, and its end is told: {end}")

    def row_says(self, world, record, name, ends):
        def says():
            found = self.row(world, record)
            return found and found[0] == name and ends(found[1]) and found
        return eventually(says, f"row {record} is {name} with the TTL asked for")

    def gone(self, world, *records):
        for record in records:
            eventually(lambda r=record: not self.row(world, r) and not self.document(world, r),
                       f"record {record} is gone from both sides")

    def stays_level(self, world, expected):
        """Nothing comes back, nothing is written, and verify finds nothing."""
        world.level("t", expected)
        before = world.newest_seq_no("t")
        times = world.writetimes("t", "name")
        time.sleep(3.0)
        world.level("t", expected)
        self.assertEqual(world.newest_seq_no("t"), before)
        self.assertEqual(world.writetimes("t", "name"), times)
        self.assertIn("0 different", world.duet("verify", "--deep"))

    def test_the_whole_story(self):
        world = self.world(f"WITH default_time_to_live = {SOON}")
        self.assertIn(f"end after {SOON} s by default", world.duet("plan"))
        # What Cassandra's users write.
        by_default = self.insert(world, "by default")
        late = self.insert(world, "late", LATE)
        for_ever = self.insert(world, "for ever", 0)
        found = self.document_says(world, late, "late")
        left = moment(found["expires_at"]) - time.time()
        self.assertAlmostEqual(left, self.row(world, late)[1], delta=3)
        self.document_says(world, by_default, "by default")
        self.document_says(world, for_ever, "for ever", end=False)
        # What Elasticsearch's users write.
        soon, later, always, past = key(), key(), key(), key()
        world.put("t", soon, {"name": "soon", "expires_at": end_in(SOON)})
        world.put("t", later, {"name": "later", "expires_at": end_in(LATE)})
        world.put("t", always, {"name": "always"})
        world.put("t", past, {"name": "past", "expires_at": end_in(-60)})
        self.row_says(world, soon, "soon", lambda ttl: ttl and ttl <= SOON)
        self.row_says(world, later, "later", lambda ttl: ttl and SOON < ttl <= LATE)
        self.row_says(world, always, "always", lambda ttl: ttl is None)
        self.gone(world, past)
        self.assertIn("its time had run out", world.duet("conflicts", "list"))
        # The end.
        self.gone(world, by_default, soon)
        self.stays_level(world, {late: {"name": "late", "n": 1}, for_ever: {"name": "for ever", "n": 1},
                                 later: {"name": "later"}, always: {"name": "always"}})

    def test_an_end_alone_is_brought_across_both_ways(self):
        world = self.world()
        record = self.insert(world, "lamp", LATE)
        self.document_says(world, record, "lamp")
        world.update("t", record, {"expires_at": end_in(9 * LATE)})
        self.row_says(world, record, "lamp", lambda ttl: ttl and ttl > 8 * LATE)
        world.put("t", record, {"name": "lamp", "n": 1})
        self.row_says(world, record, "lamp", lambda ttl: ttl is None)
        self.insert(world, "lamp", 5 * LATE, record)
        found = self.document_says(world, record, "lamp")
        self.assertGreater(moment(found["expires_at"]) - time.time(), 4 * LATE)
        self.stays_level(world, {record: {"name": "lamp", "n": 1}})

    def test_a_cell_that_ends_alone_leaves_the_rest(self):
        world = self.world()
        record = self.insert(world, "lamp")
        world.cql(f"UPDATE $.t USING TTL {SOON} SET n = 7 WHERE id = {record}")
        found = self.document_says(world, record, "lamp", end=False)
        eventually(lambda: self.document(world, record).get("n") == 7, "the new n is copied")
        self.assertNotIn("expires_at", found)
        eventually(lambda: "n" not in self.document(world, record), "the end of n is copied")
        self.stays_level(world, {record: {"name": "lamp"}})

    def test_a_document_that_has_ended_is_edited_in_vain_but_may_be_given_more_time(self):
        world = self.world(start=False)
        lost, saved = self.insert(world, "lost", SOON), self.insert(world, "saved", SOON)
        daemon = world.start()
        self.document_says(world, lost, "lost")
        self.document_says(world, saved, "saved")
        self.assertEqual(daemon.stop(), 0)
        eventually(lambda: not self.row(world, lost) and not self.row(world, saved), "both rows end")
        world.update("t", lost, {"name": "too late"})
        world.update("t", saved, {"name": "in time", "expires_at": end_in(LATE)})
        time.sleep(3.0)  # beyond the moment in which clocks may differ
        world.duet("once")
        self.gone(world, lost)
        self.assertIn("too late", world.duet("conflicts", "show", lost))
        self.row_says(world, saved, "in time", lambda ttl: ttl and ttl > SOON)

    def test_ends_while_the_program_is_away_are_found_and_are_no_deletes(self):
        world = self.world(pair='deletes = "propagate"\nmax_delete = 0.1', start=False)
        stay = {self.insert(world, "stays"): {"name": "stays", "n": 1} for _ in range(5)}
        ended = [self.insert(world, "ends", SOON) for _ in range(30)]
        daemon = world.start()
        for record in ended:
            self.document_says(world, record, "ends")
        self.assertEqual(daemon.stop(), 0)
        eventually(lambda: not self.row(world, ended[-1]), "the rows end")
        time.sleep(3.0)
        world.duet("once")
        world.level("t", stay)

    def test_rows_of_a_composite_key_with_collections_end_too(self):
        world = World(self)
        world.configure()
        world.cql("CREATE TABLE $.t (shop text, n int, name text, tags set<text>, "
                  "prices map<text, int>, PRIMARY KEY (shop, n))")
        world.start().wait_for("pair is level")
        insert = ("INSERT INTO $.t (shop, n, name, tags, prices) VALUES ('a', %s, %s, "
                  "{'x', 'y'}, {'eur': 5}) USING TTL %s")
        world.cql(insert, (1, "soon", SOON))
        world.cql(insert, (2, "late", LATE))

        def rows():
            return {row.n: (row.name, set(row.tags or []), dict(row.prices or {}))
                    for row in world.cql("SELECT n, name, tags, prices FROM $.t WHERE shop = 'a'")}

        def documents():
            return {document["n"]: document for document in world.documents("t").values()}
        eventually(lambda: set(documents()) == {1, 2}, "both documents")
        self.assertTrue(all("expires_at" in document for document in documents().values()))
        eventually(lambda: set(documents()) == {2} and set(rows()) == {2}, "the one that ends is gone")
        # And from a document: every cell of the row, those of its collections as well.
        (late, _), = world.documents("t").items()
        world.update("t", late, {"tags": ["z"], "expires_at": end_in(SOON)})
        eventually(lambda: rows() == {2: ("late", {"z"}, {"eur": 5})}, "the row is edited")
        eventually(lambda: not rows() and not documents(), "and ends with its document")

    def test_the_journal_and_the_index_tell_of_ends_as_well(self):
        journal = server("DUET_CDC_DIRECTORY")
        for feed, table, cassandra in [
                ("journal", "WITH cdc = true", f'cdc_directory = "{journal}"'), ("index", "", "")]:
            with self.subTest(feed):
                world = World(self)
                world.configure(general='sweep_every = "1h"', cassandra=cassandra)
                world.cql("CREATE TABLE $.t (id uuid PRIMARY KEY, name text, n int, "
                          f"updated_at timestamp) {table}")
                if feed == "index":
                    world.cql("CREATE CUSTOM INDEX ON $.t (updated_at) USING "
                              "'StorageAttachedIndex'")
                world.start().wait_for("pair is level")
                soon, late = key(), key()
                for record, ttl in ((soon, SOON), (late, LATE)):
                    world.cql("INSERT INTO $.t (id, name, n, updated_at) VALUES "
                              f"({record}, 'lamp', 1, toTimestamp(now())) USING TTL {ttl}")
                self.document_says(world, late, "lamp")
                pair, = json.loads(world.duet("status", "--json"))["pairs"]
                self.assertIn(feed, pair["feeds"])
                self.gone(world, soon)
                self.stays_level(world, {late: {"name": "lamp", "n": 1}})

    def test_a_column_of_that_name_is_content(self):
        world = World(self)
        world.configure()
        world.cql("CREATE TABLE $.t (id uuid PRIMARY KEY, name text, expires_at timestamp)")
        record = key()
        world.cql(f"INSERT INTO $.t (id, name, expires_at) VALUES ({record}, 'coupon', "
                  f"'2001-01-01T00:00:00Z') USING TTL {LATE}")
        self.assertIn("expires_at is taken", world.duet("plan"))
        world.duet("once")
        found = self.document(world, record)
        self.assertEqual(found["expires_at"], "2001-01-01T00:00:00.000Z")
        self.assertGreater(moment(found["_expires_at"]), time.time())

    def test_a_field_of_that_name_in_an_index_of_ones_own_is_content(self):
        world = World(self)
        world.configure()
        record = key()
        world.put("t", record, {"name": "coupon", "expires_at": "2001-01-01T00:00:00.000Z"})
        world.duet("once")
        self.assertEqual(world.rows("t")[record]["expires_at"], "2001-01-01T00:00:00.000Z")
        world.cql(f"UPDATE $.t USING TTL {LATE} SET name = 'other', expires_at = "
                  f"'2002-02-02T00:00:00Z', updated_at = toTimestamp(now()) WHERE id = {record}")
        world.duet("once")
        found = self.document(world, record)
        self.assertEqual((found["name"], found["expires_at"]), ("other", "2002-02-02T00:00:00.000Z"))
        self.assertGreater(moment(found["_expires_at"]), time.time())


if __name__ == "__main__":
    main()
