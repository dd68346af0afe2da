"""A Cassandra of a test's own: with settings of its own, and free to be killed."""

import json
import os
import shlex
import signal
import subprocess
import sys
import uuid

from harness import ROOT, Servers

LOGIN = ("DUET_CASSANDRA_USERNAME", "DUET_CASSANDRA_PASSWORD")
START_SECONDS = 300  # the script itself gives up before, and says where the log is


class Node:
    """One server beside those that all tests share, instead of their Cassandra while it is there."""

    def __init__(self, passwords=False):
        self.passwords = passwords  # it asks for a login
        self.name = f"live-{uuid.uuid4().hex[:8]}"
        self.before = os.environ.get("DUET_CASSANDRA")
        self.settings = {}

    def start(self, **settings):
        """Settings of cassandra.yaml, as keywords; kept from one start to the next."""
        self.settings |= settings
        self.script("up", "cassandra", patience=START_SECONDS)
        self.env = dict(line.split("=", 1) for line in self.script("env").splitlines())
        os.environ["DUET_CASSANDRA"] = self.env["DUET_CASSANDRA"]
        for login in LOGIN:
            if login in self.env:
                os.environ[login] = self.env[login]
        self.connect()

    def connect(self):
        """The driver's connection, anew."""
        if Servers.shared:
            Servers.shared.cluster.shutdown()
            Servers.shared = None
        return Servers.get().session

    @property
    def cdc_directory(self):
        return self.env["DUET_CDC_DIRECTORY"]

    def kill(self):
        os.kill(int(self.env["DUET_CASSANDRA_PID"]), signal.SIGKILL)

    def stop(self):
        self.script("stop", "cassandra")

    def remove(self):
        if Servers.shared:
            Servers.shared.cluster.shutdown()
            Servers.shared = None
        self.script("down")
        for login in LOGIN:
            os.environ.pop(login, None)
        if self.before:
            os.environ["DUET_CASSANDRA"] = self.before

    def script(self, *words, patience=90):
        command = [sys.executable, ROOT / "tools/servers/servers.py", *words]
        environment = os.environ | {"DUET_SERVERS_NAME": self.name,
                                    "DUET_SERVERS_PASSWORDS": "1" if self.passwords else "0",
                                    "DUET_SERVERS_CASSANDRA": json.dumps(self.settings)}
        done = subprocess.run(command, env=environment, text=True, timeout=patience,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise AssertionError(f"{shlex.join(words)}: {done.stdout}")
        return done.stdout
