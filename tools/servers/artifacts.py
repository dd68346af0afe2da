"""The servers' programs: fetched once by Maven (so the machine's own mirrors and proxies count),
kept in the cache, and laid out where the account that runs the servers can read them."""

import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

CASSANDRA = "5.0.8"
ELASTICSEARCH = "8.19.0"
JAVA = 17  # the newest that Cassandra 5.0 runs on, and enough for Elasticsearch 8
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"

POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>duet</groupId><artifactId>servers</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.cassandra</groupId><artifactId>cassandra-all</artifactId>
      <version>{CASSANDRA}</version>
    </dependency>
  </dependencies>
</project>
"""


def cache():
    return Path(os.environ.get("DUET_CACHE") or Path.home() / ".cache/duet").absolute()


def cassandra(base):
    return base / f"dist/cassandra-{CASSANDRA}"


def elasticsearch(base):
    return base / f"dist/elasticsearch-{ELASTICSEARCH}"


def java_home():
    """A JDK 17: JAVA_HOME or `java` if it is one, else where Debian and Ubuntu put it."""
    candidates = [os.environ.get("JAVA_HOME"), _home_of(shutil.which("java")),
                  *sorted(Path("/usr/lib/jvm").glob(f"java-{JAVA}-*"))]
    for home in filter(None, candidates):
        if _major(Path(home) / "bin/java") == JAVA:
            return Path(home)
    raise SystemExit(f"servers: no Java {JAVA}; run: ./dev setup")


def fetch(base):
    """Bring both into the cache and lay them out under base; quick when they are there."""
    cache().mkdir(parents=True, exist_ok=True)
    jars = cache() / f"cassandra-{CASSANDRA}"
    archive = cache() / f"elasticsearch-{ELASTICSEARCH}.zip"
    if not jars.exists():
        _complete(jars, _fetch_cassandra)
    if not archive.exists():
        _complete(archive, _fetch_elasticsearch)
    if not cassandra(base).exists():
        _complete(cassandra(base), lambda target: shutil.copytree(jars, target))
    if not elasticsearch(base).exists():
        _complete(elasticsearch(base), lambda target: _unpack(archive, target))
    for folder in (base, base / "dist"):
        folder.chmod(0o755)


def _complete(target, make):
    """Make target in a folder beside it and rename: one that was cut short is never taken as
    complete, and two that race each finish their own."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        make(made)
        if not target.exists():
            made.rename(target)


def _fetch_cassandra(target):
    print(f"fetching Cassandra {CASSANDRA}", flush=True)
    pom = target.parent / "pom.xml"
    pom.write_text(POM)
    _maven("-f", pom, f"{PLUGIN}:copy-dependencies", "-DincludeScope=runtime",
           f"-DoutputDirectory={target}")


def _fetch_elasticsearch(target):
    print(f"fetching Elasticsearch {ELASTICSEARCH}", flush=True)
    coordinates = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ELASTICSEARCH}:zip"
    _maven(f"{PLUGIN}:copy", f"-Dartifact={coordinates}", "-Dmdep.stripVersion=false",
           f"-DoutputDirectory={target.parent}")


def _unpack(archive, target):
    with zipfile.ZipFile(archive) as content:
        content.extractall(target.parent)
    # The archive has one folder, elasticsearch-VERSION, and zipfile drops the execute bits.
    folder = next(path for path in target.parent.iterdir() if path.name.startswith("elastic"))
    for program in (folder / "bin").iterdir():
        program.chmod(0o755)
    if folder != target:
        folder.rename(target)


def _maven(*arguments):
    command = ["mvn", "-q", "-B", "-Dstyle.color=never", *map(str, arguments)]
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:
        raise SystemExit("servers: Maven could not fetch a server (its messages are above)")


def _home_of(java):
    return Path(java).resolve().parent.parent if java else None


def _major(java):
    if not java.exists():
        return None
    text = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(\d+)', text)
    return int(found.group(1)) if found else None
