#!/usr/bin/env python3
"""A real Cassandra and a real Elasticsearch on loopback, for tests and the demo.

    servers.py up [cassandra|elasticsearch]     start what is not running; returns when it answers
    servers.py status                   what runs, where; exit 0 if both answer
    servers.py stop [cassandra|elasticsearch]   end it, keep its data and its ports (`up` resumes)
    servers.py down [all]               end both and remove their data; all: every instance
    servers.py env                      print the env file (see below)
    servers.py fetch                    download both servers, start nothing

Environment:
    DUET_SERVERS_DIR        where everything lives (~/.local/share/duet-servers; as root
                            /var/lib/duet-servers, since the servers then run as another user)
    DUET_SERVERS_NAME       one instance among several (default: default)
    DUET_SERVERS_PASSWORDS  1: both ask for a password (it is in the env file)
    DUET_SERVERS_CASSANDRA  settings of cassandra.yaml for this start, as a JSON object
    DUET_CACHE              downloads (~/.cache/duet)

An instance writes <dir>/<name>/env, lines of KEY=value that a shell or a test can read.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import artifacts
import probe

HERE = Path(__file__).resolve().parent
START_SECONDS = 240  # both are up in 10 to 20 s on two idle cores
STOP_SECONDS = 20   # after that SIGKILL: the data is about to be removed, or survives it
HEAP = ["-Xms1g", "-Xmx1g"]
USER = "duet-servers"  # who runs the servers when we are root: Elasticsearch refuses root
PASSWORD = "duet-servers"

as_root = os.geteuid() == 0


def default_directory():
    home = Path("/var/lib") if as_root else Path.home() / ".local/share"
    return Path(os.environ.get("DUET_SERVERS_DIR") or home / "duet-servers").absolute()


class Instance:
    """One pair of servers: its directory, and what is remembered of it in state.json."""

    def __init__(self, base, name):
        self.base = base
        self.name = name
        self.path = base / name
        self.state_file = self.path / "state.json"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}

    def save(self):
        self.path.mkdir(parents=True, exist_ok=True)
        self.state_file.write_text(json.dumps(self.state, indent=2) + "\n")

    @property
    def passwords(self):
        return self.state.get("passwords", False)

    def port(self, key):
        return self.state["ports"][key]

    def pid(self, server):
        """The pid of the server, or None. A pid is ours only if its command line names our
        directory: after a reboot or a crash the number may belong to somebody else."""
        for pid in (self.state.get("pids", {}).get(server), self.written_pid(server)):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes() if pid else b""
            except OSError:
                continue
            if self.mark.encode() in command.split(b"\0"):
                return pid
        return None

    def written_pid(self, server):
        """Elasticsearch's launcher leaves, and writes the pid of the server that it started."""
        file = self.path / server / "pid"
        text = file.read_text().strip() if file.exists() else ""
        return int(text) if text else None

    @property
    def mark(self):
        return f"-Dduet.servers={self.path}"


def free_port(preferred, taken):
    for candidate in (preferred, 0):
        with socket.socket() as probe_socket:
            probe_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe_socket.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            port = probe_socket.getsockname()[1]
            if port not in taken:
                return port
    raise SystemExit("servers: no free port on 127.0.0.1")


def choose_ports():
    ports = {}
    for key, preferred in {"native": 9042, "storage": 7000, "http": 9200, "transport": 9300}.items():
        ports[key] = free_port(preferred, ports.values())
    return ports


def account():
    """Keyword arguments for Popen: who the servers run as."""
    if not as_root:
        return {}
    try:
        entry = pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "--user-group",
                        "--shell", "/usr/sbin/nologin", USER], check=True)
        entry = pwd.getpwnam(USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give(path, who):
    """Make a tree of ours belong to the account that the servers run as."""
    if who:
        for folder, _, files in os.walk(path):
            for entry in [folder, *(os.path.join(folder, file) for file in files)]:
                os.chown(entry, who["user"], who["group"])


def render(template, target, **values):
    text = (HERE / template).read_text()
    for key, value in values.items():
        text = text.replace("$" + key, str(value))
    target.write_text(text)


def configure(file, settings):
    """Settings instead of the file's own; JSON is YAML."""
    kept = [line for line in file.read_text().splitlines()
            if line.split(":")[0] not in settings]
    file.write_text("\n".join(kept + [f"{key}: {json.dumps(value)}"
                                      for key, value in settings.items()]) + "\n")


def cassandra_command(instance, java):
    home, folder = artifacts.cassandra(instance.base), instance.path / "cassandra"
    conf = folder / "conf"
    for part in ("conf", "data", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    secured = instance.passwords
    render("cassandra.yaml", conf / "cassandra.yaml", name=instance.name, data=folder / "data",
           native_port=instance.port("native"), storage_port=instance.port("storage"),
           authenticator="PasswordAuthenticator" if secured else "AllowAllAuthenticator",
           authorizer="CassandraAuthorizer" if secured else "AllowAllAuthorizer")
    configure(conf / "cassandra.yaml", json.loads(os.environ.get("DUET_SERVERS_CASSANDRA") or "{}"))
    shutil.copy(HERE / "logback.xml", conf)
    agent = next(home.glob("jamm-*.jar"))
    command = [java / "bin/java", *HEAP, f"@{HERE / 'cassandra-jvm.options'}", instance.mark,
               f"-javaagent:{agent}", f"-Djava.io.tmpdir={folder / 'tmp'}",
               f"-Dcassandra.config=file://{conf / 'cassandra.yaml'}",
               f"-Dlogback.configurationFile={conf / 'logback.xml'}",
               f"-Dcassandra.storagedir={folder / 'data'}", "-Dcassandra-foreground=yes",
               # One node has nobody to wait for.
               "-Dcassandra.skip_wait_for_gossip_to_settle=0", "-Dcassandra.ring_delay_ms=1000",
               "-Dcassandra.superuser_setup_delay_ms=0",
               "-cp", f"{conf}:{home}/*", "org.apache.cassandra.service.CassandraDaemon"]
    return command, {}


def elasticsearch_command(instance, java):
    home, folder = artifacts.elasticsearch(instance.base), instance.path / "elasticsearch"
    conf = folder / "conf"
    for part in ("conf", "data", "logs", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    render("elasticsearch.yml", conf / "elasticsearch.yml", name=instance.name,
           data=folder / "data", logs=folder / "logs", http_port=instance.port("http"),
           transport_port=instance.port("transport"), security=str(instance.passwords).lower())
    shutil.copy(home / "config/log4j2.properties", conf)
    # Instead of the jvm.options of the zip, which log garbage collections beside the program.
    (conf / "jvm.options").write_text("-XX:+UseG1GC\n-Djava.io.tmpdir=${ES_TMPDIR}\n")
    environment = {"ES_JAVA_HOME": java, "ES_PATH_CONF": conf, "ES_TMPDIR": folder / "tmp",
                   "ES_JAVA_OPTS": " ".join([*HEAP, instance.mark])}
    keystore = conf / "elasticsearch.keystore"
    if instance.passwords and not keystore.exists():
        tool = home / "bin/elasticsearch-keystore"
        everything = os.environ | {key: str(value) for key, value in environment.items()}
        subprocess.run([tool, "create"], env=everything, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([tool, "add", "--stdin", "bootstrap.password"], env=everything, check=True,
                       input=PASSWORD.encode(), stdout=subprocess.DEVNULL)
    command = [home / "bin/elasticsearch", "-d", "-p", folder / "pid"]
    return command, environment


def start(instance, server, make_command):
    java, who = artifacts.java_home(), account()
    command, environment = make_command(instance, java)
    log_file = instance.path / f"{server}.log"
    give(instance.path / server, who)
    with open(log_file, "ab") as log:
        process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=os.environ | {key: str(value) for key, value in environment.items()},
            cwd=instance.path / server, start_new_session=True, **who)
    instance.state.setdefault("pids", {})[server] = process.pid
    instance.save()
    return process


def wait_for(instance, server, process, answers, deadline):
    while time.monotonic() < deadline:
        if answers():
            instance.state["pids"][server] = instance.pid(server)
            instance.save()
            return
        code = process.poll() if process else 0
        if code is not None and instance.pid(server) is None and (code or server == "cassandra"):
            break
        time.sleep(0.2)
    log = instance.path / f"{server}.log"
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:]) if log.exists() else ""
    raise SystemExit(f"{tail}\nservers: {server} does not answer; its log is {log}")


def answers(instance, server):
    password = PASSWORD if instance.passwords else None
    if server == "cassandra":
        return probe.cassandra(instance.port("native"), "cassandra" if password else None)
    return probe.elasticsearch(instance.port("http"), password)


COMMANDS = {"cassandra": cassandra_command, "elasticsearch": elasticsearch_command}


def write_env(instance):
    lines = {"DUET_CASSANDRA": f"127.0.0.1:{instance.port('native')}",
             "DUET_ELASTICSEARCH": f"http://127.0.0.1:{instance.port('http')}",
             "DUET_CDC_DIRECTORY": instance.path / "cassandra/data/cdc_raw",
             "DUET_CASSANDRA_PID": instance.pid("cassandra"),
             "DUET_ELASTICSEARCH_PID": instance.pid("elasticsearch")}
    if instance.passwords:
        lines |= {"DUET_CASSANDRA_USERNAME": "cassandra", "DUET_CASSANDRA_PASSWORD": "cassandra",
                  "DUET_ELASTICSEARCH_USERNAME": "elastic",
                  "DUET_ELASTICSEARCH_PASSWORD": PASSWORD}
    (instance.path / "env").write_text("".join(f"{key}={value}\n" for key, value in lines.items()))


def up(instance, servers):
    artifacts.fetch(instance.base)
    if "ports" not in instance.state:
        instance.state = {"ports": choose_ports(), "pids": {},
                          "passwords": os.environ.get("DUET_SERVERS_PASSWORDS") == "1"}
        instance.save()
    began = time.monotonic()
    started = {server: None if instance.pid(server) else start(instance, server, command)
               for server, command in COMMANDS.items() if server in servers}
    for server, process in started.items():
        wait_for(instance, server, process, lambda: answers(instance, server),
                 began + START_SECONDS)
    write_env(instance)
    print(f"ready after {time.monotonic() - began:.0f} s")
    return status(instance, servers)


def status(instance, servers):
    if not instance.state:
        print(f"servers '{instance.name}': down")
        return 1
    well = True
    for server in servers:
        port = {"cassandra": "native", "elasticsearch": "http"}[server]
        pid = instance.pid(server)
        good = pid is not None and answers(instance, server)
        well = well and good
        word = "answers" if good else "does not answer" if pid else "stopped"
        print(f"{server:14} 127.0.0.1:{instance.port(port):<6} {word}"
              f"{f', pid {pid}' if pid else ''}, log {instance.path / (server + '.log')}")
    print(f"{'environment':14} {instance.path / 'env'}")
    return 0 if well else 1


def stop(instance, servers):
    pids = {server: pid for server in servers if (pid := instance.pid(server))}
    for pid in pids.values():
        os.kill(pid, signal.SIGCONT)  # a test may have paused it, and then it would not end
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while (alive := [s for s in pids if running(instance, s)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    for server in alive:
        os.kill(pids[server], signal.SIGKILL)
    while any(running(instance, server) for server in alive):
        time.sleep(0.1)
    for server in servers:
        instance.state.get("pids", {}).pop(server, None)
        (instance.path / server / "pid").unlink(missing_ok=True)
    if instance.state:
        instance.save()
    return 0


def running(instance, server):
    return instance.pid(server) is not None


def down(instance):
    stop(instance, list(COMMANDS))
    shutil.rmtree(instance.path, ignore_errors=True)
    print(f"servers '{instance.name}': down, data removed")
    return 0


def main(arguments):
    instance = Instance(default_directory(), os.environ.get("DUET_SERVERS_NAME") or "default")
    match arguments:
        case ["up", *servers] if set(servers) <= set(COMMANDS):
            return up(instance, servers or list(COMMANDS))
        case ["status"]:
            return status(instance, list(COMMANDS))
        case ["down"]:
            return down(instance)
        case ["down", "all"]:
            for state in instance.base.glob("*/state.json"):
                down(Instance(instance.base, state.parent.name))
            return 0
        case ["env"]:
            print((instance.path / "env").read_text(), end="")
            return 0
        case ["fetch"]:
            artifacts.fetch(instance.base)
            return 0
        case ["stop", *servers] if set(servers) <= set(COMMANDS):
            return stop(instance, servers or list(COMMANDS))
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
