#!/usr/bin/env python3
"""What people and data get wrong, and servers that are away: what the program says, how it exits, and
that everything else goes on."""

import http.server
import signal
import socket
import socketserver
import struct
import threading
import time
import unittest
import uuid

from harness import World, eventually, key, main, now, server, stamp, tearDownModule  # noqa: F401

# Nobody listens there: the port is reserved and needs root.
NOWHERE = "127.0.0.1:9"


class Forwarder:
    """A port that leads to a server: the server is away until it opens, and again when it closes."""

    def __init__(self, address):
        host, port = address.removeprefix("http://").rsplit(":", 1)
        self.target = (host, int(port))
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.sockets = [self.listener]

    def open(self):
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            self.sockets += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    @staticmethod
    def carry(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        other.close()

    def close(self):
        for each in self.sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()


class Refusing(http.server.BaseHTTPRequestHandler):
    """An Elasticsearch that knows nobody, as one with passwords answers a wrong one."""

    def do_GET(self):  # noqa: N802
        body = (b'{"error":{"type":"security_exception","reason":"unable to authenticate user '
                b'[duet] for REST request [/]"},"status":401}')
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("WWW-Authenticate", 'Basic realm="security" charset="UTF-8"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Knocking(socketserver.BaseRequestHandler):
    """A Cassandra that knows nobody, as one with passwords answers a wrong one: protocol version 4,
    every answer until the login is refused."""

    ANSWERS = {
        5: (6, b"\0\1\0\x11PROTOCOL_VERSIONS\0\1\0\x044/v4"),  # OPTIONS: SUPPORTED
        1: (3, b"\0\x2forg.apache.cassandra.auth.PasswordAuthenticator"),  # STARTUP: AUTHENTICATE
        15: (0, b"\0\0\1\0\0\x30Provided username duet and/or password are wrong"),
    }

    def handle(self):
        while len(header := self.read(9)) == 9:
            version, _, stream, opcode, size = struct.unpack(">BBHBI", header)
            self.read(size)
            answer, body = self.ANSWERS[opcode]
            head = struct.pack(">BBHBI", version | 0x80, 0, stream, answer, len(body))
            self.request.sendall(head + body)

    def read(self, size):
        data = b""
        while len(data) < size and (more := self.request.recv(size - len(data))):
            data += more
        return data


class Configuration(unittest.TestCase):
    def setUp(self):
        self.world = World(self)

    def refused(self, text, *words):
        """Every command says the same of a bad file, and none does anything."""
        self.world.config.write_text(text)
        for command in ("run", "once", "plan"):
            said = self.world.duet(command, code=2)
            for word in words:
                self.assertIn(word, said)

    def test_an_unknown_key_is_named_by_line_and_column_with_the_nearest(self):
        self.refused('period = "1s"\n\n[cassandra]\n  hots = ["127.0.0.1"]\n',
                     f"{self.world.config}:4:3:", '"hots"', '"hosts"')

    def test_a_wrong_value_is_named_by_line_and_column(self):
        self.refused("period = 1\n", f"{self.world.config}:1:10:", "period", '"1s"')
        self.refused('period = "1s\n', f"{self.world.config}:1:")

    def test_a_wrong_host_is_named_and_nothing_hangs(self):
        world = self.world
        world.configure(hosts="no-such-host.invalid:9042")
        self.assertIn("no-such-host.invalid:9042", world.duet("once", code=1, patience=20))
        world.configure(hosts=NOWHERE)
        self.assertIn(NOWHERE, world.duet("once", code=1, patience=20))
        world.configure(url=f"http://{NOWHERE}")
        self.assertIn(NOWHERE, world.duet("once", code=1, patience=20))

    def test_a_server_that_is_no_elasticsearch_is_told(self):
        self.world.configure(url="http://" + server("DUET_CASSANDRA"))
        self.assertIn("Elasticsearch", self.world.duet("once", code=1, patience=60))

    def test_a_wrong_password_of_cassandra_is_told_and_not_tried_again(self):
        knocking = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Knocking)
        self.addCleanup(knocking.server_close)
        self.addCleanup(knocking.shutdown)
        threading.Thread(target=knocking.serve_forever, daemon=True).start()
        self.world.configure(hosts=f"127.0.0.1:{knocking.server_address[1]}",
                             cassandra='username = "duet"\npassword = "wrong"')
        for command in ("once", "run"):
            said = self.world.duet(command, code=1, patience=20)
            self.assertIn("password are wrong", said)
            self.assertIn("username and password", said)

    def test_a_wrong_password_is_told_and_not_tried_again(self):
        refusing = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
        self.addCleanup(refusing.server_close)
        self.addCleanup(refusing.shutdown)
        threading.Thread(target=refusing.serve_forever, daemon=True).start()
        self.world.configure(url=f"http://127.0.0.1:{refusing.server_port}")
        for command in ("once", "run"):
            said = self.world.duet(command, code=1, patience=20)
            self.assertIn("unable to authenticate", said)
            self.assertIn("username and password", said)


class Life(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text)")
        self.expected = {}
        self.insert()

    def insert(self):
        record = key()
        self.world.cql(f"INSERT INTO $.items (id, name) VALUES ({record}, 'n')")
        self.expected[record] = {"name": "n"}

    def away_at_the_start(self, side, variable):
        world = self.world
        forwarder = Forwarder(server(variable))
        self.addCleanup(forwarder.close)
        if side == "Cassandra":
            world.configure(hosts=forwarder.address)
        else:
            world.configure(url="http://" + forwarder.address)
        daemon = world.start()
        daemon.wait_for(f"waiting for {side}")
        self.assertIn(forwarder.address, daemon.text())
        time.sleep(1.0)
        self.assertTrue(daemon.running())
        self.assertEqual(daemon.text().count("waiting for"), 1, "the same reason is told once")
        forwarder.open()
        world.level("items", self.expected)
        self.insert()
        forwarder.close()  # away again, in the middle of its life
        daemon.wait_for("waits")
        self.assertTrue(daemon.running())
        self.assertEqual(daemon.stop(), 0)

    def test_it_waits_for_cassandra_and_says_so(self):
        self.away_at_the_start("Cassandra", "DUET_CASSANDRA")

    def test_it_waits_for_elasticsearch_and_says_so(self):
        self.away_at_the_start("Elasticsearch", "DUET_ELASTICSEARCH")

    def test_a_bad_file_at_sighup_leaves_the_old_settings(self):
        world = self.world
        daemon = world.start()
        world.level("items", self.expected)
        good = world.config.read_text()
        world.config.write_text(good + "nonsense = 1\n")
        daemon.signal(signal.SIGHUP)
        daemon.wait_for("configuration refused")
        self.assertIn("nonsense", daemon.text())
        self.insert()
        world.level("items", self.expected)
        world.config.write_text(good.replace('"100ms"', '"150ms"'))
        daemon.signal(signal.SIGUSR1)
        daemon.wait_for("another period")
        self.insert()
        world.level("items", self.expected)
        self.assertEqual(daemon.stop(), 0)

    def test_the_second_sigterm_ends_it_at_once(self):
        world = self.world
        silent = socket.create_server(("127.0.0.1", 0))  # takes connections and never answers
        self.addCleanup(silent.close)
        world.configure(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        daemon = world.start()
        daemon.wait_for("cassandra connected")
        time.sleep(0.3)  # it asks, and waits for an answer
        daemon.signal(signal.SIGTERM)
        daemon.wait_for("stopping")
        self.assertTrue(daemon.running())
        began = time.monotonic()
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.process.wait(5), 1)
        self.assertLess(time.monotonic() - began, 1.0)

    def test_one_sigterm_is_enough_though_a_server_never_answers(self):
        world = self.world
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        world.configure(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        daemon = world.start()
        daemon.wait_for("cassandra connected")
        self.assertEqual(daemon.stop(), 0)


class Data(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text, n int)")
        self.good = key()
        self.world.cql(f"INSERT INTO $.items (id, name, n) VALUES ({self.good}, 'good', 1)")

    def the_good_one_goes_on(self):
        self.world.level("items", {self.good: {"name": "good", "n": 1}})

    def test_a_table_that_cannot_be_paired_is_left_out_by_name_with_the_reason(self):
        world = self.world
        world.cql("CREATE TABLE $.passing (id uuid, c int, n int, PRIMARY KEY (id, c)) "
                  "WITH COMPACT STORAGE")
        world.cql(f"INSERT INTO $.passing (id, c, n) VALUES ({key()}, 1, 1)")
        for said in (world.duet("plan"), world.duet("status")):
            for table, reason in (("passing", "COMPACT STORAGE"),):
                lines = [line for line in said.splitlines()
                         if f"{world.keyspace}.{table}" in line]
                self.assertEqual(len(lines), 1, said)
                self.assertIn(reason, lines[0])
        world.duet("once")
        self.the_good_one_goes_on()
        self.assertEqual(world.indices(), [world.index("items")])

    def test_an_id_that_is_no_uuid_is_told_and_left_alone(self):
        world = self.world
        world.put("items", "order-42", {"name": "no uuid"})
        shouted = key().upper()
        world.put("items", shouted, {"name": "not canonical"})
        said = world.duet("once")
        rows = world.rows("items")
        self.assertEqual(rows, {self.good: {"name": "good", "n": 1}})
        self.assertEqual(world.documents("items")["order-42"], {"name": "no uuid"})
        self.assertIn("2 with an _id that is no key of the table (id (uuid))", said)
        self.assertTrue("order-42" in said or shouted in said, said)

    def test_a_table_whose_index_name_is_refused_is_told_with_the_remedy(self):
        world = self.world
        table = "with_x20_blank_" + "x" * 20  # `_x20_` is a blank, which no index has
        world.cql(f"CREATE TABLE $.{table} (id uuid PRIMARY KEY, name text)")
        said = world.duet("plan")
        lines = [line for line in said.splitlines() if f"{world.keyspace}.{table}" in line]
        self.assertEqual(len(lines), 1, said)
        self.assertIn("blank", lines[0])
        self.assertIn("[[pair]]", lines[0])
        world.duet("once")
        self.the_good_one_goes_on()

    def test_a_field_that_cannot_hold_its_column_concerns_only_what_it_refuses(self):
        world = self.world
        index = f"/{world.index('items')}"
        world.elastic.do("PUT", index, {"mappings": {"properties": {
            "name": {"type": "integer"}, "n": {"type": "integer"},
            "updated_at": {"type": "date_nanos"}}}})
        number = key()
        world.cql(f"INSERT INTO $.items (id, name, n) VALUES ({number}, '12', 1)")
        daemon = world.start()
        daemon.wait_for("pair started")
        eventually(lambda: number in world.documents("items"), "what fits is copied")
        eventually(lambda: self.good in world.duet("quarantine", "list"), "what does not is told")
        said = world.duet("quarantine", "show", self.good)
        self.assertIn("field     name\nvalue     good\n", said)
        self.assertNotIn(number, world.duet("quarantine", "list"))
        self.assertEqual(world.rows("items")[self.good], {"name": "good", "n": 1})

    def test_a_long_text_and_a_large_document_travel(self):
        world = self.world
        long, large = key(), key()
        text = "".join(f"{at} é " for at in range(40_000))[:300_000]
        world.session.execute(f"INSERT INTO {world.keyspace}.items (id, name) VALUES (%s, %s)",
                              (uuid.UUID(long), text))
        body = "x" * 5_000_000
        world.put("items", large, {"name": body})
        world.start()
        world.level("items", {self.good: {"name": "good", "n": 1}, long: {"name": text},
                              large: {"name": body}})
        world.put("items", long, {"name": text[:-1], "updated_at": stamp(now())})
        world.level("items", {self.good: {"name": "good", "n": 1}, long: {"name": text[:-1]},
                              large: {"name": body}})


if __name__ == "__main__":
    main()
