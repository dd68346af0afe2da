#!/usr/bin/env python3
"""What may happen to a table while Duet runs and writers write on both sides: columns added and
dropped, types altered, the table dropped, made again, truncated."""

import json
import unittest
import uuid

from harness import World, eventually, key, main, now, tearDownModule  # noqa: F401
from load import Load

PROPAGATE = 'deletes = "propagate"'


def in_json(world, record, version, fields):
    """The driver binds no user type that it does not know."""
    world.cql(f"INSERT INTO $.t JSON %s USING TIMESTAMP {version}",
              [json.dumps({"id": record, **fields})])


class TableChanges(unittest.TestCase):
    def world(self, pair="", columns="name text, n int"):
        world = World(self)
        world.configure(pair=pair)
        self.create(world, columns)
        return world

    def create(self, world, columns="name text, n int"):
        world.cql(f"CREATE TABLE $.t (id uuid PRIMARY KEY, {columns})")

    def started(self, world, **load):
        """The program and writers on both sides, all of them at work."""
        daemon = world.start()
        load = Load(world, **load).start()
        load.more()
        daemon.wait_for("pair is level")
        return daemon, load

    def all_copied(self, world, load):
        """Rows that no document has yet would be gone with their table; documents go on."""
        load.hold("row")
        load.hold("document")
        world.level("t", load.expected, load.versions)
        load.go_on("document")

    def columns(self, world):
        return {row.column_name for row in world.session.execute(
            "SELECT column_name FROM system_schema.columns WHERE keyspace_name = %s AND "
            "table_name = 't'", (world.keyspace,))}

    def test_a_column_that_is_added(self):
        world = self.world()
        _, load = self.started(world)
        world.cql("ALTER TABLE $.t ADD colour text")
        load.content = lambda at: {"name": f"name {at}", "n": at, "colour": f"colour {at}"}
        load.more(60)
        world.level("t", load.end())

    def test_a_field_that_is_added(self):
        world = self.world()
        _, load = self.started(world)
        load.hold("row")
        load.content = lambda at: {"name": f"name {at}", "n": at, "weight": at * 2}
        load.more(5, ["document"])
        eventually(lambda: "weight" in self.columns(world), "the column")
        load.go_on("row")
        load.more(60)
        world.level("t", load.end())

    def test_a_column_that_is_dropped_stays_in_the_documents_and_comes_back_with_them(self):
        world = self.world(columns="name text, n int, colour text")
        daemon, load = self.started(
            world, content=lambda at: {"name": f"name {at}", "n": at, "colour": f"colour {at}"})
        still = key()
        world.cql(f"INSERT INTO $.t (id, name, n, colour) VALUES ({still}, 'still', 1, 'red')")
        eventually(lambda: world.documents("t").get(still), "its document")
        load.row_content = lambda fields: {k: v for k, v in fields.items() if k != "colour"}
        world.cql("ALTER TABLE $.t DROP colour")
        load.more(60)
        self.assertNotIn("colour", self.columns(world))
        self.assertEqual(world.documents("t")[still]["colour"], "red")
        world.cql("ALTER TABLE $.t ADD colour text")
        load.row_content = lambda fields: fields
        load.more(60)
        expected = load.end()
        eventually(lambda: world.rows("t")[still].get("colour") == "red", "the value in the row")
        self.assertEqual(world.documents("t")[still]["colour"], "red")

    def test_a_dropped_table_is_made_again_with_all_of_its_records(self):
        for pair in ("", PROPAGATE):
            with self.subTest(pair):
                world = self.world(pair=pair)
                _, load = self.started(world)
                self.all_copied(world, load)
                world.cql("DROP TABLE $.t")
                load.go_on("row")
                load.more(20)
                world.level("t", load.end(), load.versions)

    def test_a_table_that_is_dropped_and_made_again_by_its_owner_gets_all_of_its_records(self):
        for pair in ("", PROPAGATE):
            with self.subTest(pair):
                world = self.world(pair=pair)
                daemon, load = self.started(world)
                self.all_copied(world, load)
                with daemon.frozen():  # it would make the table itself
                    world.cql("DROP TABLE $.t")
                    self.create(world, "name text, n bigint, extra text")
                load.go_on("row")
                load.more(20)
                world.level("t", load.end(), load.versions)

    def test_a_truncated_table_gets_its_records_back(self):
        for pair in ("", PROPAGATE):
            with self.subTest(pair):
                world = self.world(pair=pair)
                _, load = self.started(world)
                self.all_copied(world, load)
                world.cql("TRUNCATE $.t")
                load.go_on("row")
                load.more(20)
                world.level("t", load.end(), load.versions)

    def test_a_table_that_gives_its_name_to_a_view_stays_away(self):
        world = self.world()
        daemon, load = self.started(world)
        written = load.end()
        world.cql("CREATE TABLE $.base (id uuid PRIMARY KEY, name text, n int)")
        with daemon.frozen():  # it would make the table again
            world.cql("DROP TABLE $.t")
            world.cql("CREATE MATERIALIZED VIEW $.t AS SELECT * FROM $.base WHERE n IS NOT NULL "
                      "AND id IS NOT NULL PRIMARY KEY (n, id)")
        daemon.wait_for(f"{world.keyspace}.t is a materialized view of {world.keyspace}.base")
        record = key()
        world.cql(f"INSERT INTO $.base (id, name, n) VALUES ({record}, 'seen', 7)")
        world.level("base", {record: {"name": "seen", "n": 7}})
        self.assertEqual([row.name for row in world.cql("SELECT * FROM $.t")], ["seen"],
                         "the view can be read: nobody made a table in its place")
        self.assertEqual(set(world.documents("t")), set(written), "and the index is left alone")
        self.assertEqual(daemon.stop(), 0)

    def test_a_type_that_gets_fields_while_its_columns_are_written(self):
        for later in ("city", "of.it"):  # no object of fields can hold the second
            with self.subTest(later):
                world = World(self)
                world.cql("CREATE TYPE $.place (street text, zip text)")
                self.create(world, "name text, n int, home frozen<place>, all list<frozen<place>>")
                places = ["street", "zip"]

                def content(at):
                    place = {field: f"{field} {at}" for field in places}
                    return {"name": f"name {at}", "n": at, "home": place, "all": [place, place]}
                _, load = self.started(world, content=content, insert=in_json)
                world.cql(f'ALTER TYPE $.place ADD "{later}" text')
                load.hold("document")  # a document with what no type has yet would be refused
                load.go_on("document")
                places.append(later)
                load.more(60)
                expected = load.end()
                if later == "city":  # the driver has no name for the other
                    world.level("t", expected, load.versions)
                world.duet("verify", "--deep")

    def test_a_type_that_gets_a_field_and_another_name_for_one(self):
        world = World(self)
        world.cql("CREATE TYPE $.place (street text, zip text)")
        self.create(world, "name text, n int, home frozen<place>")
        _, load = self.started(world)
        a, b = key(), key()
        world.cql(f"INSERT INTO $.t (id, name, home) VALUES ({a}, 'a', {{street: 's', zip: 'z'}})")
        eventually(lambda: world.documents("t").get(a), "the document")
        world.cql("ALTER TYPE $.place ADD city text")
        world.cql(f"INSERT INTO $.t (id, name, home) VALUES ({b}, 'b', "
                  "{street: 's', zip: 'z', city: 'c'})")
        eventually(lambda: world.documents("t").get(b, {}).get("home") ==
                   {"street": "s", "zip": "z", "city": "c"}, "the city in the document")
        world.update("t", a, {"home": {"street": "s2", "zip": "z", "city": "c2"}})
        eventually(lambda: world.cql(f"SELECT home FROM $.t WHERE id = {a}").one().home.city == "c2",
                   "the city in the row")
        world.cql("ALTER TYPE $.place RENAME zip TO postcode")
        world.cql(f"INSERT INTO $.t (id, name, home) VALUES ({b}, 'b', "
                  "{street: 's', postcode: 'p', city: 'c'})")
        eventually(lambda: world.documents("t").get(b, {}).get("home") ==
                   {"street": "s", "postcode": "p", "city": "c"}, "the postcode in the document")
        expected = load.end()
        eventually(lambda: [line for line in world.differences("t", expected)
                            if not line.startswith((a, b))] == [], "what was written meanwhile")

    def test_where_both_sides_vanish_the_pair_ends(self):
        world = self.world()
        daemon, load = self.started(world)
        load.end()
        world.cql("DROP TABLE $.t")
        world.elastic.do("DELETE", f"/{world.index('t')}")
        daemon.wait_for("pair ended")


if __name__ == "__main__":
    main()
