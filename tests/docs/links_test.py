#!/usr/bin/env python3
"""Every relative link of every document leads to a file that is there, and to a heading in it."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(text):
    return [link for link in LINK.findall(CODE.sub("", text)) if "://" not in link]


def anchors(text):
    """As GitHub makes them."""
    without_blocks = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", without_blocks, re.MULTILINE)}


class Links(unittest.TestCase):
    def test_there_are_documents(self):
        self.assertGreater(len(DOCUMENTS), 10)

    def test_every_relative_link_leads_somewhere(self):
        for document in DOCUMENTS:
            for link in links(document.read_text()):
                with self.subTest(f"{document.relative_to(ROOT)}: {link}"):
                    path, _, anchor = link.partition("#")
                    target = (document.parent / path).resolve() if path else document
                    self.assertTrue(target.exists(), f"{path} is not there")
                    self.assertTrue(target.is_relative_to(ROOT), f"{path} is outside of the repository")
                    if anchor:
                        self.assertIn(anchor, anchors(target.read_text()))

    def test_every_document_can_be_reached_from_the_readme(self):
        reached, waiting = set(), [ROOT / "README.md"]
        while waiting:
            document = waiting.pop()
            if document in reached or document.suffix != ".md":
                continue
            reached.add(document)
            for link in links(document.read_text()):
                target = (document.parent / link.partition("#")[0]).resolve()
                waiting += sorted(target.glob("*.md")) if target.is_dir() else [target]
        self.assertEqual(set(DOCUMENTS) - reached, set())


class OfTheTest(unittest.TestCase):
    def test_finds_links_outside_of_code(self):
        self.assertEqual(links("[a](b.md#c) `[x](y)`\n```\n[p](q)\n```\n[u](https://v)"), ["b.md#c"])

    def test_makes_anchors(self):
        self.assertEqual(anchors("## If the keyspace `duet` is lost\n"), {"if-the-keyspace-duet-is-lost"})


if __name__ == "__main__":
    unittest.main()
