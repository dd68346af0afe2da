#!/usr/bin/env python3
"""What the documents name is in the source: files, functions, and limits with their values."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {path: path.read_text() for folder in ("src", "tests")
           for suffix in ("*.hpp", "*.cpp") for path in (ROOT / folder).rglob(suffix)}
TEXT = "\n".join(SOURCES.values())
WORDS = set(re.findall(r"\w+", TEXT))
FILES = [str(path.relative_to(ROOT)) for path in SOURCES]
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20}


def quoted(text):
    """What stands between backticks, code blocks aside."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


def values_of(name):
    """Every value that a constant or a setting of this name has in the source."""
    values = set()
    for text in re.findall(rf"\b{name}(?: =|\{{) ?([^;}}]+)[;}}]", TEXT):
        plain = re.sub(r"(?<=\d)[uUlL]+", "", text.replace("'", ""))
        if re.fullmatch(r"[\d\s+*<()-]+", plain):
            values.add(eval(plain.strip()))  # digits and operators only
    return values


def value_in(cell):
    number, unit = re.match(r"([\d,]+)(?: (\w+))?", cell).groups()
    return int(number.replace(",", "")) * UNITS.get(unit, 1)


def limits(page):
    """(name, value) from the table "Limits by name"; a row may have several of each."""
    table = page.split("## Limits by name")[1].split("\n## ")[0]
    for names, values in re.findall(r"^\| (`.*?) \| (.*?) \|", table, re.MULTILINE):
        cells = re.findall(r"[\d,]*\d(?: [KM]iB)?", values)
        yield from zip(re.findall(r"`(\w+)`", names), map(value_in, cells))


class Names(unittest.TestCase):
    def test_every_file_that_is_named_is_there(self):
        for document in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
            for name in quoted((ROOT / document).read_text()):
                if re.fullmatch(r"[\w/]+\.(hpp|cpp)", name):
                    with self.subTest(f"{document}: {name}"):
                        self.assertTrue(any(file.endswith("/" + name) or file == name for file in FILES))

    def test_every_function_that_is_named_is_there(self):
        text = (ROOT / "ARCHITECTURE.md").read_text()
        names = set(re.findall(r"\b([A-Z]\w+)::(\w+)", text))
        self.assertGreater(len(names), 15)
        for owner, name in names:
            with self.subTest(f"{owner}::{name}"):
                self.assertLessEqual({owner, name}, WORDS)

    def test_every_limit_has_the_value_that_the_page_says(self):
        found = list(limits((ROOT / "docs/operations.md").read_text()))
        self.assertGreater(len(found), 10)
        for name, value in found:
            with self.subTest(name):
                self.assertIn(value, values_of(name))


class OfTheTest(unittest.TestCase):
    def test_reads_a_table(self):
        page = "## Limits by name\n\n| `a_limit` | 16 MiB | x |\n| `b`, `c` | 10 rows, 4,500 bytes | x |\n"
        self.assertEqual(list(limits(page)), [("a_limit", 16 << 20), ("b", 10), ("c", 4500)])

    def test_a_constant_that_is_not_there_has_no_value(self):
        self.assertEqual(values_of("no_such_" + "limit"), set())


if __name__ == "__main__":
    unittest.main()
