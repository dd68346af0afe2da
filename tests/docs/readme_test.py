#!/usr/bin/env python3
"""The README's shell commands, run one after the other against real servers: they succeed, and print what the README
shows. Needs DUET_CASSANDRA and DUET_ELASTICSEARCH, which `./dev test` sets (`./dev servers env` prints them).

What is replaced, so that the test can share servers with others: the servers' addresses, the keyspace, and Duet's own
keyspace. `./dev` commands are not run: the test is run by one of them."""

import os
import re
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DUET = Path(os.environ.get("DUET_BINARY", ROOT / "build/release/duet")).absolute()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEYSPACE = f"readme_{os.getpid()}"
TABLES = ["customers", "logs", "products"]
SECONDS = 120


def blocks(name):
    return BLOCK.findall((ROOT / name).read_text())


def server(name):
    value = os.environ.get(name)
    if not value:
        raise AssertionError(f"{name} is not set: run `./dev test docs`, or `export $(./dev servers env)` first")
    return value


def here(text):
    """The README's text with this test's servers and names."""
    text = text.replace("http://127.0.0.1:9200", server("DUET_ELASTICSEARCH"))
    text = text.replace("127.0.0.1:9042", server("DUET_CASSANDRA"))
    return re.sub(r"\bshop\b", KEYSPACE, text)


def shape(text):
    """What must be the same in each run: moments, blanks and the order of pairs that go side by side are not."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "MOMENT", text)
    text = re.sub(r"Cassandra [\d.]+ at|Elasticsearch [\d.]+ at", "SERVER at", text)
    return sorted(re.sub(r" +", " ", line).strip() for line in text.splitlines() if line.strip())


class Tour(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.addCleanup(self.drop)
        # Servers in use may hold other keyspaces; those of the README's reader hold one.
        (Path(self.folder.name) / "duet.toml").write_text(
            f'[cassandra]\nhosts = ["{server("DUET_CASSANDRA")}"]\n'
            f'[elasticsearch]\nurls = ["{server("DUET_ELASTICSEARCH")}"]\n'
            f'[state]\nkeyspace = "{KEYSPACE}_duet"\n[[pair]]\nkeyspace = "{KEYSPACE}"\n')

    def drop(self):
        for table in TABLES:
            request = urllib.request.Request(
                f"{server('DUET_ELASTICSEARCH')}/{KEYSPACE}.{table}", method="DELETE")
            try:
                urllib.request.urlopen(request, timeout=30).close()
            except urllib.error.HTTPError:
                pass  # it was never made
        try:
            from cassandra.cluster import Cluster
        except ImportError:
            return  # the keyspaces go with the servers
        host, port = server("DUET_CASSANDRA").rsplit(":", 1)
        with Cluster([host], port=int(port)) as cluster:
            session = cluster.connect()
            for keyspace in (KEYSPACE, KEYSPACE + "_duet"):
                session.execute(f"DROP KEYSPACE IF EXISTS {keyspace}", timeout=60)

    def run_block(self, text):
        environment = {**os.environ, "PATH": f"{DUET.parent}:{os.environ['PATH']}"}
        commands = "\n".join(line for line in text.splitlines() if not line.startswith("./dev "))
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", here(commands)], cwd=self.folder.name,
                              env=environment, capture_output=True, text=True, timeout=SECONDS)
        self.assertEqual(done.returncode, 0, f"{text}\nprints\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_every_command_works_and_prints_what_the_readme_shows(self):
        printed = shown = None
        ran = compared = 0
        for language, text in blocks("README.md"):
            if language == "sh":
                printed = self.run_block(text)
                ran += 1
            elif language == "text":
                shown = here(text)
                self.assertEqual(shape(printed), shape(shown), f"README.md shows\n{text}\nbut it prints\n{printed}")
                compared += 1
        self.assertGreater(ran, 5)
        self.assertGreater(compared, 4)


class Translation(unittest.TestCase):
    def test_both_readmes_have_the_same_code(self):
        self.assertEqual(blocks("README.md"), blocks("README.pt-BR.md"))

    def test_both_readmes_have_the_same_parts(self):
        parts = [[len(mark) for mark in re.findall(r"^(#+) ", (ROOT / name).read_text(), re.MULTILINE)]
                 for name in ("README.md", "README.pt-BR.md")]
        self.assertEqual(parts[0], parts[1])

    def test_both_readmes_point_to_the_same_places(self):
        links = [re.findall(r"\]\((?!README)([^)#]+)", (ROOT / name).read_text())
                 for name in ("README.md", "README.pt-BR.md")]
        self.assertEqual(links[0], links[1])


class OfTheTest(unittest.TestCase):
    """That the comparison can fail, and only for what matters."""

    def test_sees_another_number(self):
        self.assertNotEqual(shape("a: 12 rows"), shape("a: 13 rows"))

    def test_does_not_see_another_moment_or_order(self):
        self.assertEqual(shape("2026-11-20T10:00:00Z a\nb   c\n"), shape("b c\n2027-01-01T00:00:00.1Z a\n"))


if __name__ == "__main__":
    unittest.main()
