#!/usr/bin/env python3
"""docs/configuration.md names every key that the program knows and no other, and the defaults that it shows are those
of examples/duet.toml (which a unit test compares with the program's own)."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DUET = os.environ.get("DUET_BINARY", str(ROOT / "build/release/duet"))
SECTIONS = {"General": "", "[cassandra]": "[cassandra]", "[elasticsearch]": "[elasticsearch]", "[state]": "[state]",
            "[http]": "[http]", "[[pair]]": "[[pair]]", "[[pair.field]]": "[[pair.field]]"}
# What must stand before a key of the section.
BEFORE = {"[[pair]]": '[[pair]]\nkeyspace = "k"\n',
          "[[pair.field]]": '[[pair]]\nkeyspace = "k"\n[[pair.field]]\ncolumn = "c"\n'}
NO_KEY = "zzzzzzzzzzzzzzzzzzzzzzzz"  # like no other, so that the program lists all


def check(toml):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "duet.toml"
        file.write_text(toml)
        return subprocess.run([DUET, "config", "check", "--config", str(file)], capture_output=True, text=True,
                              timeout=30)


def before(section):
    return BEFORE.get(section, f"{section}\n")


def sections_in(section):
    """The keys of a section that are sections themselves."""
    inside = section.strip("[]") + "." if section else ""
    names = {other.strip("[]").removeprefix(inside) for other in PAGE
             if other != section and other.strip("[]").startswith(inside)}
    return {name for name in names if name and "." not in name}


def known_keys(section):
    """As the program lists them when it meets one that it does not know."""
    answer = check(f"{before(section)}{NO_KEY} = 1\n").stderr
    listed = re.search(r"the keys here are: (.*)", answer)
    assert listed, answer
    return set(listed.group(1).split(", "))


def documented(text):
    """{section: {key: default}} from the tables of the page."""
    sections = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        rows = re.findall(r"^\| `([a-z_]+)` \| (?:`([^`]*)`)? *\|", body, re.MULTILINE)
        if title in SECTIONS:
            sections[SECTIONS[title]] = dict(rows)
    return sections


PAGE = documented((ROOT / "docs/configuration.md").read_text())


class Keys(unittest.TestCase):
    def test_the_page_has_every_section(self):
        self.assertEqual(set(PAGE), set(SECTIONS.values()))
        self.assertEqual(known_keys("") - set(PAGE[""]), sections_in(""))

    def test_the_page_has_every_key_and_no_other(self):
        for section, keys in PAGE.items():
            with self.subTest(section or "General"):
                self.assertEqual(set(keys), known_keys(section) - sections_in(section))

    def test_the_program_takes_every_default(self):
        for section, keys in PAGE.items():
            for key, default in keys.items():
                if default:
                    with self.subTest(f"{section} {key}"):
                        answer = check(f"{before(section)}{key} = {default}\n")
                        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_defaults_are_those_of_the_example(self):
        example = (ROOT / "examples/duet.toml").read_text()
        # An example's line shows another value where there is no default, or where it explains itself better.
        for section, keys in PAGE.items():
            for key, default in keys.items():
                shown = re.findall(rf"^#?{key} = (.*)$", example, re.MULTILINE)
                if default and not section.startswith("[[pair"):
                    with self.subTest(f"{section} {key}"):
                        self.assertIn(default, shown)


class OfTheTest(unittest.TestCase):
    def test_reads_a_table(self):
        page = "## [http]\n\n| key | default | x |\n|---|---|---|\n| `a` | `1` | x |\n| `b` |  | x |\n"
        self.assertEqual(documented(page), {"[http]": {"a": "1", "b": ""}})


if __name__ == "__main__":
    unittest.main()
