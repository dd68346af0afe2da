#!/usr/bin/env python3
"""What may happen to an index while Duet runs and writers write on both sides: deleted, made anew,
moved behind an alias, closed, full of fields, without its sources."""

import unittest
import uuid

from harness import World, eventually, key, main, tearDownModule  # noqa: F401
from load import Load

PROPAGATE = 'deletes = "propagate"'


class IndexChanges(unittest.TestCase):
    def world(self, pair="", columns="name text, n int"):
        world = World(self)
        world.configure(pair=pair)
        world.cql(f"CREATE TABLE $.t (id uuid PRIMARY KEY, {columns})")
        return world

    def started(self, world, **load):
        """The program and writers on both sides, all of them at work."""
        daemon = world.start()
        daemon.wait_for("pair is level")
        load = Load(world, **load).start()
        load.more()
        return daemon, load

    def all_read(self, world, load):
        """No document is written any more, and all that were are rows: what nobody read before its
        index is deleted is gone."""
        load.hold("document")
        with load.lock:
            wanted = dict(load.versions)

        def are_rows():
            times = world.writetimes("t", "name")
            return all(times.get(record, 0) >= version for record, version in wanted.items())
        eventually(are_rows, "every version is a row's")

    def make_anew(self, world, body):
        """Again where a write that came in between has made the index, as Elasticsearch lets it."""
        def made():
            world.elastic.ask("DELETE", f"/{world.index('t')}")
            return world.elastic.ask("PUT", f"/{world.index('t')}", body)[0] < 300
        eventually(made, "an index by its owner")

    def copy(self, world, target, settings=None):
        """What _reindex does."""
        world.elastic.do("PUT", f"/{target}", settings or {})
        lines = []
        for hit in world.hits("t"):
            lines += [{"index": {"_index": target, "_id": hit["_id"]}}, hit["_source"]]
        if lines:
            world.elastic.bulk(lines)

    def test_a_deleted_index_is_made_again_with_all_of_its_records(self):
        for pair in ("", PROPAGATE):
            with self.subTest(pair):
                world = self.world(pair=pair)
                _, load = self.started(world)
                self.all_read(world, load)
                world.elastic.do("DELETE", f"/{world.index('t')}")
                load.more(20, ["row"])
                eventually(lambda: world.indices(), "the index")
                load.go_on("document")
                load.more(20)
                world.level("t", load.end(), load.versions)

    def test_an_index_that_its_owner_makes_anew_keeps_the_owners_mapping(self):
        world = self.world()
        _, load = self.started(world)
        self.all_read(world, load)
        self.make_anew(world, {
            "settings": {"index.number_of_shards": 2},
            "mappings": {"properties": {"name": {"type": "keyword"}, "n": {"type": "long"}}}})
        load.go_on("document")
        load.more(20)
        world.level("t", load.end(), load.versions)
        mapping = world.elastic.do("GET", world.path("t", "_mapping"))
        self.assertEqual(
            mapping[world.index("t")]["mappings"]["properties"]["name"], {"type": "keyword"})

    def test_a_field_that_comes_while_its_table_is_made_gets_a_column(self):
        for _ in range(6):  # the moment is a tenth of a second long
            world = World(self)
            world.configure()
            daemon = world.start()
            world.elastic.do("PUT", f"/{world.index('t')}", {})
            daemon.wait_for("making table")
            record = key()
            world.put("t", record, {"name": "in the nick of time"})
            world.level("t", {record: {"name": "in the nick of time"}}, patience=20)
            daemon.kill()

    def move_alias(self, world, first, second):
        world.elastic.do("POST", "/_aliases", {"actions": [
            {"remove": {"index": first, "alias": world.index("t")}},
            {"add": {"index": second, "alias": world.index("t")}}]})

    def behind_an_alias(self, pair, settings=None):
        """A world whose index has another name, that name and one to move to, and its writers."""
        world = World(self)
        world.configure(pair=pair)
        # Names that lead to no table: else the copy would be a pair of its own until the alias moves.
        first, second = "v1-" + world.index("t"), "v2-" + world.index("t")
        for index in (first, second):
            self.addCleanup(world.elastic.ask, "DELETE", f"/{index}")
        world.elastic.do("PUT", f"/{first}", {"aliases": {world.index("t"): {}},
                                              "settings": settings or {}})
        world.cql("CREATE TABLE $.t (id uuid PRIMARY KEY, name text, n int)")
        _, load = self.started(world)
        return world, first, second, load

    def test_an_index_is_reindexed_behind_its_alias(self):
        for pair in ("", PROPAGATE):
            with self.subTest(pair):
                world, first, second, load = self.behind_an_alias(pair)
                self.copy(world, second, {"mappings": {"properties": {"n": {"type": "long"}}}})
                load.more(20)  # newer than the copy
                self.all_read(world, load)
                self.move_alias(world, first, second)
                load.go_on("document")
                load.more(20)
                world.elastic.do("DELETE", f"/{first}")
                world.level("t", load.end(), load.versions)
                tables = [row.table_name for row in world.session.execute(
                    "SELECT table_name FROM system_schema.tables WHERE keyspace_name = %s",
                    (world.keyspace,))]
                self.assertEqual(tables, ["t"], "no table was made for an index behind an alias")

    def test_an_index_is_split_and_shrunk_behind_its_alias(self):
        """What comes of it has the same documents and other shards: no position means the same."""
        for pair, action, shards, then in [("", "_split", 1, 2), (PROPAGATE, "_shrink", 2, 1)]:
            with self.subTest(action):
                world, first, second, load = self.behind_an_alias(
                    pair, {"index.number_of_shards": shards})
                load.hold("document")
                world.elastic.do("PUT", f"/{first}/_settings", {"index.blocks.write": True})
                load.more(20, ["row"])  # these wait
                world.elastic.do("POST", f"/{first}/{action}/{second}", {"settings": {
                    "index.number_of_shards": then, "index.blocks.write": None}})
                self.move_alias(world, first, second)
                load.go_on("document")
                load.more(20)
                world.elastic.do("DELETE", f"/{first}")
                world.level("t", load.end(), load.versions)

    def test_a_snapshot_that_is_restored_over_an_index_takes_nothing_away(self):
        """The same index, as it was: records that it lacks now were not deleted."""
        for pair in ("", PROPAGATE):
            with self.subTest(pair):
                world = self.world(pair=pair)
                _, load = self.started(world)
                repository = f"/_snapshot/{world.keyspace}"
                world.elastic.do("PUT", repository, {
                    "type": "fs", "settings": {"location": world.keyspace}})
                self.addCleanup(world.elastic.ask, "DELETE", repository)
                world.elastic.do("PUT", f"{repository}/one?wait_for_completion=true",
                                 {"indices": world.index("t"), "include_global_state": False})
                load.more(40)
                self.all_read(world, load)
                world.elastic.do("POST", world.path("t", "_close"))
                world.elastic.do("POST", f"{repository}/one/_restore?wait_for_completion=true",
                                 {"indices": world.index("t")})
                load.go_on("document")
                load.more(20)
                world.level("t", load.end(), load.versions)

    def test_an_alias_that_stands_for_no_one_index_is_left_out_until_it_does(self):
        world = World(self)
        first, second = world.index("t") + "-1", world.index("t") + "-2"
        world.cql("CREATE TABLE $.t (id uuid PRIMARY KEY, name text, n int)")
        for index in (first, second):
            world.elastic.do("PUT", f"/{index}", {"aliases": {world.index("t"): {}}})
        world.configure(pair='tables = ["t"]')
        daemon = world.start()
        daemon.wait_for("it is an alias of 2 indices")
        record = key()
        world.cql(f"INSERT INTO $.t (id, name) VALUES ({record}, 'waits')")
        world.elastic.do("POST", "/_aliases", {"actions": [
            {"remove": {"index": second, "alias": world.index("t")}}]})
        world.level("t", {record: {"name": "waits"}})

    def test_a_closed_index_stops_its_pair_alone_until_it_is_opened(self):
        world = self.world()
        world.cql("CREATE TABLE $.other (id uuid PRIMARY KEY, name text, n int)")
        daemon, load = self.started(world)
        other = Load(world, table="other").start()
        world.elastic.do("POST", world.path("t", "_close"))
        load.more(20, ["row"])
        daemon.wait_for("it is closed")
        self.assertIn("_open", daemon.text())
        self.assertIn("it is closed", world.duet("status"))
        other.more(20)
        world.level("other", other.end(), other.versions)
        world.elastic.do("POST", world.path("t", "_open"))
        load.more(20)
        world.level("t", load.end(), load.versions)

    def test_an_index_that_keeps_no_whole_sources_is_refused_until_it_does(self):
        synthetic = "its _source is synthetic: reindex into an index that stores it"
        bodies = [
            ({"mappings": {"_source": {"enabled": False}}},
             "its _source is off: reindex from where the data came, with _source on"),
            ({"settings": {"index.mapping.source.mode": "synthetic"}}, synthetic),
            ({"mappings": {"_source": {"mode": "synthetic"}}}, synthetic)]
        for body, reason in bodies:
            with self.subTest(body):
                self.keeps_no_whole_sources(body, reason)

    def keeps_no_whole_sources(self, body, reason):
        world = self.world()
        daemon, load = self.started(world)
        self.all_read(world, load)
        self.make_anew(world, body)
        daemon.wait_for(f'left out" name={world.index("t")} reason="{reason}"')
        left_out = f"{world.index('t')}: {reason}"
        self.assertIn(left_out, world.duet("status"))
        self.assertIn(left_out, world.duet("plan"))
        # From here on nobody writes there: what it holds is what stood in its first second.
        written = world.newest_seq_no("t")
        load.more(20, ["row"])
        self.assertEqual(world.newest_seq_no("t"), written)
        world.elastic.do("DELETE", f"/{world.index('t')}")
        load.more(20, ["row"])
        eventually(lambda: world.indices() and world.documents("t"), "the index and documents")
        load.go_on("document")
        load.more(5)
        world.level("t", load.end(), load.versions)
        self.assertEqual(daemon.stop(), 0)

    def test_an_index_whose_fields_are_used_up_stops_its_pair_before_it_is_asked_for_more(self):
        world = self.world()
        properties = {f"f{at}": {"type": "long"} for at in range(7)}
        properties.update({"name": {"type": "text"}, "n": {"type": "long"},
                           "updated_at": {"type": "date_nanos"}})
        world.elastic.do("PUT", f"/{world.index('t')}", {
            "settings": {"index.mapping.total_fields.limit": 11},
            "mappings": {"properties": properties}})
        daemon, load = self.started(world)
        daemon.wait_for("used more than 80 % of the 11 fields")
        self.assertIn("used more than 80 % of the 11 fields", world.duet("plan"))
        world.cql("ALTER TABLE $.t ADD a text")
        world.cql("ALTER TABLE $.t ADD b text")
        limit = f'PUT /{world.index("t")}/_settings {{"index.mapping.total_fields.limit": 24}}'
        daemon.wait_for("pair stopped")
        daemon.wait_for("11 fields that it may have")
        self.assertIn("index.mapping.total_fields.limit", world.duet("plan"))
        load.more(10)
        world.elastic.do("PUT", world.path("t", "_settings"),
                         {"index.mapping.total_fields.limit": 24})
        load.content = lambda at: {"name": f"name {at}", "n": at, "a": f"a {at}", "b": f"b {at}"}
        load.more(40)
        world.level("t", load.end(), load.versions)

    def test_a_field_of_another_name_takes_its_values_along(self):
        world = self.world()
        daemon, load = self.started(world)
        expected = load.end()
        world.level("t", expected)
        # A document that is not settled would count as edited: without the column's value.
        eventually(lambda: '"behind":0' in world.duet("status", "--json"), "every write is settled")
        self.assertEqual(daemon.stop(), 0)
        world.configure(pair='[[pair.field]]\ncolumn = "name"\nfield = "title"')
        daemon = world.start()
        daemon.wait_for("pair is level")
        eventually(lambda: all(document.get("title") == expected[record]["name"]
                               for record, document in world.documents("t").items()),
                   "the values under their new name")
        for number, record in enumerate(list(expected)[:120]):
            world.put("t", record, {"name": "of no use any more", "title": f"title {number}",
                                    "n": number})
            expected[record] = {"name": f"title {number}", "n": number}
        eventually(lambda: world.rows("t") == expected, "the rows")
        self.assertNotIn("pair stopped", daemon.text())


if __name__ == "__main__":
    main()
