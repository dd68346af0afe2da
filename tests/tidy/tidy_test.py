#!/usr/bin/env python3
"""The house rules hold in the tree, and each rule finds its bad sample."""

import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import tidy


def rules(code, name="src/sync/sample.cpp"):
    return [finding.rule for finding in tidy.check(name, code)]


class CapturingCoroutine(unittest.TestCase):
    def test_finds_one_by_what_it_awaits(self):
        self.assertEqual(rules("auto f = [this] { co_await step(); };"), ["capturing-coroutine"])
        self.assertEqual(rules("spawn([this, host]() -> Task<void> { co_return; });"),
                         ["capturing-coroutine"])
        self.assertEqual(rules("return [&](int n) mutable noexcept -> Task<std::vector<int>> {\n"
                               "    if (n) { co_return a; }\n};"), ["capturing-coroutine"])

    def test_leaves_alone_what_captures_nothing_or_awaits_nothing(self):
        self.assertEqual(rules("auto f = []() -> Task<void> { co_return; };"), [])
        self.assertEqual(rules("auto f = [&] { return a[b] + 1; };"), [])
        self.assertEqual(rules("a[i] = 1; [[nodiscard]] Task<void> f() { co_return; }"), [])

    def test_a_coroutine_inside_a_lambda_is_its_own(self):
        self.assertEqual(rules("auto f = [&] { g([]() -> Task<void> { co_return; }); };"), [])

    def test_a_comment_or_a_string_is_no_code(self):
        self.assertEqual(rules('// [this] { co_await x; }\nauto s = "[this] { co_await x; }";'), [])

    def test_tests_may(self):
        self.assertEqual(rules("run([&]() -> Task<void> { co_return; });", "tests/unit/a.cpp"), [])


class BracesInAwait(unittest.TestCase):
    def test_finds_a_braced_temporary(self):
        self.assertEqual(rules("co_await save(Options{.path = p});"), ["braces-in-await"])
        self.assertEqual(rules("auto x = co_await f(g(1), {2});"), ["braces-in-await"])
        self.assertEqual(rules("if (co_await f(h(std::vector<int>{1}))) return;"),
                         ["braces-in-await"])

    def test_finds_a_capturing_lambda(self):
        self.assertEqual(rules("co_await each(ids, [&](Id id) { use(id); });"), ["braces-in-await"])
        self.assertEqual(rules("co_await f(a)(g([x] { return x; }));"), ["braces-in-await"])

    def test_leaves_alone_what_is_named_or_comes_after(self):
        self.assertEqual(rules("co_await save(std::move(options));"), [])
        self.assertEqual(rules("if (co_await f(a, b)) { g(); }"), [])
        self.assertEqual(rules("for (auto& x : co_await f(a)) { g(); }"), [])
        self.assertEqual(rules("co_await f([](int n) { return n; });"), [])
        self.assertEqual(rules("const Options o{co_await f(a)}; g({1});"), [])

    def test_tests_must_as_well(self):
        self.assertEqual(rules("co_await f({1});", "tests/unit/a.cpp"), ["braces-in-await"])


class Sizes(unittest.TestCase):
    def test_finds_a_long_line(self):
        self.assertEqual(rules("int a;" + " " * 93 + "//"), ["long-line"])
        self.assertEqual(rules("int a;" + " " * 92 + "//"), [])

    def test_reports_a_long_file(self):
        self.assertEqual(rules("int a;\n" * 401), ["long-file"])
        self.assertEqual(rules("int a;\n" * 400), [])

    def test_reports_a_long_function(self):
        body = "    step();\n"
        long = "void Store::apply(int a) const {\n" + body * 59 + "}\n"
        self.assertEqual(rules(long), ["long-function"])
        self.assertEqual(rules("namespace duet {\nclass A {\n" + long + "};\n}\n"),
                         ["long-function"])
        self.assertEqual(rules("A::A(int x) : x_{x}, y_{1} {\n" + body * 59 + "}\n"),
                         ["long-function"])
        self.assertEqual(rules("void f() {\n" + body * 58 + "}\n" + "void g() {}\n" * 9), [])


class Tree(unittest.TestCase):
    def test_is_clean(self):
        run = subprocess.run([sys.executable, ROOT / "tools/tidy.py"], capture_output=True, text=True)
        print(run.stdout, end="")
        self.assertEqual(run.returncode, 0, "see the errors above")


if __name__ == "__main__":
    unittest.main()
