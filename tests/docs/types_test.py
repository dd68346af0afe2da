#!/usr/bin/env python3
"""docs/types.md against tests/types_table.py, whose values tests/live/types_test.py sends both ways: what mapping
each column gets, what column each field gets. For the second, an index with fields of all those mappings is made, and
`duet plan --ddl` asked. (What becomes of collections is compared by a unit test, types_page_test.cpp.)
Needs DUET_CASSANDRA and DUET_ELASTICSEARCH, which `./dev test` sets."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from types_table import FIELDS, SCALARS  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
DUET = Path(os.environ.get("DUET_BINARY", ROOT / "build/release/duet")).absolute()
KEYSPACE = f"types_{os.getpid()}"
# The CQL of a row's first words, where they are no CQL themselves.
SPELLED = {"vector<float, n>": "vector<float, 3>"}
LEAST = 15  # mappings that every build of Elasticsearch has


def server(name):
    value = os.environ.get(name)
    if not value:
        raise AssertionError(f"{name} is not set: run `./dev test docs`, or `export $(./dev servers env)` first")
    return value


def request(method, path, body=None):
    """(status, answer)"""
    made = urllib.request.Request(server("DUET_ELASTICSEARCH") + path, method=method,
                                  data=None if body is None else json.dumps(body).encode(),
                                  headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(made, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def promised(page):
    """{mapping: CQL type} from the page's second table."""
    table = page.split("## A field that the table lacks")[1].split("\n## ")[0]
    types = {}
    for fields, column in re.findall(r"^\| (`.*?) \| (.*?) \|$", table, re.MULTILINE):
        mappings = re.findall(r"`([a-z_]+)`", fields)
        columns = re.findall(r"`([^`]+)`", column.split(";")[0])
        for place, mapping in enumerate(mappings):
            if columns:
                one = columns[place] if len(columns) == len(mappings) else columns[0]
                types[mapping] = SPELLED.get(one, one)
    return types


def described(page):
    """{CQL type: (mapping, the form in a document as the page says it)} from the page's first table."""
    table = page.split("## A column that the index lacks")[1].split("\n## ")[0]
    types = {}
    for names, mapping, form in re.findall(r"^\| (`.*?) \| (.*?) \| (.*?) \|$", table, re.MULTILINE):
        columns, mappings = re.findall(r"`([^`]+)`", names), re.findall(r"`([^`]+)`", mapping)
        for place, column in enumerate(columns):
            if mappings:
                types[column] = (mappings[place] if len(mappings) == len(columns) else mappings[0], form)
    return types


def columns_of(ddl):
    """{column: CQL type} of a CREATE TABLE."""
    inside = re.search(r"\((.*)\) WITH", ddl).group(1)
    return dict(re.findall(r'"(\w+)" ((?:[^,<]|<[^>]*>+)+)', inside))


TEXT = (ROOT / "docs/types.md").read_text()
PAGE = promised(TEXT)
COLUMNS = described(TEXT)


class Fields(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.index = f"{KEYSPACE}.fields"
        self.addCleanup(request, "DELETE", f"/{self.index}")
        self.config = Path(self.folder.name) / "duet.toml"
        self.config.write_text(f'[cassandra]\nhosts = ["{server("DUET_CASSANDRA")}"]\n'
                               f'[elasticsearch]\nurls = ["{server("DUET_ELASTICSEARCH")}"]\n'
                               f'[state]\nkeyspace = "{KEYSPACE}_duet"\n[[pair]]\nkeyspace = "{KEYSPACE}"\n')

    def make_index(self):
        """With the mappings that this Elasticsearch knows: plugins and licences add some."""
        fields = {name: {"type": name, **FIELDS[name].more} for name in PAGE}
        while True:
            status, answer = request("PUT", f"/{self.index}", {"mappings": {"properties": fields}})
            if status == 200:
                return fields
            unknown = re.search(r"declared on field \[(\w+)\] does not exist", answer)
            self.assertTrue(unknown, answer)
            del fields[unknown.group(1)]

    def test_every_field_gets_the_column_that_the_page_promises(self):
        fields = self.make_index()
        self.assertGreater(len(fields), LEAST)
        plan = subprocess.run([DUET, "plan", "--ddl", "--config", self.config], capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(plan.returncode, 0, plan.stderr)
        made = columns_of(re.search(rf'CREATE TABLE IF NOT EXISTS "{KEYSPACE}".*', plan.stdout).group(0))
        for name in fields:
            with self.subTest(name):
                self.assertEqual(made.get(name), PAGE[name])


class Table(unittest.TestCase):
    def test_every_scalar_column_gets_the_mapping_that_the_page_says(self):
        for name, scalar in SCALARS.items():
            with self.subTest(name):
                mapping, form = COLUMNS[name]
                self.assertEqual(mapping, scalar.mapping)
                shown = re.findall(r'`("[^`]*[0-9][^`]*")`', form)
                self.assertTrue(not shown or json.dumps(scalar.example[1]) in shown, form)

    def test_the_page_names_no_type_that_the_table_lacks(self):
        scalars = {name for name in COLUMNS if "<" not in name} - {"list", "set", "tuple", "map", "vector"}
        self.assertEqual(scalars, set(SCALARS))

    def test_every_field_gets_the_column_that_the_page_says(self):
        self.assertEqual({name: FIELDS[name].column for name in PAGE if name in FIELDS}, PAGE)


class OfTheTest(unittest.TestCase):
    def test_reads_the_page(self):
        self.assertEqual(PAGE["long"], "bigint")
        self.assertEqual(PAGE["ip"], "inet")
        self.assertEqual(PAGE["nested"], "text")
        self.assertNotIn("alias", PAGE)

    def test_reads_a_statement(self):
        self.assertEqual(columns_of('CREATE TABLE x ("a" int, "v" vector<float, 3>, "m" map<text, text>) WITH x = 1;'),
                         {"a": "int", "v": "vector<float, 3>", "m": "map<text, text>"})


if __name__ == "__main__":
    unittest.main()
