#!/usr/bin/env python3
"""Write the tree of a lab that students start from: lab.py NAME DIR

It is a git repository of one commit: the kernel with the lab's functions cut,
the programs, the tools that a student needs, and the handout as LAB.md. The
same tree gives the same commit.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import base
import cut
import grade
from cut import Wrong

HERE = os.path.dirname(os.path.realpath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))

# What a student has of the tree; folders with all in them.
KEPT = (
    ".clang-format", ".editorconfig", ".gitignore", "LICENSE", "Makefile",
    "boot", "kernel", "lib", "user",
    "tools/compdb", "tools/console", "tools/gdb", "tools/grade", "tools/iso",
    "tools/run", "tools/setup", "tools/symbols", "tools/test",
    "tools/test.mk",
    "tools/lib/gdbreverse.py", "tools/lib/gdbrun.py", "tools/lib/guest.py",
    "tools/lib/guesttests.py", "tools/lib/host.py", "tools/lib/lastwords.py",
    "tools/lib/newc.py", "tools/lib/options.py",
    "tools/labs/base.py", "tools/labs/gdbstub.py", "tools/labs/grade.mk",
    "tools/labs/grade.py", "tools/labs/jail.py", "tools/labs/machine.py",
    "tools/labs/referee.py", "tools/labs/verdict.md", "tools/labs/lib")
LEFT_OUT = ("user/bench", "user/tests/commands", "kernel/mm/protocol.md")
KEYS = {"title", "number", "files", "swap", "add", "splice", "base", "drop",
        "boot", "cpus", "head", "suite", "test", "reading"}
# Of lab.toml: what a student may know, and a grader in the tree must.
SHOWN = ("title", "number", "files", "boot")
SHOWN_TABLES = ("suite", "test", "reading")
DATE = "2020-01-01T00:00:00+0000"   # of the commit, as of files in archives


def names():
    """=> all labs, in the order of their numbers"""
    found = [name for name in os.listdir(HERE)
             if os.path.exists(os.path.join(HERE, name, "lab.toml"))]
    return sorted(found, key=lambda name: (Lab(name).number, name))


class Lab:
    """The folder of a lab, and the texts that it makes of the tree's."""

    def __init__(self, name, folder=None, tree=TREE):
        self.name = name
        self.folder = folder or os.path.join(HERE, name)
        self.tree = tree
        try:
            with open(os.path.join(self.folder, "lab.toml"), "rb") as file:
                self.toml = tomllib.load(file)
        except OSError:
            raise Wrong(f"no lab {name}") from None
        except tomllib.TOMLDecodeError as error:
            raise Wrong(f"{name}/lab.toml: {error}") from None
        self.check()
        self.title = self.toml["title"]
        self.number = self.toml["number"]
        self.files = self.toml["files"]
        self.tests = self.toml["test"]
        base = self.toml.get("base")
        self.base = base and Lab(base, os.path.join(
            os.path.dirname(os.path.realpath(self.folder)), base), tree)

    def check(self):
        """The words of lab.toml; what the labs prove is prove.py's."""
        missing = {"title", "number", "files", "test"} - self.toml.keys()
        strange = self.toml.keys() - KEYS
        if missing or strange:
            raise Wrong(f"{self.name}/lab.toml: " + "; ".join(
                [f"no {key}" for key in sorted(missing)]
                + [f"what is {key}?" for key in sorted(strange)]))
        seen = set()
        for test in self.toml["test"]:
            where = f"{self.name}/lab.toml: test {test.get('name')}"
            if not isinstance(test.get("points"), int):
                raise Wrong(f"{where}: no points")
            if test["name"] in seen:
                raise Wrong(f"{where}: there are two of it")
            if test.get("parent", test["name"]) not in {*seen, test["name"]}:
                raise Wrong(f"{where}: its parent does not stand before it")
            if test.get("starts", "fails") not in ("fails", "passes"):
                raise Wrong(f"{where}: it starts as {test['starts']}?")
            seen.add(test["name"])

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def source(self, *parts):
        """A starter or a mutant, with its path for messages."""
        path = self.path(*parts)
        return cut.Source(cut.read(path), "/".join([self.name, *parts]))

    def mutants(self):
        folder = self.path("mutants")
        return sorted(name[:-2] for name in os.listdir(folder)
                      if name.endswith(".c")) if os.path.isdir(folder) else []

    def caught(self, mutant):
        """=> the tests that a mutant's first comment names"""
        text = cut.read(self.path("mutants", mutant + ".c"))
        found = re.match(r"/\* caught: ([\w, ]+?) -- ", text)
        known = {test["name"] for test in self.tests}
        tests = found and [test.strip() for test in found[1].split(",")]
        if not tests or not known.issuperset(tests):
            raise Wrong(f"{self.name}/mutants/{mutant}.c does not begin with "
                        "`/* caught: TEST[, TEST] -- ` and tests of the lab")
        return tests

    def reference(self):
        """=> {path: text}: how the tree differs when all is solved; the
        lab's own files are always there"""
        texts = self.base.starter() if self.base else {}
        for path, variant in [*self.toml.get("swap", {}).items(),
                              *self.toml.get("add", {}).items()]:
            texts[path] = cut.read(self.path(variant))
        for path, bodies in self.toml.get("splice", {}).items():
            old = cut.read(os.path.join(self.tree, path))
            texts.update(cut.splice({path: old}, self.source(bodies)))
        for path in self.files:
            if path not in texts:
                texts[path] = cut.read(os.path.join(self.tree, path))
        return texts

    def spliced(self, source, drop=(), heads=None):
        texts = self.reference()
        own = {path: texts[path] for path in self.files}
        return {**texts, **cut.splice(own, source, drop, heads)}

    def starter(self):
        """=> {path: text}: how the student's tree differs from the tree"""
        return self.spliced(self.source("starter.c"),
                            self.toml.get("drop", ()), self.toml.get("head"))

    def mutant(self, name):
        return self.spliced(self.source("mutants", name + ".c"))

    def cut_bodies(self):
        """=> (path, body) of all that a student has to write"""
        texts = self.reference()
        own = {path: texts[path] for path in self.files}
        return cut.cut_bodies(own, self.source("starter.c"),
                              self.toml.get("drop", ()))


def toml_value(value):
    """Strings, numbers and lists of them are written as JSON has them."""
    if isinstance(value, dict):
        raise Wrong("a table in a table of lab.toml")
    return json.dumps(value, ensure_ascii=False)


def shown_toml(lab, costs):
    """What stands in the lab.toml of the student's tree; costs: of the
    reference, which no student can measure."""
    lines = [f"{key} = {toml_value(lab.toml[key])}"
             for key in SHOWN if key in lab.toml]
    for table in SHOWN_TABLES:
        for row in lab.toml.get(table, ()):
            if not row.get("hidden"):
                lines += ["", f"[[{table}]]"] + [
                    f"{key} = {toml_value(row[key])}" for key in row]
            if row.get("name") in costs and not row.get("hidden"):
                lines.append(f"cost = {costs[row['name']]}")
    return "\n".join(lines) + "\n"


def whole_suite(lab):
    """=> the command for most of user/tests, and which cannot pass"""
    words = lab.toml.get("boot")
    command = f"make tests && tools/test --quick --append {words}" if words \
        else "make test-quick"
    left = [f"- `{row['name']}`: {row['reason']}"
            for row in lab.toml.get("suite", ())]
    if lab.toml.get("cpus") == 1:
        left.append("- `smp/...`, and with them `make test`: for several "
                    "processors")
    return command, left and "\n".join(
        ["Some of the kernel's own tests cannot pass with this lab's files,",
         "not even when they are right; they are not graded:", "", *left,
         ""]) or "All can pass when the lab is solved.\n"


def readme(lab):
    """The tree's README: the template with this lab's words in it."""
    text = cut.read(os.path.join(HERE, "student.md"))
    command, left = whole_suite(lab)
    words = {"title": lab.title, "number": str(lab.number), "name": lab.name,
             "files": "\n".join(f"    {path}" for path in lab.files),
             "suite": command, "left": left}
    return re.sub(r"\{(\w+)\}", lambda word: words[word[1]], text)


def ignored(folder, entries):
    """For copytree: what is not the tree's, or not a student's."""
    left_out = tuple(os.path.join(os.sep, path) for path in LEFT_OUT)
    return [name for name in entries
            if name == "__pycache__" or name.endswith(("~", ".orig", ".rej"))
            or os.path.join(folder, name).endswith(left_out)]


def copy(lab, top):
    """The kept part of the tree, with the times of its files."""
    for path in KEPT:
        source = os.path.join(lab.tree, path)
        target = os.path.join(top, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy2(source, target)


def write_text(top, path, text):
    target = os.path.join(top, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


def makefile(lab):
    """The tree's Makefile: `make qemu` has the processors that the lab's
    files are written for."""
    text = cut.read(os.path.join(lab.tree, "Makefile"))
    if "cpus" in lab.toml:
        text, found = re.subn(r"^CPUS := \d+$",
                              f"CPUS := {lab.toml['cpus']}", text, flags=re.M)
        if found != 1:
            raise Wrong("the Makefile has not one line `CPUS := N`")
    return text


def visible_tests(lab):
    """=> the test programs that a student may read, as files' names"""
    found = sorted({test.get("program", test["name"]) + ".c"
                    for test in lab.tests if not test.get("hidden")})
    return [name for name in found
            if os.path.exists(lab.path("tests", name))]


def write_files(lab, top, costs):
    """The whole tree, without git."""
    texts = lab.starter()
    copy(lab, top)
    for path, text in texts.items():
        write_text(top, path, text)
    inside = os.path.join("tools", "labs", lab.name)
    write_text(top, os.path.join(inside, "lab.toml"), shown_toml(lab, costs))
    for name in visible_tests(lab):
        path = os.path.join(top, inside, "tests", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # with its time: gdb warns of a source that is newer than its program
        shutil.copy2(lab.path("tests", name), path)
    write_text(top, "LAB.md", cut.read(lab.path("LAB.md")))
    write_text(top, "README.md", readme(lab))
    write_text(top, "Makefile", makefile(lab))


def commit(lab, top):
    """Whoever does it, with whatever settings: the same commit."""
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("GIT_")}
    env.update(GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null",
               GIT_AUTHOR_DATE=DATE, GIT_COMMITTER_DATE=DATE)
    for who in ("AUTHOR", "COMMITTER"):
        env[f"GIT_{who}_NAME"] = "Tine"
        env[f"GIT_{who}_EMAIL"] = "tine@example.invalid"
    for words in (["init", "-q", "-b", "main", "--template="], ["add", "-A"],
                  ["commit", "-q", "-m", f"Lab {lab.number}: {lab.title}"]):
        try:
            subprocess.run(["git", "-c", "core.excludesFile=/dev/null",
                            *words], cwd=top, env=env, check=True)
        except FileNotFoundError:
            raise Wrong("there is no git: tools/setup labs") from None


def write(lab, top, costs=None):
    """The tree, as a commit, without a base to grade it with."""
    write_files(lab, top, costs or {})
    commit(lab, top)


def make(lab, top):
    """All that a student gets, in a folder that is new or empty."""
    if os.path.lexists(top) and (not os.path.isdir(top) or os.listdir(top)):
        raise Wrong(f"{top} is there, and not an empty folder")
    try:
        prepared = base.prepare(lab.name, grade.measure)
        write(lab, top, prepared.facts["costs"])
        base.ship(lab.name, top, grade.measure)
    except base.Wrong as wrong:
        raise Wrong(str(wrong)) from None


def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} NAME DIR, with NAME one of: "
                 + " ".join(names()))
    try:
        lab = Lab(sys.argv[1])
        make(lab, sys.argv[2])
    except Wrong as wrong:
        sys.exit(f"lab.py: {wrong}")
    print(f"{sys.argv[2]}: lab {lab.number}, {lab.title}")


if __name__ == "__main__":
    main()
