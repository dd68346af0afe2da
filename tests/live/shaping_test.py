#!/usr/bin/env python3
"""What a [[pair]] takes of its tables: columns left out, and pairs of one direction."""

import unittest

from harness import World, eventually, key, main, now, stamp, tearDownModule  # noqa: F401

SECOND = 1_000_000


class Shaping(unittest.TestCase):
    def setUp(self):
        self.world = World(self)

    def row(self, record, columns="*"):
        return self.world.cql(f"SELECT {columns} FROM $.items WHERE id = {record}").one()

    def test_columns_that_are_left_out_stay_on_their_side(self):
        world = self.world
        world.configure(pair='columns = ["*", "!internal_*"]')
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, internal_note text)")
        record, other = key(), key()
        world.cql(f"INSERT INTO $.items (id, name, internal_note) VALUES ({record}, 'a', 'row''s') "
                  f"USING TIMESTAMP {now() - 60 * SECOND}")
        world.duet("once")
        self.assertNotIn("internal_note", world.documents("items")[record])
        self.assertNotIn("internal_note", str(world.elastic.do("GET", world.path("items", "_mapping"))))
        # The document wins: the row's own column stays. The row wins: the document's field stays.
        for each in (record, other):
            world.put("items", each, {"name": "b", "internal_score": 7,
                                      "updated_at": stamp(now() - 30 * SECOND)})
        world.duet("once")
        self.assertEqual(self.row(record, "name, internal_note"), ("b", "row's"))
        self.assertEqual(self.row(other, "name, internal_note"), ("b", None))
        world.cql(f"UPDATE $.items SET name = 'c' WHERE id = {record}")
        world.duet("once")
        document = world.documents("items")[record]
        self.assertEqual((document["name"], document["internal_score"]), ("c", 7))
        self.assertIn("0 to Elasticsearch, 0 to Cassandra", world.duet("once"))
        columns = world.cql("SELECT column_name FROM system_schema.columns WHERE keyspace_name = "
                            f"'{world.keyspace}' AND table_name = 'items'")
        self.assertEqual({row.column_name for row in columns}, {"id", "name", "internal_note"})

    def test_a_delete_takes_columns_and_fields_that_are_left_out_along(self):
        world = self.world
        world.configure(pair='columns = ["*", "!internal_*"]\ndeletes = "propagate"')
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, internal_note text)")
        records = [key() for _ in range(20)]
        for record in records:
            world.cql(f"INSERT INTO $.items (id, name, internal_note) VALUES ({record}, 'a', 'row''s')")
        by_document, by_row = records[:2]
        world.start().wait_for("pair is level")
        world.update("items", by_row, {"internal_score": 7})
        eventually(lambda: "updated_at" in world.documents("items")[by_row] and
                   '"behind":0' in world.duet("status", "--json"), "the edit is settled")
        world.elastic.do("DELETE", world.path("items", f"_doc/{by_document}"))
        world.cql(f"DELETE FROM $.items WHERE id = {by_row}")
        left = set(records[2:])
        eventually(lambda: {str(row.id) for row in world.cql("SELECT id FROM $.items")} == left,
                   "the row went with its document")
        eventually(lambda: set(world.documents("items")) == left, "and the document with its row")
        shown = world.duet("conflicts", "show", by_document)
        self.assertIn('"name":"a"', shown)
        self.assertNotIn("row's", shown)  # docs/how-it-works.md says so

    def test_to_elasticsearch_never_writes_the_table(self):
        world = self.world
        world.configure(pair='direction = "to_elasticsearch"')
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text)")
        record, alien = key(), key()
        world.cql(f"INSERT INTO $.items (id, name) VALUES ({record}, 'row')")
        daemon = world.start()
        daemon.wait_for("pair is level")
        written = world.writetimes("items", "name")
        world.put("items", alien, {"name": "alien", "colour": "green",
                                   "updated_at": stamp(now())})
        world.update("items", record, {"name": "edited", "updated_at": stamp(now() + SECOND)})
        eventually(lambda: world.documents("items")[record]["name"] == "row", "the row wins")
        world.cql(f"UPDATE $.items SET name = 'later' WHERE id = {record}")
        eventually(lambda: world.documents("items")[record]["name"] == "later", "the later row")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(list(world.rows("items")), [record])
        self.assertGreater(world.writetimes("items", "name")[record], written[record])
        self.assertEqual(world.documents("items")[alien]["name"], "alien")
        self.assertIn("edited", world.duet("conflicts", "list") + world.duet(
            "conflicts", "show", record))
        world.elastic.do("PUT", f"/{world.keyspace}.orphans", {})
        self.assertIn("there is no table", world.duet("plan"))

    def test_to_cassandra_never_writes_the_index(self):
        world = self.world
        world.configure(pair='direction = "to_cassandra"')
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, own text)")
        world.elastic.do("PUT", f"/{world.index('items')}",
                         {"mappings": {"properties": {"name": {"type": "keyword"}}}})
        record, alien = key(), key()
        world.cql(f"INSERT INTO $.items (id, name, own) VALUES ({record}, 'row', 'mine')")
        world.cql(f"INSERT INTO $.items (id, name) VALUES ({alien}, 'alien')")
        world.put("items", record, {"name": "document"})
        mapping = world.elastic.do("GET", world.path("items", "_mapping"))
        newest = world.newest_seq_no("items")
        daemon = world.start()
        eventually(lambda: self.row(record, "name, own") == ("document", "mine"), "the document wins")
        world.cql(f"UPDATE $.items SET name = 'edited' WHERE id = {record}")
        eventually(lambda: self.row(record, "name") == ("document",), "the document wins again")
        world.cql(f"DELETE FROM $.items WHERE id = {record}")
        eventually(lambda: self.row(record) is not None, "the row is made again")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(world.newest_seq_no("items"), newest)
        self.assertEqual(world.elastic.do("GET", world.path("items", "_mapping")), mapping)
        self.assertEqual(self.row(alien, "name"), ("alien",))

    def test_a_column_stands_in_a_field_of_another_name_type_and_mapping(self):
        world = self.world
        world.configure(pair='[[pair.field]]\ncolumn = "price"\nfield = "cost"\n'
                             'type = "decimal"\nmapping = "keyword"\n'
                             '[[pair.field]]\ncolumn = "name"\n'
                             'mapping = \'{"type": "text", "analyzer": "whitespace"}\'')
        record, other = key(), key()
        # An index that was there: the column is made of the chosen type.
        world.put("made", record, {"name": "a b", "cost": 10.25, "updated_at": stamp(now())})
        # A table that was there: the field is made under the chosen name.
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, price decimal)")
        world.cql(f"INSERT INTO $.items (id, name, price) VALUES ({record}, 'a b', 1.10)")
        world.duet("once")
        types = {row.column_name: row.type for row in world.cql(
            "SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = "
            f"'{world.keyspace}' AND table_name = 'made'")}
        self.assertEqual(types["price"], "decimal")
        self.assertEqual(str(world.rows("made")[record]["price"]), "10.25")
        self.assertEqual(world.documents("items")[record]["cost"], "1.10")
        mapping = world.elastic.do("GET", world.path("items", "_mapping"))
        fields = mapping[world.index("items")]["mappings"]["properties"]
        self.assertEqual(fields["cost"]["type"], "keyword")
        self.assertEqual(fields["name"]["analyzer"], "whitespace")
        self.assertNotIn("price", fields)
        # Changes go both ways, and a level pair is left alone.
        world.put("items", other, {"name": "new", "cost": "7", "updated_at": stamp(now())})
        world.cql(f"UPDATE $.made SET price = 3.5 WHERE id = {record}")
        world.duet("once")
        self.assertEqual(str(world.rows("items")[other]["price"]), "7")
        self.assertEqual(world.documents("made")[record]["cost"], "3.5")
        self.assertEqual(world.duet("once").count("0 to Elasticsearch, 0 to Cassandra"), 2)


if __name__ == "__main__":
    main()
