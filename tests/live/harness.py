"""What the tests of the whole program share: the two servers as a witness of its own sees them, the
program as a process, and a comparison that knows nothing of Duet but its rules.

Needs DUET_CASSANDRA and DUET_ELASTICSEARCH, which `./dev test live` sets. Each World has keyspaces
of its own, so tests may share their servers with others.
"""

import contextlib
import datetime
import decimal
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid
from pathlib import Path

try:
    from cassandra.auth import PlainTextAuthProvider
    from cassandra.cluster import Cluster
    from cassandra.util import SortedSet
except ImportError:
    sys.exit("these tests need Cassandra's Python driver: apt-get install python3-cassandra")

ROOT = Path(__file__).resolve().parents[2]
DUET = Path(os.environ.get("DUET_BINARY", ROOT / "build/release/duet")).absolute()
PATIENCE = 90.0  # seconds for what should happen within a few; processors may be busy


def server(name):
    value = os.environ.get(name)
    if not value:
        sys.exit(f'{name} is not set: run `./dev test live`, or export $(./dev servers env)')
    return value


def free_address():
    """Where a daemon may listen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def now():
    """Microseconds since 1970, as a version is."""
    return time.time_ns() // 1000


def stamp(version):
    """A version as a document's date, with every microsecond."""
    seconds, micros = divmod(version, 1_000_000)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{micros:06}Z"


def version_of(text):
    """The version that a document's date says; dates are the only stamps these tests write."""
    moment, _, fraction = text.removesuffix("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(moment + "+00:00")
    return int(seconds.timestamp()) * 1_000_000 + int((fraction + "000000")[:6])


def eventually(ready, what, patience=PATIENCE):
    """Waits until `ready()` is true and returns what it returned."""
    end = time.monotonic() + patience
    while True:
        found = ready()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {patience:.0f} s: {what}")
        time.sleep(0.1)


# --- the witnesses ---------------------------------------------------------------------------


class Elastic:
    """Elasticsearch by HTTP: one connection for each thread."""

    def __init__(self):
        self.address = urllib.parse.urlsplit(server("DUET_ELASTICSEARCH"))
        self.local = threading.local()

    def ask(self, method, path, body=None):
        """Status and answer, whatever they are."""
        data, kind = None, "application/json"
        if isinstance(body, str):
            data, kind = body.encode(), "application/x-ndjson"
        elif body is not None:
            data = json.dumps(body).encode()
        for last in (False, True):
            if not hasattr(self.local, "connection"):
                self.local.connection = http.client.HTTPConnection(
                    self.address.hostname, self.address.port, timeout=60)
            try:
                self.local.connection.request(method, path, data, {"Content-Type": kind})
                reply = self.local.connection.getresponse()
                text = reply.read()
                break
            except (http.client.HTTPException, ConnectionError):
                self.local.connection.close()
                del self.local.connection
                if last:
                    raise
        return reply.status, json.loads(text) if text else {}

    def do(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {json.dumps(answer)[:600]}")
        return answer

    def bulk(self, lines):
        answer = self.do("POST", "/_bulk", "".join(json.dumps(line) + "\n" for line in lines))
        if answer["errors"]:
            raise AssertionError(f"bulk: {json.dumps(answer)[:600]}")


class Servers:
    """One connection to each store for a whole test program."""

    shared = None

    def __init__(self):
        host, port = server("DUET_CASSANDRA").rsplit(":", 1)
        user = os.environ.get("DUET_CASSANDRA_USERNAME")
        login = PlainTextAuthProvider(user, os.environ["DUET_CASSANDRA_PASSWORD"]) if user else None
        self.cluster = Cluster([host], port=int(port), auth_provider=login, schema_metadata_enabled=False,
                               token_metadata_enabled=False, connect_timeout=30,
                               control_connection_timeout=30)
        self.session = self.cluster.connect()
        self.session.default_timeout = 60
        self.elastic = Elastic()

    @classmethod
    def get(cls):
        if cls.shared is None:
            cls.shared = cls()
        return cls.shared


def tearDownModule():  # noqa: N802 (unittest's name)
    if Servers.shared:
        Servers.shared.cluster.shutdown()
        Servers.shared = None


# --- the program -----------------------------------------------------------------------------


class Daemon:
    """`duet run` as a process."""

    def __init__(self, config, log, *words):
        self.log = log
        with open(log, "ab") as sink:
            self.process = subprocess.Popen([DUET, "run", *words, "--config", config], stderr=sink,
                                            stdout=sink)

    def text(self):
        return self.log.read_text()

    def running(self):
        return self.process.poll() is None

    def wait_for(self, text, patience=PATIENCE):
        def seen():
            if not self.running() and text not in self.text():
                raise AssertionError(f"ended with {self.process.returncode}:\n{self.text()}")
            return text in self.text()
        eventually(seen, f"the log says {text!r}; it said:\n{self.text()}", patience)

    def signal(self, number):
        self.process.send_signal(number)

    @contextlib.contextmanager
    def frozen(self):
        """What is done meanwhile is one step to the program."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def stop(self, patience=5.5):
        """SIGTERM; the exit code. It must not take longer than five seconds."""
        self.signal(signal.SIGTERM)
        return self.process.wait(patience)

    def kill(self):
        self.process.kill()
        self.process.wait()


# --- the world -------------------------------------------------------------------------------


class World:
    """A keyspace, its indices, a configuration and the program, for one test."""

    def __init__(self, test):
        servers = Servers.get()
        self.session, self.elastic = servers.session, servers.elastic
        self.keyspace = f"live_{uuid.uuid4().hex[:10]}"
        self.notes = self.keyspace + "_duet"
        folder = tempfile.TemporaryDirectory()
        self.folder = Path(folder.name)
        self.daemons = []
        # Backwards: the program ends before what it works on goes.
        test.addCleanup(folder.cleanup)
        test.addCleanup(self.drop)
        test.addCleanup(self.end)
        self.test = test
        self.config = self.folder / "duet.toml"
        self.configure()
        self.session.execute(
            f"CREATE KEYSPACE {self.keyspace} WITH replication = "
            "{'class': 'SimpleStrategy', 'replication_factor': 1}")

    def configure(self, general="", pair="", hosts=None, url=None, cassandra="", listen=""):
        self.config.write_text(
            f'period = "100ms"\nsweep_share = 1.0\n{general}\n'
            f'[cassandra]\nhosts = ["{hosts or server("DUET_CASSANDRA")}"]\n{cassandra}\n'
            f'[elasticsearch]\nurls = ["{url or server("DUET_ELASTICSEARCH")}"]\n'
            f'[state]\nkeyspace = "{self.notes}"\n[http]\nlisten = "{listen}"\n'
            f'[[pair]]\nkeyspace = "{self.keyspace}"\n{pair}\n')

    def end(self):
        for daemon in self.daemons:
            if daemon.running():
                daemon.kill()

    def drop(self):
        for name in self.indices():
            self.elastic.ask("DELETE", f"/{name}")
        for keyspace in (self.keyspace, self.notes):
            self.session.execute(f"DROP KEYSPACE IF EXISTS {keyspace}", timeout=120)

    def start(self, *words):
        daemon = Daemon(self.config, self.folder / f"run{len(self.daemons)}.log", *words)
        self.daemons.append(daemon)
        return daemon

    def duet(self, *words, code=0, patience=180):
        """Runs a command to its end; its output, both kinds."""
        done = subprocess.run([DUET, *words, "--config", self.config], text=True, timeout=patience,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.test.assertEqual(done.returncode, code, f"duet {' '.join(words)}:\n{done.stdout}")
        return done.stdout

    # Cassandra; $ stands for the keyspace.

    def cql(self, text, values=None):
        return self.session.execute(text.replace("$", self.keyspace), values)

    def prepare(self, text):
        return self.session.prepare(text.replace("$", self.keyspace))

    def rows(self, table):
        """The content of every row by its id, with nulls and empty collections left out."""
        # Not the stamp: the driver breaks off at a year that Python has no date for.
        columns = [row.column_name for row in self.session.execute(
            "SELECT column_name FROM system_schema.columns WHERE keyspace_name = %s AND "
            "table_name = %s", (self.keyspace, table)) if row.column_name != "updated_at"]
        found = {}
        for row in self.cql(f'SELECT {", ".join(columns)} FROM $."{table}"'):
            fields = {name: plain(value) for name, value in zip(columns, row)}
            record = fields.pop("id")
            found[record] = {k: v for k, v in fields.items() if v not in (None, [], {})}
        return found

    def writetimes(self, table, column):
        return {str(row[0]): row[1]
                for row in self.cql(f'SELECT id, writetime({column}) FROM $."{table}"')}

    def index(self, table):
        return f"{self.keyspace}.{table}"

    def indices(self):
        status, found = self.elastic.ask("GET", f"/{self.keyspace}*/_settings?flat_settings=true")
        return list(found) if status == 200 else []

    def path(self, table, action):
        return f"/{self.index(table)}/{action}"

    def put(self, table, key, document):
        return self.elastic.do("PUT", self.path(table, f"_doc/{key}"), document)

    def update(self, table, key, part):
        """A partial update, as an application makes it."""
        return self.elastic.do("POST", self.path(table, f"_update/{key}?retry_on_conflict=9"),
                               {"doc": part})

    def fill(self, table, documents):
        items = list(documents.items())
        for at in range(0, len(items), 500):
            lines = []
            for key, document in items[at:at + 500]:
                lines += [{"index": {"_index": self.index(table), "_id": key}}, document]
            self.elastic.bulk(lines)

    def hits(self, table):
        """Every document with its _seq_no, as a client reads an index whole."""
        self.elastic.ask("POST", self.path(table, "_refresh"))
        after, hits = None, []
        while True:
            query = {"size": 2000, "seq_no_primary_term": True, "sort": [{"_seq_no": "asc"}]}
            if after:
                query["search_after"] = after
            status, answer = self.elastic.ask("POST", self.path(table, "_search"), query)
            page = answer["hits"]["hits"] if status == 200 else []
            hits += page
            if not page:
                return hits
            after = page[-1]["sort"]

    def documents(self, table):
        """Every document by its id, whole."""
        return {hit["_id"]: hit["_source"] for hit in self.hits(table)}

    def newest_seq_no(self, table):
        stats = self.elastic.do("GET", self.path(table, "_stats?level=shards"))
        shards = stats["indices"][self.index(table)]["shards"]
        return {shard: copies[0]["seq_no"]["max_seq_no"] for shard, copies in shards.items()}

    def refreshes(self, table):
        stats = self.elastic.do("GET", self.path(table, "_stats/refresh"))
        return stats["_all"]["primaries"]["refresh"]["external_total"]

    def differences(self, table, expected, versions=None):
        """What of `expected` (id -> content) does not hold on either side, as sentences."""
        try:
            rows, documents = self.rows(table), self.documents(table)
        except Exception as error:  # the table is not there yet
            return [f"{table} cannot be read: {error}"]
        found = []
        for key in sorted(set(expected) | set(rows) | set(documents)):
            wanted = expected.get(key)
            row, document = rows.get(key), documents.get(key)
            if wanted is None:
                found.append(f"{key}: nobody wrote it; row {row}, document {document}")
                continue
            for side, record in (("row", row), ("document", document)):
                if record is None:
                    found.append(f"{key}: no {side}")
                elif content(record) != content(wanted):
                    found.append(f"{key}: {side} {content(record)}, expected {content(wanted)}")
            if versions and document is not None:
                held = document.get("updated_at")
                if held is None or version_of(held) != versions[key]:
                    found.append(f"{key}: stamped {held}, expected {stamp(versions[key])}")
        return found

    def level(self, table, expected, versions=None, patience=PATIENCE):
        """Waits until both sides are exactly `expected`."""
        last = []

        def equal():
            nonlocal last
            last = self.differences(table, expected, versions)
            return not last
        try:
            eventually(equal, "", patience)
        except AssertionError:
            logs = "".join(daemon.text()[-4000:] for daemon in self.daemons[-1:])
            raise AssertionError(f"{self.index(table)} is not level after {patience:.0f} s, "
                                 f"{len(last)} differences:\n" + "\n".join(last[:8]) + "\n" +
                                 logs) from None


def plain(value):
    """A value of Cassandra's driver as a document holds it."""
    if isinstance(value, (uuid.UUID, decimal.Decimal)):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, (SortedSet, set, frozenset)):
        return sorted(plain(element) for element in value)
    if hasattr(value, "_asdict"):  # a user type
        return {name: plain(part) for name, part in value._asdict().items() if part is not None}
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    if hasattr(value, "items"):
        return {str(key): plain(element) for key, element in value.items()}
    return value


def content(record):
    """Rule V6: the stamp and the end are not content; null, missing and empty are one; one is a list
    of one."""
    same = {}
    for name, value in record.items():
        if name in ("updated_at", "expires_at", "id") or value in (None, [], {}):
            continue
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        same[name] = sorted(value) if name == "tags" and isinstance(value, list) else value
    return same


def key():
    return str(uuid.uuid4())


def main():
    """Runs the tests of the file that calls it, telling how long each took."""
    class Result(unittest.TextTestResult):
        def startTest(self, test):  # noqa: N802
            self.began = time.monotonic()
            super().startTest(test)

        def addSuccess(self, test):  # noqa: N802
            unittest.TestResult.addSuccess(self, test)
            self.stream.writeln(f"ok ({time.monotonic() - self.began:.1f} s)")

    runner = unittest.TextTestRunner(verbosity=2, resultclass=Result)
    unittest.main(module="__main__", testRunner=runner)
