"""Coverage as gcc's gcov sees it: adding up counters, reading, judging.

A way is one way out of a condition. Without optimization each operand of &&
and || is a condition of its own, so an `if` has two ways, or four, or more,
and each case of a switch is one. What only a broken kernel does is left out:
lines of assert and panic, and conditions that lead to nothing but a panic.

A comment `/* one way: REASON */`, at the end of a line or right above it,
says why no test can take every way out of that line's conditions.
"""

import json
import os
import re
import shutil
import subprocess

BROKEN = re.compile(r"\b(?:assert|panic)\(")
REASON = re.compile(r"/\*\s*one way:(.*)\*/", re.S)
COMMENT = re.compile(r"/\*.*?\*/", re.S)


class Missing(Exception):
    """A program is not there, or says that something is not."""


def call(words, **options):
    try:
        return subprocess.run(words, stdin=subprocess.DEVNULL, check=True,
                              capture_output=True, **options).stdout
    except FileNotFoundError:
        raise Missing(f"{words[0]} is not there; it comes with gcc") from None
    except subprocess.CalledProcessError as error:
        text = error.stderr.decode(errors="replace").strip()
        raise Missing(f"{words[0]}: {text}") from None


def flat(path):
    """A path as the name of one file."""
    return path.replace("/", "#")


class Counters:
    """The sum of the counters of many boots. objects: the folder in which the
    compiler left a .gcno file beside each object, at its source's path."""

    def __init__(self, gcov, tree, objects, scratch):
        self.gcov = gcov
        self.tree = tree
        self.scratch = scratch
        self.notes = {}
        for program in (gcov, f"{gcov}-tool"):
            call([program, "--version"])
        for folder, _, names in os.walk(objects):
            for name in names:
                note = os.path.join(folder, name)
                path, end = os.path.splitext(os.path.relpath(note, objects))
                if end == ".gcno" and os.path.exists(os.path.join(tree, path)):
                    self.notes[flat(path)] = note
        self.sum = None
        self.boots = 0

    def add(self, folder):
        """The .gcda files of one boot. => False if they are not whole."""
        if len(os.listdir(folder)) != len(self.notes):
            return False
        if self.sum is not None:
            both = os.path.join(self.scratch, f"sum-{self.boots}")
            try:
                call([f"{self.gcov}-tool", "merge", self.sum, folder, "-o",
                      both])
            except Missing:
                return False
            shutil.rmtree(self.sum)
            folder = both
        self.sum = folder
        self.boots += 1
        return True

    def sources(self, rooms):
        """{path: Source} for the files of these folders."""
        found = {}
        if self.sum is None:
            raise Missing("no counters came: the coverage kernel never ended")
        for name, note in sorted(self.notes.items()):
            shutil.copy(note, os.path.join(self.sum, name + ".gcno"))
            text = call([self.gcov, "-b", "-c", "--json-format", "--stdout",
                         name + ".gcda"], cwd=self.sum)
            for file in json.loads(text)["files"]:
                path = os.path.normpath(file["file"])
                if os.path.dirname(path) in rooms:
                    if path not in found:
                        found[path] = Source(self.tree, path)
                    found[path].add(file["lines"])
        return dict(sorted(found.items()))


class Source:
    """One file: how often each line ran, each way was taken, and why not."""

    def __init__(self, tree, path):
        with open(os.path.join(tree, path), encoding="utf-8") as file:
            text = file.read()
        self.path = path
        self.text = [""] + text.splitlines()
        self.runs = {}      # line: how often
        self.ways = {}      # line: {function: how often each way}
        self.reasons = reasons(text)
        self.broken = broken(COMMENT.sub(
            lambda match: re.sub(r"[^\n]", " ", match.group()), text))

    def add(self, lines):
        """A header's inline function comes once from each file that uses it.
        """
        for line in lines:
            number, name = line["line_number"], line.get("function_name")
            if number in self.broken:
                continue
            self.runs[number] = self.runs.get(number, 0) + line["count"]
            new = [way["count"] for way in line["branches"]]
            old = self.ways.setdefault(number, {}).get(name, [0] * len(new))
            self.ways[number][name] = [a + b for a, b in zip(old, new)]

    def counts(self):
        """lines run, lines, ways taken, ways"""
        ways = [count for line in self.ways.values()
                for counts in line.values() for count in counts]
        return (sum(count > 0 for count in self.runs.values()),
                len(self.runs), sum(count > 0 for count in ways), len(ways))

    def one_way(self):
        """[(line, ways as text, reason or None)] where one was not taken."""
        found = []
        for number in sorted(self.ways):
            counts = [count for counts in self.ways[number].values()
                      for count in counts]
            if 0 in counts:
                found.append((number, shown(counts, self.text[number]),
                              self.reasons.get(number)))
        return found

    def idle_reasons(self):
        """Lines that say why, though every way was taken."""
        needed = {number for number, _, _ in self.one_way()}
        return sorted(set(self.reasons) - needed)


def shown(counts, text):
    """The ways of each condition together."""
    size = len(counts) if "switch (" in text else 2
    return " ".join("/".join(map(str, counts[at:at + size]))
                    for at in range(0, len(counts), size))


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def reasons(text):
    """{line: reason}: of the line that the comment follows, or the next."""
    found = {}
    for match in COMMENT.finditer(text):
        reason = REASON.fullmatch(match.group())
        if reason:
            before = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
            line = line_of(text, match.start()) if before.strip() else \
                line_of(text, match.end()) + 1
            found[line] = " ".join(re.sub(r"\n\s*\*", "\n",
                                          reason.group(1)).split())
    return found


def broken(text):
    """The lines of each assert and panic; and of an `if` whose block begins
    with a panic. text has no comments."""
    found = set()
    for match in BROKEN.finditer(text):
        start, end, depth = match.start(), match.end(), 1
        while depth > 0:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        head = text[:start].rstrip()
        at = head.rfind("if (")
        if head.endswith("{") and at >= 0 and not re.search(
                "[;{]", head[at:-1]):
            start = at
        found.update(range(line_of(text, start), line_of(text, end) + 1))
    return found
