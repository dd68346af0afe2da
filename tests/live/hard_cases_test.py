#!/usr/bin/env python3
"""What servers and data do in real life: clocks that are wrong, sparse tables, blocked indices, values
that do not fit, and a night in which nothing happens."""

import time
import unittest
import uuid

from cassandra.query import SimpleStatement

from harness import World, eventually, key, main, now, stamp, tearDownModule  # noqa: F401

SECOND = 1_000_000


class HardCases(unittest.TestCase):
    def setUp(self):
        self.world = World(self)

    def still_obeys(self, record):
        """Cassandra's user can update the row, and delete it: nothing hides that."""
        world = self.world
        world.cql(f"UPDATE $.items SET n = 2 WHERE id = {record}")
        self.assertEqual(world.rows("items")[record]["n"], 2)
        world.cql(f"DELETE FROM $.items WHERE id = {record}")
        self.assertNotIn(record, world.rows("items"))

    def test_a_row_stamped_in_the_year_58857_can_be_updated_and_deleted_afterwards(self):
        world = self.world
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int, "
                  "updated_at timestamp)")
        record, other = key(), key()
        # What a writer gets who takes microseconds for milliseconds.
        world.cql(f"INSERT INTO $.items (id, name, n, updated_at) VALUES ({record}, 'far', 1, "
                  f"{now()})")
        world.cql(f"INSERT INTO $.items (id, name, n, updated_at) VALUES ({other}, 'near', 1, "
                  f"{now() // 1000})")
        daemon = world.start()
        both = {record: {"name": "far", "n": 1}, other: {"name": "near", "n": 1}}
        world.level("items", both)
        daemon.wait_for("pair is level")
        for changed in (record, other):  # now Duet has to write both rows
            world.update("items", changed, {"n": 3})
            both[changed]["n"] = 3
        world.level("items", both)
        self.assertEqual(daemon.stop(), 0)
        self.still_obeys(record)
        self.still_obeys(other)
        self.assertIn("versions in the future", daemon.text())

    def test_a_document_stamped_in_the_far_future_does_not_freeze_its_row(self):
        world = self.world
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int)")
        record = key()
        world.put("items", record, {"name": "far", "n": 1, "updated_at": "9999-12-31T00:00:00Z"})
        daemon = world.start()
        world.level("items", {record: {"name": "far", "n": 1}})
        world.cql(f"UPDATE $.items SET name = 'later' WHERE id = {record}")
        world.level("items", {record: {"name": "later", "n": 1}})
        self.assertEqual(daemon.stop(), 0)
        self.still_obeys(record)
        self.assertIn("versions in the future", daemon.text())

    def test_documents_larger_than_a_page_are_copied_into_an_empty_table(self):
        world = self.world
        documents = {key(): {"name": "x" * size, "n": size, "updated_at": stamp(now())}
                     for size in (10, 4_500_000, 20, 5_000_000, 5_000_001, 30)}
        for record, document in documents.items():
            world.put("items", record, document)
        self.assertIn("6 to Cassandra", world.duet("once"))
        rows = world.rows("items")
        self.assertEqual({record: rows[record]["n"] for record in rows},
                         {record: document["n"] for record, document in documents.items()})
        self.assertEqual({record: len(rows[record]["name"]) for record in rows},
                         {record: len(document["name"]) for record, document in documents.items()})

    def test_a_sparse_table_gets_no_tombstones(self):
        world = self.world
        names = [f"c{at:02}" for at in range(100)]
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, " +
                  ", ".join(f"{name} text" for name in names) + ")")
        documents = {key(): {names[(at * 5 + i) % 100]: f"v{at}" for i in range(5)}
                     for at in range(3000)}
        world.fill("items", documents)
        world.duet("once")
        changed = list(documents)[:1500]
        for record in changed:  # the same fields, so that nothing has to be cleared
            documents[record] = {name: "again" for name in documents[record]}
        world.fill("items", {record: {**documents[record], "updated_at": stamp(now())}
                             for record in changed})
        world.duet("once")
        whole = SimpleStatement(f"SELECT * FROM {world.keyspace}.items", fetch_size=5000)
        found = {str(row.id): {name: value for name, value in row._asdict().items()
                               if value is not None and name != "id"}
                 for row in world.session.execute(whole)}
        self.assertEqual(found, documents)
        self.assertEqual(world.differences("items", documents), [])

    def test_a_blocked_index_quarantines_nothing_and_goes_on_when_it_opens(self):
        world = self.world
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text)")
        a = key()
        world.cql(f"INSERT INTO $.items (id, name) VALUES ({a}, 'a')")
        daemon = world.start()
        world.level("items", {a: {"name": "a"}})
        settings = world.path("items", "_settings")
        world.elastic.do("PUT", settings, {"index.blocks.write": True})
        expected = {a: {"name": "a"}}
        for at in range(150):  # more than the refusals that stop a pair
            record = key()
            expected[record] = {"name": f"n{at}"}
            world.cql(f"INSERT INTO $.items (id, name) VALUES ({record}, 'n{at}')")
        daemon.wait_for("block")
        time.sleep(1.0)
        self.assertIn("0 records in quarantine", world.duet("quarantine", "list"))
        self.assertEqual(len(world.documents("items")), 1)
        world.elastic.do("PUT", settings, {"index.blocks.write": None})
        world.level("items", expected)
        self.assertIn("0 records in quarantine", world.duet("quarantine", "list"))

    def test_a_value_that_does_not_fit_waits_in_quarantine_and_the_others_go_on(self):
        world = self.world
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int)")
        # A mapping that takes numbers and words, as many old indices have.
        world.elastic.do("PUT", f"/{world.index('items')}", {"mappings": {"properties": {
            "name": {"type": "keyword"}, "n": {"type": "keyword"},
            "updated_at": {"type": "date_nanos"}}}})
        bad, good = key(), key()
        world.cql(f"INSERT INTO $.items (id, name, n) VALUES ({bad}, 'row', 1)")
        world.start()
        eventually(lambda: bad in world.documents("items"), "the row is copied")
        world.put("items", bad, {"name": "document", "n": "many", "updated_at": stamp(now())})
        eventually(lambda: bad in world.duet("quarantine", "list"), "it is in quarantine")
        for at in range(5):  # each pass looks at the whole table again
            world.put("items", good, {"name": f"good {at}", "n": at})
            eventually(lambda: world.rows("items").get(good) == {"name": f"good {at}", "n": at},
                       "the others go on")
            time.sleep(0.5)
        listed = world.duet("quarantine", "list")
        self.assertIn("n: ", listed)
        self.assertEqual(listed.count(bad), 1)
        self.assertIn("many", world.duet("quarantine", "show", bad))
        self.assertEqual(world.rows("items")[bad], {"name": "row", "n": 1})
        self.assertEqual(world.documents("items")[bad]["n"], "many")
        world.put("items", bad, {"name": "document", "n": 5, "updated_at": stamp(now())})
        eventually(lambda: world.rows("items")[bad] == {"name": "document", "n": 5}, "mended")
        eventually(lambda: bad not in world.duet("quarantine", "list"), "it is released")

    def test_a_document_with_a_routing_is_not_overwritten_by_a_row_with_its_id(self):
        world = self.world
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text)")
        world.duet("once")
        record = key()
        world.elastic.do("PUT", world.path("items", f"_doc/{record}?routing=here"), {"name": "routed"})
        world.cql(f"INSERT INTO $.items (id, name) VALUES ({record}, 'row')")
        world.duet("once")
        found = world.elastic.do("GET", world.path("items", f"_doc/{record}?routing=here"))
        self.assertEqual((found["_source"], found["_routing"]), ({"name": "routed"}, "here"))
        self.assertIn("routing", world.duet("quarantine", "show", record))

    def test_dates_in_a_format_that_duet_does_not_know_become_no_moments(self):
        world = self.world
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, at timestamp)")
        world.elastic.do("PUT", f"/{world.index('items')}", {"mappings": {"properties": {
            "at": {"type": "date", "format": "yyyyMMdd||epoch_millis"}}}})
        basic, without = key(), key()
        world.put("items", basic, {"name": "basic", "at": "20261120"})
        world.put("items", without, {"name": "without"})
        world.duet("once")
        self.assertEqual(list(world.rows("items")), [without])
        self.assertIn("make the column text", world.duet("quarantine", "show", basic))

    def test_ten_seconds_with_nothing_to_do_write_nothing(self):
        world = self.world
        world.cql("CREATE TABLE $.plain (id uuid PRIMARY KEY, name text, tags set<text>)")
        world.cql("CREATE TABLE $.stamped (id uuid PRIMARY KEY, name text, tags set<text>, "
                  "updated_at timestamp)")
        plain, stamped = {}, {}
        for at in range(100):
            record, tags = uuid.uuid4(), {"a", f"t{at}"}
            world.cql("INSERT INTO $.plain (id, name, tags) VALUES (%s, %s, %s)",
                      (record, f"n{at}", tags))
            plain[str(record)] = {"name": f"n{at}", "tags": sorted(tags)}
            record = key()
            stamped[record] = {"name": f"d{at}", "tags": sorted(tags)}
            world.put("stamped", record, {**stamped[record], "updated_at": stamp(now())})
        daemon = world.start()
        world.level("plain", plain)
        world.level("stamped", stamped)
        time.sleep(2.0)  # its own echoes

        def state():
            return ([world.writetimes(table, "name") for table in ("plain", "stamped")],
                    [world.newest_seq_no(table) for table in ("plain", "stamped")],
                    [world.refreshes(table) for table in ("plain", "stamped")],
                    sorted(map(str, world.session.execute(
                        f"SELECT * FROM {world.notes}.cursors"))))
        before, said = state(), daemon.text()
        time.sleep(10.0)
        self.assertEqual(before, state())
        self.assertEqual(said, daemon.text(), "and nothing to say")
        self.assertTrue(daemon.running())


if __name__ == "__main__":
    main()
