#!/usr/bin/env python3
"""What the documents show works: every toml block is read by `duet config check`, every `duet` and `./dev`
command in a shell block names commands and options that there are."""

import glob
import os
import re
import shlex
import subprocess
import tempfile
import unittest
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DUET = os.environ.get("DUET_BINARY", str(ROOT / "build/release/duet"))
FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SHELL = {"sh", "bash", "console", "shell"}


def documents():
    return [ROOT / "README.md"] + [Path(p) for p in sorted(glob.glob(str(ROOT / "docs/**/*.md"), recursive=True))]


def blocks(languages):
    """(document:line, text) of every fenced block in one of these languages."""
    for document in documents():
        if not document.exists():
            continue
        text = document.read_text()
        for match in FENCE.finditer(text):
            if match.group(1) in languages:
                line = text.count("\n", 0, match.start()) + 2
                yield f"{document.relative_to(ROOT)}:{line}", match.group(2)


def commands(text):
    """The commands of a shell block, as words: prompts, comments and continued lines taken away."""
    for line in text.replace("\\\n", " ").splitlines():
        line = line.strip().removeprefix("$ ")
        try:
            words = shlex.split(line, comments=True)
        except ValueError:   # what a program has printed
            continue
        command = []
        for word in words + [";"]:
            if word in {"&&", "||", "|", ";", "&"}:
                if command:
                    yield command
                command = []
            else:
                command.append(word)


@lru_cache(maxsize=None)
def help_of(path):
    answer = subprocess.run([DUET, *path, "--help"], capture_output=True, text=True, timeout=30)
    return answer.returncode, answer.stdout


@lru_cache(maxsize=None)
def dev_tasks():
    answer = subprocess.run([str(ROOT / "dev")], capture_output=True, text=True, timeout=30, cwd=ROOT)
    return answer.stdout + answer.stderr


def names_in(text):
    """Words that begin a line of a help text, and every option in it."""
    return set(re.findall(r"^ +([\w-]+)", text, re.MULTILINE)) | set(re.findall(r"--[\w-]+|-\w\b", text))


class Blocks(unittest.TestCase):
    def test_every_toml_block_is_a_good_configuration(self):
        for place, text in blocks({"toml"}):
            with self.subTest(place), tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "duet.toml"
                # Files that a block names need not be on this machine.
                for name in re.findall(r'^[^#\n]*_file *= *"([^"]+)"', text, re.MULTILINE):
                    text = text.replace(f'"{name}"', '"secret"')
                (Path(folder) / "secret").write_text("secret\n")
                file.write_text(text)
                answer = subprocess.run([DUET, "config", "check", "--config", str(file)],
                                        capture_output=True, text=True, timeout=30)
                self.assertEqual(answer.returncode, 0, f"{place}: {answer.stderr}")

    def test_every_duet_command_is_one(self):
        for place, text in blocks(SHELL):
            for words in commands(text):
                if Path(words[0]).name != "duet":
                    continue
                with self.subTest(f"{place}: {' '.join(words)}"):
                    self.check(words[1:], place)

    def check(self, words, place):
        path = []
        for word in words:
            if word.startswith("-") or word not in names_in(help_of(tuple(path))[1]):
                break
            path.append(word)
        if words and not words[0].startswith("-"):
            self.assertTrue(path, f"{place}: duet has no command {words[0]}")
        known = names_in(help_of(tuple(path))[1])
        for word in words:
            if word.startswith("-"):
                self.assertIn(word.split("=")[0], known, f"{place}: duet {' '.join(path)} has no such option")

    def test_every_dev_task_is_one(self):
        for place, text in blocks(SHELL):
            for words in commands(text):
                if words[0] == "./dev" and len(words) > 1:
                    with self.subTest(f"{place}: {' '.join(words)}"):
                        self.assertRegex(dev_tasks(), rf"(?m)^\./dev {re.escape(words[1])}\b")

    def test_the_program_was_built(self):
        self.assertEqual(help_of(())[0], 0, f"{DUET} --help")


class OfTheTest(unittest.TestCase):
    """That the checks above can fail."""

    def test_finds_blocks(self):
        self.assertEqual(FENCE.findall("a\n```toml\nx = 1\n```\nb\n")[0], ("toml", "x = 1\n"))

    def test_takes_commands_apart(self):
        text = "$ duet once && duet verify --deep   # then\n./dev \\\n  build\n"
        self.assertEqual(list(commands(text)),
                         [["duet", "once"], ["duet", "verify", "--deep"], ["./dev", "build"]])

    def test_refuses_an_option_that_is_not_there(self):
        with self.assertRaises(AssertionError):
            Blocks().check(["run", "--no-such-option"], "here")
        with self.assertRaises(AssertionError):
            Blocks().check(["no_such_command"], "here")


if __name__ == "__main__":
    unittest.main()
