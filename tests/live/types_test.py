#!/usr/bin/env python3
"""Every type of tests/types_table.py at depths 1 to 3, with the values at its edges: what went to the
other side and came back is the same, bit for bit; and an index that a user made, by mapping or by
chance."""

import decimal
import json
import re
import sys
import unittest
from pathlib import Path

from cassandra.protocol import ResultMessage, _ProtocolHandler, read_int, read_value

from harness import Servers, World, eventually, key, main, tearDownModule  # noqa: F401

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import types_table as table  # noqa: E402


class RawRows(ResultMessage):
    """Cells as the server sent them: the driver has no Python value for the year -10000, nor for a
    vector."""

    def recv_results_rows(self, f, protocol_version, user_type_map, result_metadata):
        self.recv_results_metadata(f, user_type_map)
        columns = self.column_metadata or result_metadata
        self.parsed_rows = [tuple(read_value(f) for _ in columns) for _ in range(read_int(f))]
        self.column_names = [column[2] for column in columns]
        self.column_types = [column[3] for column in columns]


class RawProtocol(_ProtocolHandler):
    message_types_by_opcode = {**_ProtocolHandler.message_types_by_opcode,
                               ResultMessage.opcode: RawRows}


class TypesWorld(World):
    """Two keyspaces, and documents as bytes."""

    def __init__(self, test):
        super().__init__(test)
        self.raw = Servers.get().cluster.connect()
        self.raw.client_protocol_handler = RawProtocol
        self.raw.default_timeout = 60
        self.second = self.keyspace + "_again"
        self.second_notes = self.second + "_duet"
        test.addCleanup(self.raw.shutdown)
        test.addCleanup(self.drop_second)
        self.session.execute(f"CREATE KEYSPACE {self.second} WITH replication = "
                             "{'class': 'SimpleStrategy', 'replication_factor': 1}")

    def configure(self, pair=""):
        super().configure(general="max_new_columns = 200", pair=pair)

    def drop_second(self):
        for keyspace in (self.second, self.second_notes):
            self.session.execute(f"DROP KEYSPACE IF EXISTS {keyspace}", timeout=120)

    def both(self, statement):
        """A definition, in both keyspaces."""
        for keyspace in (self.keyspace, self.second):
            self.session.execute(statement.replace("$", keyspace))

    def pair(self, keyspace, index):
        """From now on these are a pair, and Duet remembers nothing of others."""
        first = self.keyspace, self.notes
        self.keyspace, self.notes = keyspace, self.second_notes
        self.configure(pair=f'index = "{index}"')
        self.keyspace, self.notes = first

    def bits(self, keyspace, name):
        """{id: {column: bytes}}"""
        found = {}
        for row in self.raw.execute(f'SELECT * FROM {keyspace}."{name}"'):
            cells = row._asdict()
            found[cells.pop("id").hex()] = cells
        return found

    def source(self, index, record):
        """A document's bytes."""
        return self.send("GET", f"/{index}/_source/{record}")[1]

    def send(self, method, path, body=None):
        """Bytes there and back; the answer's status too."""
        self.elastic.ask("GET", "/_cluster/health")  # there is a connection
        connection = self.elastic.local.connection
        connection.request(method, path, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        return reply.status, reply.read()

    def put_bytes(self, name, document, record=None):
        record = record or key()
        status, answer = self.send("PUT", self.path(name, f"_doc/{record}"), document)
        self.test.assertLess(status, 300, f"{document[:200]}: {answer[:600]}")
        return record

    def columns(self, name):
        return {row.column_name: row.type for row in self.session.execute(
            "SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = %s AND "
            "table_name = %s", (self.keyspace, name))}

    def once(self):
        self.duet("once")
        self.test.assertIn("0 records in quarantine", self.duet("quarantine", "list"))
        # Both sides are the same to Duet as well: it finds nothing more to do.
        self.duet("verify", "--deep")
        for line in self.duet("once").splitlines():
            if " to Cassandra" in line:
                self.test.assertIn("0 to Elasticsearch, 0 to Cassandra", line)


class CassandraFirst(unittest.TestCase):
    def setUp(self):
        self.world = TypesWorld(self)

    def make(self, name, types):
        """One table with a column for each type, and a row for each value."""
        for made in types:
            for user_type, fields in made.user_types:
                self.world.both(f"CREATE TYPE IF NOT EXISTS $.{user_type} ({fields})")
        columns = ", ".join(f"c{at} {made.cql}" for at, made in enumerate(types))
        self.world.both(f"CREATE TABLE $.{name} (id uuid PRIMARY KEY, {columns})")
        for row in range(max(len(made.values) for made in types)):
            held = [(f"c{at}", made.values[row]) for at, made in enumerate(types)
                    if row < len(made.values)]
            self.world.cql(f"INSERT INTO $.{name} (id, {', '.join(c for c, _ in held)}) VALUES "
                           f"(uuid(), {', '.join(literal for _, literal in held)})")

    def compare(self, types, before, after):
        self.assertEqual(set(before), set(after))
        for record, cells in before.items():
            for column, cell in cells.items():
                if after[record][column] != cell:
                    self.fail(f"{types[int(column[1:])].cql}: {cell!r} has become "
                              f"{after[record][column]!r}")

    def there_and_back(self, tables):
        """Into documents, from them into a second table, and over the rows that they came from."""
        world = self.world
        for name, types in tables.items():
            self.make(name, types)
        before = {name: world.bits(world.keyspace, name) for name in tables}
        world.once()
        for name in tables:
            for record in world.documents(name):
                document = world.source(world.index(name), record)
                world.put_bytes(name, document[:-1] + b',"touched":1}', record)
        world.once()  # each document is newer now, and its row is written whole
        for name, types in tables.items():
            rewritten = world.bits(world.keyspace, name)
            touched = {cells.pop("touched") for cells in rewritten.values()}
            self.assertEqual(touched, {(1).to_bytes(8, "big")}, "the rows are written again")
            for cells in rewritten.values():
                cells.pop("updated_at", None)
            self.compare(types, before[name], rewritten)
        world.pair(world.second, world.keyspace + ".{table}")
        world.once()
        for name, types in tables.items():
            copied = world.bits(world.second, name)
            for cells in copied.values():
                cells.pop("touched")
            self.compare(types, before[name], copied)

    def test_values_come_back_bit_for_bit(self):
        self.there_and_back({"depth1": [table.scalar(name) for name in table.SCALARS]})
        properties = self.world.elastic.do("GET", self.world.path("depth1", "_mapping"))
        properties = properties[self.world.index("depth1")]["mappings"]["properties"]
        documents = self.world.documents("depth1").values()
        for at, (name, scalar) in enumerate(table.SCALARS.items()):
            with self.subTest(name):
                self.assertEqual(properties[f"c{at}"]["type"], scalar.mapping)
                self.assertIn(scalar.example[1], [each.get(f"c{at}") for each in documents])

    def test_values_in_every_container_come_back_bit_for_bit(self):
        self.there_and_back({"depth2_" + name: contained for name, contained in depth(2).items()})

    def test_containers_in_containers_come_back_bit_for_bit(self):
        self.there_and_back({"depth3_" + name: contained for name, contained in depth(3).items()})

    def of_a_user(self, tables):
        """The same, where each index was there before its table."""
        for name in tables:
            self.world.elastic.do("PUT", f"/{self.world.index(name)}", {})
        self.there_and_back(tables)

    def test_values_come_back_bit_for_bit_from_an_index_of_a_user(self):
        self.of_a_user({"own_scalars": [table.scalar(name) for name in table.SCALARS],
                        **{"own2_" + name: contained for name, contained in depth(2).items()}})

    def test_containers_in_containers_come_back_bit_for_bit_from_an_index_of_a_user(self):
        self.of_a_user({"own3_" + name: contained for name, contained in depth(3).items()})

    def test_frozen_containers_come_back_bit_for_bit(self):
        frozen = {"frozen_" + name: [table.frozen(each) for each in contained]
                  for name, contained in depth(2).items() if name in ("list", "set", "map", "user")}
        self.there_and_back(frozen)

    def test_a_megabyte_comes_back_bit_for_bit(self):
        tables = {}
        for name, literal in table.MEGABYTE.items():
            large = table.Made(name, [literal])
            tables["large_" + name] = [large, table.list_of(large), table.map_to(large),
                                       table.user_type_of(large)]
        self.there_and_back(tables)

    def test_what_has_no_form_in_a_document_is_refused_and_the_others_go_on(self):
        world = self.world
        columns = ", ".join(f"c{at} {cql}" for at, (cql, _, _) in enumerate(table.REFUSED))
        world.cql(f"CREATE TABLE $.refused (id uuid PRIMARY KEY, good int, {columns})")
        records = []
        for at, (_, literal, _) in enumerate(table.REFUSED):
            records.append(key())
            world.cql(f"INSERT INTO $.refused (id, c{at}) VALUES ({records[at]}, {literal})")
            world.cql("INSERT INTO $.refused (id, good) VALUES (uuid(), 1)")
        world.duet("once")
        self.assertEqual([document["good"] for document in world.documents("refused").values()],
                         [1] * len(table.REFUSED))
        listed = world.duet("quarantine", "list").splitlines()
        for at, (cql, literal, words) in enumerate(table.REFUSED):
            with self.subTest(f"{cql} {literal[:40]}"):
                line, = [line for line in listed if records[at] in line]
                self.assertIn(words, line)
                self.assertIn(records[at], world.duet("quarantine", "show", records[at]))

    def test_what_a_user_type_gets_later_is_mapped_and_comes_back(self):
        world = self.world
        world.cql("CREATE TYPE $.part (a int)")
        world.cql("CREATE TYPE $.address (street text, inside frozen<part>)")
        world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, one address, all "
                  "list<frozen<address>>)")
        early, late = key(), key()
        world.cql(f"INSERT INTO $.items (id, one, all) VALUES ({early}, {{street: 's'}}, "
                  "[{street: 's', inside: {a: 1}}])")
        world.start()
        eventually(lambda: early in world.documents("items"), "the row is copied")
        world.cql("ALTER TYPE $.part ADD b inet")
        world.cql("ALTER TYPE $.address ADD labels frozen<map<text, text>>")
        world.cql("ALTER TYPE $.address ADD size varint")
        value = "{street: 't', labels: {'a': '2026-01-01', 'a.b': '1', '': 'x'}, size: 7}"
        world.cql(f"INSERT INTO $.items (id, one, all) VALUES ({late}, {value}, [{value}])")
        document = {"street": "t", "labels": {"a": "2026-01-01", "a.b": "1", "": "x"}, "size": "7"}
        eventually(lambda: world.documents("items").get(late, {}).get("all") == [document],
                   "the row with what was added is copied")
        mapping = json.dumps(world.elastic.do("GET", world.path("items", "_mapping")))
        self.assertEqual(mapping.count('"labels": {"type": "flattened"'), 2)
        self.assertEqual(mapping.count('"b": {"type": "ip"}'), 2)
        world.update("items", early, {"one": {"size": "8"}})
        eventually(lambda: [row[0] for row in world.cql(
            f"SELECT one.size FROM $.items WHERE id = {early}")] == [8], "and the other way")
        self.assertIn("0 records in quarantine", world.duet("quarantine", "list"))


def depth(levels):
    """{container: types}"""
    inside = [table.scalar(name) for name in table.SCALARS]
    for _ in range(levels - 1):
        made = {name: [contain(each) for each in inside if table.contained(name, each)]
                for name, contain in table.CONTAINERS.items()}
        inside = [each for types in made.values() for each in types]
    return made


def exact(text):
    """JSON with every digit."""
    return json.loads(text, parse_float=decimal.Decimal, parse_int=decimal.Decimal)


def normal(value):
    """Numbers by value and sign, members in any order."""
    if isinstance(value, decimal.Decimal):
        return (value.is_signed(), value.normalize(decimal.Context(prec=400)))
    if isinstance(value, list):
        return [normal(each) for each in value]
    if isinstance(value, dict):
        return {name: normal(each) for name, each in value.items()}
    return value


def without_nothing(document):
    return {name: value for name, value in document.items()
            if value is not None and name != "updated_at"}


class ElasticsearchFirst(unittest.TestCase):
    def setUp(self):
        self.world = TypesWorld(self)

    def make(self, name, properties):
        """An index with those of these fields that this Elasticsearch knows; a full one knows all, one
        without modules lacks theirs and no others."""
        properties = dict(properties)
        lacking = set()
        while True:
            status, answer = self.world.elastic.ask(
                "PUT", f"/{self.world.index(name)}", {"mappings": {"properties": properties}})
            if status == 200:
                if lacking:
                    print(f"not tried, this Elasticsearch lacks them: {', '.join(sorted(lacking))}")
                return properties
            unknown = re.search(r"declared on field \[(\w+)\] does not exist", json.dumps(answer))
            self.assertTrue(unknown, answer)
            kind = properties.pop(unknown.group(1))["type"]
            self.assertIn(kind, table.OF_MODULES)
            lacking.add(kind)

    def there_and_back(self, name, documents):
        """Into a table, and from it into a second index with the same mapping."""
        world = self.world
        records = [world.put_bytes(name, json.dumps(there).encode()) for there, _ in documents]
        world.once()
        world.cql(f"ALTER TABLE $.{name} ADD touched boolean")
        for record in records:
            world.cql(f"UPDATE $.{name} SET touched = true WHERE id = {record}")
        world.once()  # each row is newer now, and its document is written whole
        self.compare(world.index(name), records, documents)
        mappings = world.elastic.do("GET", world.path(name, "_mapping"))[world.index(name)]
        again = f"{world.keyspace}.again.{name}"
        world.elastic.do("PUT", f"/{again}", mappings)
        world.pair(world.keyspace, world.keyspace + ".again.{table}")
        world.once()
        self.compare(again, records, documents)

    def compare(self, index, records, documents):
        for record, (there, back) in zip(records, documents):
            with self.subTest(str(there)[:60]):
                found = without_nothing(exact(self.world.source(index, record)))
                self.assertTrue(found.pop("touched"))
                self.assertEqual(normal(found), normal(without_nothing(exact(json.dumps(back)))))

    def test_a_field_of_each_mapping_comes_back(self):
        fields = {name: field for name, field in table.FIELDS.items() if field.values}
        made = self.make("fields", {name: {"type": name, **field.more}
                                    for name, field in fields.items()})
        self.there_and_back("fields", [({name: there}, {name: back}) for name in made
                                       for there, back in fields[name].values])
        columns = self.world.columns("fields")
        for name in made:
            with self.subTest(name):
                self.assertEqual(columns[name], fields[name].column)

    def test_arrays_and_arrays_of_arrays_of_each_mapping_come_back(self):
        properties, documents, columns = {}, {}, {}
        for name in table.ARRAYED:
            field = table.FIELDS[name]
            values = [each for each in field.values
                      if each[1] is not None and len(str(each[0])) < 1000]
            there, back = zip(*values)
            # Cassandra's collections keep an IPv4 address as what it is.
            back = tuple("1.2.3.4" if each == "::ffff:1.2.3.4" else each for each in back)
            parts = [[[all[:1], all[1:]], [all]] for all in (list(there), list(back))]
            column, nestings = field.column, {
                "list": (list(there), list(back)), "matrix": [all[0] for all in parts], "cube": parts}
            for array, nested in nestings.items():
                of = f"{name}_{array}"
                properties[of] = {"type": name, **field.more}
                column = f"list<{column}>" if array == "list" else f"list<frozen<{column}>>"
                columns[of] = column
                documents[of] = nested
        made = self.make("arrays", properties)
        self.there_and_back("arrays", [({of: documents[of][0]}, {of: documents[of][1]})
                                       for of in made])
        found = self.world.columns("arrays")
        self.assertEqual({of: found[of] for of in made}, {of: columns[of] for of in made})

    def test_documents_that_nobody_mapped_come_back(self):
        self.make("dynamic", {})
        self.there_and_back("dynamic", [each if isinstance(each, tuple) else (each, each)
                                         for each in table.DYNAMIC])
        columns = self.world.columns("dynamic")
        self.assertEqual({name: columns[name] for name in table.DYNAMIC_COLUMNS},
                         table.DYNAMIC_COLUMNS)

    def test_the_first_ten_thousand_documents_tell_a_fraction(self):
        world = self.world
        world.elastic.do("PUT", f"/{world.index('late')}", {"settings": {
            "index.max_result_window": 9000}})
        world.fill("late", {key(): {"n": at} for at in range(8500)})
        world.fill("late", {key(): {"n": 10.5}})
        world.once()
        self.assertEqual(world.columns("late")["n"], "double")

    def test_what_no_text_can_hold_stops_nobody(self):
        world = self.world
        self.make("odd", {"deep": {"type": "object", "enabled": False}})
        good = world.put_bytes("odd", b'{"t":"good","n":1}')
        inside = world.put_bytes("odd", rb'{"deep":{"a":"\ud800"}}')
        world.put_bytes("odd", b'{"deep":' + b"[" * 990 + b"]" * 990 + b"}")
        zero = world.put_bytes("odd", b'{"t":"a\xc0\x80"}')
        pair = world.put_bytes("odd", b'{"t":"\xed\xa0\xbd\xed\xb0\x8e"}')
        too_deep = world.put_bytes("odd", b'{"l":' + b"[" * 40 + b"1,2" + b"]" * 40 + b"}")
        broken = [too_deep, *(world.put_bytes("odd", text) for text in (
            rb'{"t":"\ud800"}', b'{"t":"a\xed\xa0\x80"}', b'{"t":"a\xf5\x80\x80\x80"}'))]
        world.duet("once")
        listed = world.duet("quarantine", "list")
        self.assertEqual({record for record in broken if record in listed}, set(broken))
        self.assertIn("4 records in quarantine", listed)
        for record in broken:
            self.assertIn(record, world.duet("quarantine", "show", record))
        rows = world.rows("odd")
        self.assertEqual(rows[good], {"t": "good", "n": 1})
        self.assertEqual(rows[inside], {"deep": '{"a":"\\ud800"}'})
        self.assertEqual(rows[zero], {"t": "a\0"})
        self.assertEqual(rows[pair], {"t": "\U0001f40e"})
        self.assertEqual(len(rows), 5)


if __name__ == "__main__":
    main()
