#!/usr/bin/env python3
"""Holds the #includes of src/ against the order of the layers in src/CMakeLists.txt.

    layers.py [ROOT]        prints each breach as file:line: text; exit 1 if there is one

A layer includes only itself and what lies below it, no header includes itself by a detour, heavy
libraries are compiled in few places, and no third-party type is in a header of ours.
"""

import re
import sys
from pathlib import Path

# How many .cpp files may include a library, and why it matters: seconds for each file that does.
HEAVY = {
    "boost/beast": 1,            # 5.5 s
    "CLI/": 1,                   # 9 s
    "toml++/": 1,                # 5 s
    "spdlog/": 1,
    "prometheus/": 1,
    "boost/asio/impl/": 1,       # all of Asio, compiled once
    "boost/asio/ssl/impl/": 1,
    "simdjson": 2,               # elastic, and stores/elasticsearch
}

# The third-party headers that headers of ours may include, and where: a type of somebody else's in
# a header is compiled by everybody, and ties all layers to that library. Task is the exception.
IN_HEADERS = {
    "src/base/task.hpp": ("boost/asio/awaitable.hpp",),
    "src/net/": ("boost/asio/",),
}
THIRD_PARTY = ("boost/", "CLI/", "toml++/", "spdlog/", "fmt/", "prometheus/", "simdjson",
               "openssl/", "lz4", "zlib")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


class Layers:
    """The layers as src/CMakeLists.txt declares them."""

    def __init__(self, cmake):
        self.folders = {}
        depends = {}
        for name, rest in re.findall(r"^duet_layer\((\w+)([^)]*)\)", cmake, re.M):
            words = re.split(r"\s+", rest.strip())
            sections = {"FOLDER": [], "DEPENDS": [], "USES": [], "DEFINES": []}
            section = []
            for word in words:
                if word in sections:
                    section = sections[word]
                else:
                    section.append(word)
            self.folders[(sections["FOLDER"] or [name])[0]] = name
            depends[name] = sections["DEPENDS"]
        self.below = {name: self._closure(name, depends) for name in depends}

    def _closure(self, name, depends, seen=()):
        if name in seen:
            raise SystemExit(f"layers: cycle in src/CMakeLists.txt: {' > '.join([*seen, name])}")
        found = {name}
        for lower in depends.get(name, ()):
            found |= self._closure(lower, depends, (*seen, name))
        return found

    def of(self, path):
        """The layer of a path below src/, such as `stores/memory/store.cpp`; None if none."""
        parts = path.split("/")[:-1]
        for length in range(len(parts), 0, -1):
            name = self.folders.get("/".join(parts[:length]))
            if name:
                return name
        return None


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def check(root):
    """All breaches below root, as lines of text."""
    source = root / "src"
    layers = Layers((source / "CMakeLists.txt").read_text())
    breaches, graph, users = [], {}, {}
    for path in sorted([*source.rglob("*.hpp"), *source.rglob("*.cpp")]):
        inner = path.relative_to(source).as_posix()
        where = f"src/{inner}"
        layer = layers.of(inner)
        if layer is None:
            breaches.append(f"{where}:1: lies in no layer (see src/CMakeLists.txt)")
            continue
        for number, ours, theirs in includes(path):
            if ours:
                graph.setdefault(inner, []).append(ours)
                breaches += [f"{where}:{number}: {text}"
                             for text in breaches_of_ours(source, layers, layer, ours)]
            else:
                breaches += [f"{where}:{number}: {text}" for text in breaches_of_theirs(where, theirs)]
                for heavy in HEAVY:
                    if theirs.startswith(heavy):
                        users.setdefault(heavy, set()).add(where)
    for heavy, files in sorted(users.items()):
        sources = sorted(file for file in files if file.endswith(".cpp"))
        if len(sources) > HEAVY[heavy]:
            breaches.append(f"{sources[-1]}:1: <{heavy}…> is slow to compile and allowed in "
                            f"{HEAVY[heavy]} .cpp, but is in {', '.join(sources)}")
    return breaches + [f"src/{cycle[0]}:1: includes itself: {' > '.join(cycle)}"
                       for cycle in cycles(graph)]


def breaches_of_ours(source, layers, layer, included):
    other = layers.of(included)
    if other is None or not (source / included).exists():
        yield f'"{included}" is no file below src/'
    elif other not in layers.below[layer]:
        yield f'layer {layer} must not include "{included}": {other} does not lie below it'


def breaches_of_theirs(where, included):
    if not where.endswith(".hpp") or not included.startswith(THIRD_PARTY):
        return
    for place, allowed in IN_HEADERS.items():
        if where.startswith(place) and included.startswith(allowed):
            return
    yield f"<{included}> in a header: only the .cpp may know that library"


def cycles(graph):
    """Each way from a file back to itself, once."""
    found, done = [], set()

    def walk(file, trail):
        if file in trail:
            found.append([*trail[trail.index(file):], file])
        elif file not in done:
            for other in graph.get(file, ()):
                walk(other, [*trail, file])
            done.add(file)

    for file in sorted(graph):
        walk(file, [])
    return found


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    breaches = check(root)
    print("\n".join(breaches) if breaches else "layers: clean")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
