"""Does a server really answer? With nothing but the standard library, so that starting the
servers needs no driver."""

import base64
import socket
import struct
import urllib.error
import urllib.request

STARTUP, AUTHENTICATE, READY, QUERY, RESULT, AUTH_RESPONSE, AUTH_SUCCESS = 1, 3, 2, 7, 8, 15, 16


def cassandra(port, password=None):
    """A query is answered over protocol v4 (which needs no framing); logs in where asked."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            version = struct.pack(">HH11sH5s", 1, 11, b"CQL_VERSION", 5, b"3.0.0")
            opcode = _call(connection, STARTUP, version)
            if opcode == AUTHENTICATE:
                token = f"\0cassandra\0{password or ''}".encode()
                opcode = _call(connection, AUTH_RESPONSE, struct.pack(">i", len(token)) + token)
            if opcode not in (READY, AUTH_SUCCESS):
                return False
            text = b"SELECT release_version FROM system.local"
            return _call(connection, QUERY,
                         struct.pack(">i", len(text)) + text + struct.pack(">HB", 1, 0)) == RESULT
    except (OSError, EOFError):
        return False


def elasticsearch(port, password=None):
    """The cluster is at least yellow: every primary shard is there."""
    address = f"http://127.0.0.1:{port}/_cluster/health?wait_for_status=yellow&timeout=1s"
    request = urllib.request.Request(address)
    if password:
        token = base64.b64encode(f"elastic:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    # Not through a proxy that the environment may name: this is loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _call(connection, opcode, body):
    connection.sendall(struct.pack(">BBhBi", 4, 0, 0, opcode, len(body)) + body)
    _, _, _, answer, length = struct.unpack(">BBhBi", _read(connection, 9))
    _read(connection, length)
    return answer


def _read(connection, count):
    received = b""
    while len(received) < count:
        part = connection.recv(count - len(received))
        if not part:
            raise EOFError
        received += part
    return received
