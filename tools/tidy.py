#!/usr/bin/env python3
"""House rules that neither the compiler nor clang-tidy 16 holds.

    tidy.py [FILE...]       default: all of src, tests, fuzz and bench; exit 1 on an error

Errors:
  capturing-coroutine   a lambda that captures is a coroutine: the captures die with the lambda
                        object, at the first suspension (src only: a test's lambda lives as long
                        as the loop that it runs in)
  braces-in-await       a braced value or a capturing lambda in a co_await expression: g++ 12
                        destroys it twice
  long-line             over 100 columns
Reports (they do not fail):
  long-file             over 400 lines
  long-function         over 60 lines
"""

import re
import sys
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

LINE_LIMIT, FILE_LIMIT, FUNCTION_LIMIT = 100, 400, 60
REPORTS = {"long-file", "long-function"}
OPEN, CLOSE = "([{", ")]}"


@dataclass(frozen=True)
class Finding:
    file: str
    line: int
    rule: str
    text: str

    def __str__(self):
        kind = "report" if self.rule in REPORTS else "error"
        return f"{self.file}:{self.line}: {kind}: {self.text} [{self.rule}]"


TOKEN = re.compile(r"""
    //[^\n]* | /\*.*?\*/                          # comments
  | R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"    # raw strings
  | "(?:\\.|[^"\\\n])*" | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'
  | ^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*                # preprocessor lines
""", re.X | re.S | re.M)


def blank(text):
    """The code alone, every place kept: comments, directives and the insides of strings become
    spaces."""

    def spaces(match):
        found = match.group(0)
        quote = found[0] if found[0] in "\"'" else ""
        inner = re.sub(r"[^\n]", " ", found)
        return quote + inner[1:-1] + quote if quote else inner

    return TOKEN.sub(spaces, text)


class Source:
    def __init__(self, name, text):
        self.name = name
        self.lines = text.splitlines()
        self.code = blank(text)
        self.starts = [0] + [i + 1 for i, c in enumerate(text) if c == "\n"]
        self.match = self._brackets()

    def line(self, place):
        return bisect_right(self.starts, place)

    def finding(self, place, rule, text):
        return Finding(self.name, self.line(place), rule, text)

    def _brackets(self):
        """Place of each opening bracket to the place of its closing one."""
        match, stack = {}, []
        for place, char in enumerate(self.code):
            if char in OPEN:
                stack.append(place)
            elif char in CLOSE and stack:
                match[stack.pop()] = place
        return match

    def lambdas(self):
        """Each lambda as (place of its `[`, whether it captures, place of `{`, place of `}`)."""
        for place in (m.start() for m in re.finditer(r"\[", self.code)):
            before = self.code[:place].rstrip()
            word = re.search(r"\w+$", before)
            keyword = word and word.group(0) in {"return", "co_return", "co_await", "co_yield", "case"}
            if not keyword and before and (before[-1].isalnum() or before[-1] in "_)]"):
                continue  # a subscript
            if before.endswith("[") or self.code.startswith("[[", place):
                continue  # an attribute
            end = self.match.get(place)
            body = self._body(end + 1) if end is not None else None
            if body is not None:
                captures = self.code[place + 1:end].strip() != ""
                yield place, captures, body, self.match[body]

    def _body(self, place):
        """The `{` of a lambda whose `]` ends before place."""
        head = re.compile(r"\s*(?:<[^{};]*?>\s*)?")
        place = head.match(self.code, place).end()
        if self.code[place:place + 1] == "(" and place in self.match:
            place = self.match[place] + 1
        rest = re.compile(r"(?:[\w:<>,*&\s]|->|\([^(){};]*\))*").match(self.code, place)
        place = rest.end()
        return place if self.code[place:place + 1] == "{" and place in self.match else None


def capturing_coroutines(source):
    if not source.name.startswith("src/"):
        return
    lambdas = list(source.lambdas())
    for place, captures, begin, end in lambdas:
        body = source.code[begin:end]
        for _, _, inner_begin, inner_end in lambdas:  # what a lambda inside does is its own matter
            if begin < inner_begin and inner_end < end:
                size = inner_end - inner_begin
                at = inner_begin - begin
                body = body[:at] + " " * size + body[at + size:]
        if captures and re.search(r"\bco_(await|return|yield)\b", body):
            yield source.finding(place, "capturing-coroutine",
                                 "a capturing lambda is a coroutine; make it a function that takes values")


def braces_in_await(source):
    lambdas = {place: (captures, end) for place, captures, _, end in source.lambdas()}
    for found in re.finditer(r"\bco_await\b", source.code):
        place, depth = found.end(), 0
        while place < len(source.code):
            char = source.code[place]
            captures, end = lambdas.get(place, (False, None))
            if captures or char == "{":
                what = "capturing lambda" if captures else "braced value"
                yield source.finding(place, "braces-in-await",
                                     f"a {what} within co_await; name it first")
                break
            if end is not None:  # captures nothing: its braces are harmless
                place = end
            elif char in "([":
                depth += 1
            elif char in ")]" and depth > 0:
                depth -= 1
            elif char in ";)]}":
                break
            place += 1


def long_lines(source):
    for number, line in enumerate(source.lines, 1):
        if len(line) > LINE_LIMIT and not re.search(r"https?://\S{60,}", line):
            yield Finding(source.name, number, "long-line", f"{len(line)} columns")


def long_files(source):
    if len(source.lines) > FILE_LIMIT:
        yield Finding(source.name, 1, "long-file", f"{len(source.lines)} lines")


def long_functions(source):
    for begin, end in functions(source):
        lines = source.line(end) - source.line(begin) + 1
        if lines > FUNCTION_LIMIT:
            name = re.search(r"([\w:~]+)\s*\(", source.code[begin:])
            yield source.finding(begin, "long-function",
                                 f"{name.group(1) if name else 'function'}: {lines} lines")


def functions(source):
    """(begin, end) of each function that is defined in a namespace or a class."""
    code, head, place = source.code, 0, 0
    while place < len(code):
        char = code[place]
        if char in ";}":
            head = place + 1
        elif char == "{" and place in source.match:
            text = code[head:place]
            begin = head + len(text) - len(text.lstrip())
            if re.search(r"\b(namespace|class|struct|union|enum|extern)\b[^()=]*$", text):
                head = place + 1  # look inside
            else:
                end = source.match[place]
                following = code[end + 1:end + 200].lstrip()[:1]
                if following not in (",", "{"):  # else a member's initialiser: the body comes
                    if "(" in text:
                        yield begin, end
                    head = end + 1
                place = end
        place += 1


CHECKS = (capturing_coroutines, braces_in_await, long_lines, long_files, long_functions)


def check(name, text):
    """All findings in one file, by line."""
    source = Source(name, text)
    found = [finding for rule in CHECKS for finding in rule(source)]
    return sorted(found, key=lambda finding: (finding.line, finding.rule))


def main(arguments):
    root = Path(__file__).resolve().parent.parent
    files = [Path(argument).resolve() for argument in arguments]
    if not files:
        files = sorted(path for folder in ("src", "tests", "fuzz", "bench")
                       for path in (root / folder).rglob("*") if path.suffix in (".cpp", ".hpp"))
    findings = [finding for path in files
                for finding in check(path.relative_to(root).as_posix(), path.read_text())]
    for finding in findings:
        print(finding)
    errors = sum(finding.rule not in REPORTS for finding in findings)
    print(f"tidy: {len(files)} files, {errors} errors, {len(findings) - errors} reports")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
