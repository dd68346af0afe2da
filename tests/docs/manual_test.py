#!/usr/bin/env python3
"""docs/duet.1 and the table of docs/operations.md name every command, and the man page every option."""

import os
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DUET = os.environ.get("DUET_BINARY", str(ROOT / "build/release/duet"))


def help_of(path):
    return subprocess.run([DUET, *path, "--help"], capture_output=True, text=True, timeout=30, check=True).stdout


def commands(path=()):
    """Every command that can be run, as a tuple of words."""
    _, found, listed = help_of(path).partition("Subcommands:\n")
    names = re.findall(r"^  ([\w-]+) ", listed.split("\n\n")[0], re.MULTILINE) if found else []
    if not names:
        return [path]
    return [command for name in names for command in commands((*path, name))]


def options(path):
    return set(re.findall(r"^  (?:-\w,)?(--[\w-]+)", help_of(path), re.MULTILINE))


MAN = (ROOT / "docs/duet.1").read_text().replace("\\-", "-")
OPERATIONS = (ROOT / "docs/operations.md").read_text()


class ManPage(unittest.TestCase):
    def test_there_are_commands(self):
        self.assertIn(("run",), commands())
        self.assertIn(("quarantine", "retry"), commands())

    def test_every_command_has_a_section(self):
        for command in commands():
            with self.subTest(" ".join(command)):
                self.assertRegex(MAN, rf"(?m)^\.SS {' '.join(command)}( |$)")

    def test_every_section_is_a_command(self):
        known = {" ".join(command) for command in commands()}
        for title in re.findall(r"^\.SS ([\w ]+)", MAN, re.MULTILINE):
            self.assertIn(title.strip(), known)

    def test_every_option_is_there(self):
        for command in commands():
            for option in options(command) | options(()):
                with self.subTest(f"{' '.join(command)} {option}"):
                    self.assertRegex(MAN, rf"(?m)^\.(B|BI|BR) .*{option}\b")

    def test_every_option_in_it_is_one(self):
        known = set().union(*(options(command) for command in commands()), options(()))
        for option in set(re.findall(r"(?<![\w-])--[\w-]+", MAN)):
            self.assertIn(option, known)

    def test_its_version_is_the_programs(self):
        version = subprocess.run([DUET, "--version"], capture_output=True, text=True, timeout=30).stdout.split()[1]
        self.assertIn(f'"Duet {version}"', MAN)


class Operations(unittest.TestCase):
    def test_the_table_names_every_command(self):
        for first, *rest in commands():
            with self.subTest(" ".join([first, *rest])):
                row = re.search(rf"^\| `duet {first}\b.*", OPERATIONS, re.MULTILINE)
                self.assertTrue(row)
                for word in rest:
                    self.assertIn(word, row.group(0))


if __name__ == "__main__":
    unittest.main()
