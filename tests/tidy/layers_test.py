#!/usr/bin/env python3
"""The includes of src/ obey the order of the layers, and the check finds each kind of breach."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import layers

GOOD = {
    "base/a.hpp": "#pragma once\n",
    "model/b.hpp": '#include "base/a.hpp"\n',
    "sync/c.hpp": '#include "model/b.hpp"\n',
    "stores/memory/d.hpp": '#include "model/b.hpp"\n',
    "net/e.hpp": "#include <boost/asio/io_context.hpp>\n",
    "app/main.cpp": '#include "sync/c.hpp"\n#include "stores/memory/d.hpp"\n',
}


def breaches(**changed):
    """What the check says of a small tree in which some files are replaced (a_b: folder a)."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = GOOD | {path.replace("__", "/").replace("_hpp", ".hpp").replace("_cpp", ".cpp"): text
                        for path, text in changed.items()}
        for path, text in files.items():
            target = root / "src" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        (root / "src/CMakeLists.txt").write_text((ROOT / "src/CMakeLists.txt").read_text())
        return layers.check(root)


class Breaches(unittest.TestCase):
    def assert_one(self, found, *words):
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_none_in_a_good_tree(self):
        self.assertEqual(breaches(), [])

    def test_upwards(self):
        self.assert_one(breaches(base__up_hpp='#include "net/e.hpp"\n'),
                        "src/base/up.hpp:1", "layer base must not")

    def test_to_a_brother(self):
        self.assert_one(breaches(sync__side_cpp='\n#include "stores/memory/d.hpp"\n'),
                        "src/sync/side.cpp:2", "layer sync must not")
        self.assert_one(breaches(cql__side_cpp='#include "model/b.hpp"\n'), "layer cql must not")

    def test_a_cycle(self):
        self.assert_one(breaches(base__x_hpp='#include "base/y.hpp"\n',
                                 base__y_hpp='#include "base/x.hpp"\n'), "includes itself")

    def test_a_file_that_is_not_there(self):
        self.assert_one(breaches(sync__x_cpp='#include "model/nothing.hpp"\n'), "is no file")

    def test_a_folder_that_is_no_layer(self):
        self.assert_one(breaches(misc__x_cpp="\n"), "lies in no layer")

    def test_a_heavy_library_twice(self):
        self.assert_one(breaches(app__x_cpp="#include <CLI/CLI.hpp>\n",
                                 app__y_cpp="#include <CLI/App.hpp>\n"), "<CLI/…>", "app/x.cpp")

    def test_a_library_in_a_header(self):
        self.assert_one(breaches(sync__x_hpp="#include <fmt/format.h>\n"), "in a header")
        self.assert_one(breaches(cql__x_hpp="#include <boost/asio/steady_timer.hpp>\n"),
                        "in a header")


class Tree(unittest.TestCase):
    def test_is_clean(self):
        self.assertEqual(layers.check(ROOT), [])


if __name__ == "__main__":
    unittest.main()
