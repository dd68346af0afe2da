#!/usr/bin/env python3
"""docs/operations.md names every key that a monitor finds in `duet status --json` and at /api/status, and no other."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "src/app"
PAGE = (ROOT / "docs/operations.md").read_text()
KEY = re.compile(r'\{"([a-z_]+)",')


def part(file, begin, end):
    """The source between two marks."""
    text = (APP / file).read_text()
    assert begin in text, f"{file} has no {begin}"
    return text.split(begin)[1].split(end)[0]


LEFT_OUT = re.compile(r"left_out\.push_back\(.*?\);", re.DOTALL)  # an object of its own
STEP = part("dashboard.cpp", "json::value step_of(", "\n}\n")
JOURNAL = part("journal_status.cpp", "std::string json_of(", "\n}\n")
COMMAND = part("commands/status.cpp", "void print_json(", "\n    }\n")
DAEMON = part("dashboard.cpp", "std::string status(", "\n}\n")


def keys(*texts):
    return {key for text in texts for key in KEY.findall(LEFT_OUT.sub("", text))}


def rows(page):
    """(names, in the command, at the daemon, meaning) of each row of the table."""
    table = page.split("### For monitors")[1].split("\n## ")[0]
    for names, command, daemon, meaning in re.findall(r"^\| (`.*?) \| ?(yes)? ?\| (yes)? ?\| (.*) \|$", table,
                                                      re.MULTILINE):
        yield re.findall(r"`(\w+)`", names), command, daemon, meaning


def documented(page, column):
    found = set()
    for row in rows(page):
        if row[column]:
            found |= set(row[0])
    return found


def inside(page, name):
    """What the row of an object says is in it."""
    return {key for names, _, _, meaning in rows(page) if names == [name]
            for key in re.findall(r"`([a-z_]+)`", meaning)}


class Keys(unittest.TestCase):
    def test_those_of_the_command(self):
        self.assertEqual(documented(PAGE, 1), keys(COMMAND))

    def test_those_of_the_daemon(self):
        self.assertEqual(documented(PAGE, 2), keys(DAEMON))

    def test_those_of_the_objects_in_them(self):
        self.assertEqual(inside(PAGE, "step"), keys(STEP))
        self.assertEqual(inside(PAGE, "journal"), keys(JOURNAL))


class OfTheTest(unittest.TestCase):
    PAGE = "### For monitors\n\n| `a`, `b` | yes |  | x |\n| `c` |  | yes | `d` |\n\n## Next\n\n| `e` | yes | yes | x |\n"

    def test_reads_a_table(self):
        self.assertEqual(documented(self.PAGE, 1), {"a", "b"})
        self.assertEqual(documented(self.PAGE, 2), {"c"})
        self.assertEqual(inside(self.PAGE, "c"), {"d"})

    def test_finds_keys(self):
        self.assertEqual(keys('json::value all{{"a", 1}, {"b_c", {{"d", 2}}}};'), {"a", "b_c", "d"})


if __name__ == "__main__":
    unittest.main()
