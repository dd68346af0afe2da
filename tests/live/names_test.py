#!/usr/bin/env python3
"""Names that only one of the stores takes: capitals, reserved words, Unicode, dots and blanks, and indices
that are called as no table can be."""

import unittest
import urllib.parse
import uuid

from harness import World, main, now, stamp, tearDownModule  # noqa: F401


class Names(unittest.TestCase):
    def setUp(self):
        self.world = World(self)

    def sources(self, index):
        self.world.elastic.do("POST", f"/{urllib.parse.quote(index)}/_refresh")
        found = self.world.elastic.do("POST", f"/{urllib.parse.quote(index)}/_search")
        return {hit["_id"]: hit["_source"] for hit in found["hits"]["hits"]}

    def is_level(self):
        self.assertIn("0 differences", self.world.duet("verify", "--deep"))

    def test_columns_of_any_name_go_both_ways(self):
        world = self.world
        names = ["Select", "a.b", "ü ß☃", 'quo"ted', "100%", "_id", "%2E", " "]
        quoted = ['"' + name.replace('"', '""') + '"' for name in names]
        world.cql('CREATE TABLE $.items (id uuid PRIMARY KEY, ' +
                  ", ".join(f"{name} text" for name in quoted) + ")")
        row, document = str(uuid.uuid4()), str(uuid.uuid4())
        world.session.execute(
            f"INSERT INTO {world.keyspace}.items (id, {', '.join(quoted)}) VALUES ({row}, " +
            ", ".join(f"'{i}'" for i in range(len(names))) + ")")
        world.duet("once")
        fields = ["Select", "a%2Eb", "ü ß☃", 'quo"ted', "100%", "%5Fid", "%252E", "%20"]
        found = world.documents("items")[row]
        found.pop("updated_at")
        self.assertEqual(found, {field: str(i) for i, field in enumerate(fields)})
        world.put("items", document, {**{field: f"d{i}" for i, field in enumerate(fields)},
                                      "new field": 1, "updated_at": stamp(now())})
        world.duet("once")
        self.is_level()
        columns = ", ".join(quoted)
        rows = list(world.cql(f'SELECT {columns}, "new field" FROM $.items WHERE id = {document}'))
        self.assertEqual(list(rows[0]), [f"d{i}" for i in range(len(names))] + [1])

    def test_a_document_with_dots_is_one_with_objects(self):
        world = self.world
        born = str(uuid.uuid4())
        world.put("items", born, {"address.city": "Porto", "address": {"zip": "4000"},
                                  "address.geo.lat": 41.10, "updated_at": stamp(now())})
        world.duet("once")
        self.is_level()
        row = world.cql("SELECT address FROM $.items").one()
        self.assertEqual(row.address, '{"city":"Porto","zip":"4000","geo":{"lat":41.1}}')

    def test_tables_in_capitals_and_indices_that_are_no_tables_find_each_other(self):
        world = self.world
        world.cql('CREATE TABLE $."OrderLines" (id uuid PRIMARY KEY, "Name" text)')
        record = str(uuid.uuid4())
        world.cql(f'INSERT INTO $."OrderLines" (id, "Name") VALUES ({record}, \'x\')')
        born = str(uuid.uuid4())
        logs = f"{world.keyspace}.logs-2026.11"
        world.elastic.do("PUT", f"/{logs}/_doc/{born}", {"line": "y", "updated_at": stamp(now())})
        world.duet("once")
        self.assertEqual(self.sources(f"{world.keyspace}.~order~lines")[record]["Name"], "x")
        rows = list(world.cql("SELECT id, line FROM $.logs_x2d_2026_x2e_11"))
        self.assertEqual([(str(row.id), row.line) for row in rows], [(born, "y")])
        # Nothing more is made of what was made.
        world.duet("once")
        self.is_level()
        self.assertEqual(len(world.indices()), 2)

    def test_an_index_of_no_tables_name_by_its_own_pattern(self):
        world = self.world
        index = f"{world.keyspace}-logs-2026.11"
        world.configure(pair=f'tables = ["logs*"]\nindex = "{world.keyspace}-{{table}}"')
        born = str(uuid.uuid4())
        world.elastic.do("PUT", f"/{index}/_doc/{born}", {"line": "y", "updated_at": stamp(now())})
        world.duet("once")
        self.assertEqual(len(list(world.cql("SELECT id FROM $.logs_x2d_2026_x2e_11"))), 1)

    def test_two_tables_that_would_share_an_index_are_refused_and_both_named(self):
        world = self.world
        for table in ("a", "b"):
            world.cql(f"CREATE TABLE $.{table} (id uuid PRIMARY KEY, v int)")
        index = f"{world.keyspace}-both"
        world.configure(pair=f'tables = ["a"]\nindex = "{index}"\n[[pair]]\n'
                             f'keyspace = "{world.keyspace}"\ntables = ["b"]\nindex = "{index}"')
        said = world.duet("plan")
        self.assertIn(f"{world.keyspace}.a and {world.keyspace}.b", said)
        self.assertIn("There is nothing to pair", said)

    def test_two_columns_that_would_share_a_field_are_refused_and_both_named(self):
        world = self.world
        world.cql('CREATE TABLE $.items (id uuid PRIMARY KEY, name text, "a.b" text, title text)')
        world.cql("CREATE TABLE $.keyed (title text, c int, name text, PRIMARY KEY (title, c))")
        record = str(uuid.uuid4())
        world.cql(f"INSERT INTO $.items (id, name, title) VALUES ({record}, 'x', 'y')")
        taken = [("name", "title", "title", ("items", "keyed")),  # in the second it is of the key
                 ("name", "a%2Eb", "a.b", ("items",)),
                 ("nobodys", "title", "title", ("items", "keyed"))]  # it would become a column
        for column, field, owner, tables in taken:
            world.configure(pair=f'[[pair.field]]\ncolumn = "{column}"\nfield = "{field}"')
            for command in ("plan", "status"):
                with self.subTest(column=column, field=field, command=command):
                    said = world.duet(command)
                    for table in tables:
                        self.assertIn(f"index {world.index(table)}: columns {column} and {owner} "
                                      f"would both be field {field}", said)
                    self.assertIn("give one of them another field in a [[pair.field]]", said)
            world.duet("once", code=1)
            self.assertNotIn(world.index("items"), world.indices(), "it was not made")

    def test_an_index_that_is_called_as_a_view_is_left_out_and_named(self):
        world = self.world
        world.cql("CREATE TABLE $.products (id uuid PRIMARY KEY, price int)")
        world.cql('CREATE MATERIALIZED VIEW $."byPrice" AS SELECT * FROM $.products WHERE price '
                  "IS NOT NULL AND id IS NOT NULL PRIMARY KEY (price, id)")
        index = f"{world.keyspace}.by~price"
        world.elastic.do("PUT", f"/{index}/_doc/1?refresh=true", {"price": 1})
        record = str(uuid.uuid4())
        world.cql(f"INSERT INTO $.products (id, price) VALUES ({record}, 7)")
        sentence = f"{world.keyspace}.byPrice is a materialized view of {world.keyspace}.products"
        for command in ("plan", "status"):
            said = world.duet(command)
            self.assertIn(sentence, said, command)
            self.assertIn("leave it out: tables = [\"*\", \"!byPrice\"]", said, command)
            self.assertIn(f"or give index {index} another name", said, command)
        self.assertIn(sentence, world.duet("once"))
        self.assertEqual(world.documents("products")[record]["price"], 7, "its table is paired")
        self.assertEqual(self.sources(index), {"1": {"price": 1}})
        tables = world.session.execute("SELECT table_name FROM system_schema.tables WHERE "
                                       "keyspace_name = %s", (world.keyspace,))
        self.assertEqual([row.table_name for row in tables], ["products"])
        world.configure(pair='tables = ["*", "!byPrice"]')
        for command in ("plan", "status"):
            self.assertNotIn("byPrice", world.duet(command), "the remedy works")


if __name__ == "__main__":
    main()
