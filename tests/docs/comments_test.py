#!/usr/bin/env python3
"""A comment that sends its reader to a document names one that is in the repository, and a heading that is in it."""

import re
import unittest
from pathlib import Path

from links_test import anchors

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("src", "tests", "fuzz", "bench") for suffix in ("*.hpp", "*.cpp")
                 for path in (ROOT / folder).rglob(suffix))
DOCUMENT = re.compile(r"([\w./-]+\.md)(?:#([\w-]+))?")
# Papers that somebody has on a desk, and no reader of the repository.
ELSEWHERE = re.compile(r"\bdesign (?:document|section)\b|\bstyle rule\b|\bthe model's \"")


def one_line(text):
    """With comments that go on in the next line as one."""
    return re.sub(r"\n\s*//+ ?", " ", text)


def documents(text):
    """(path, heading) of each document that is named; the heading may be empty."""
    return [(path.lstrip("/"), heading) for path, heading in DOCUMENT.findall(one_line(text))]


def elsewhere(text):
    return ELSEWHERE.findall(one_line(text))


class Comments(unittest.TestCase):
    def test_every_document_that_is_named_is_there(self):
        found = 0
        for source in SOURCES:
            for path, heading in documents(source.read_text()):
                found += 1
                with self.subTest(f"{source.relative_to(ROOT)}: {path}#{heading}"):
                    self.assertTrue((ROOT / path).exists(), f"{path} is not there")
                    if heading:
                        self.assertIn(heading, anchors((ROOT / path).read_text()))
        self.assertGreater(found, 10)

    def test_none_names_a_paper_that_is_not_in_the_repository(self):
        for source in SOURCES:
            with self.subTest(str(source.relative_to(ROOT))):
                self.assertEqual(elsewhere(source.read_text()), [])


class OfTheTest(unittest.TestCase):
    def test_finds_documents_and_their_headings(self):
        self.assertEqual(documents("// see ARCHITECTURE.md#errors, and\n// docs/keys.md.\n"),
                         [("ARCHITECTURE.md", "errors"), ("docs/keys.md", "")])

    def test_finds_papers_across_the_end_of_a_line(self):
        self.assertEqual(elsewhere("// the pair (design\n/// section 5)\n"), ["design section"])
        self.assertEqual(elsewhere("// by design: two sections\n"), [])


if __name__ == "__main__":
    unittest.main()
