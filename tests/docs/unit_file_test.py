#!/usr/bin/env python3
"""packaging/duet.service does what docs/operations.md says of it, and names what the program knows."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNIT = (ROOT / "packaging/duet.service").read_text()
MANUAL = (ROOT / "docs/operations.md").read_text().split("## systemd")[1]
EXITS = (ROOT / "src/app/commands/command.hpp").read_text()


def setting(name, text=UNIT):
    """Its value; a line that begins with # is none."""
    found = re.search(rf"^{name}=(.*)$", text, re.MULTILINE)
    return found.group(1) if found else None


class Unit(unittest.TestCase):
    def test_a_wrong_configuration_is_not_started_again(self):
        usage = re.search(r"enum class Exit[^}]*\busage = (\d+)", EXITS).group(1)
        self.assertEqual(setting("Restart"), "on-failure")
        self.assertEqual(setting("RestartPreventExitStatus"), usage)
        self.assertIn(f"exit code {usage}", MANUAL)

    def test_the_manual_shows_its_command_and_its_limit_of_memory(self):
        self.assertIn(setting("ExecStart"), MANUAL)
        self.assertIn(f"`MemoryMax={setting('MemoryMax')}`", MANUAL)


class OfTheTest(unittest.TestCase):
    def test_a_comment_sets_nothing(self):
        self.assertIsNone(setting("A", "#A=1\n# A=2\nB=A=3\n"))


if __name__ == "__main__":
    unittest.main()
