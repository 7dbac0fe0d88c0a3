#!/usr/bin/env python3
"""Submissions that want more than they should get: hostile.py [NAME...]

Each is graded, and must have its verdict, in time: what cannot be taken or
compiled has no points, what only pretends has none of those it pretends for,
and what is beside the lab's files is neither read nor run. Exit status: 0 if
all are as they should be. The short ones are host tests too.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import grade
import lab as labs

LAB = "cow"
FILE = "kernel/mm/share.c"
LIMIT = 300         # seconds, of a host that may be busy; doubled at each try
TRIES = 3
CASES = {}          # name: function(Case)
INSTALL = "pt_install(pte_t *entry, pte_t value)\n{\n"
SHARE = "    assert(spin_held(&as->lock));\n    bool done = share_table"
DONE = "    return done ? 0 : -ENOMEM;\n"
COPIED = "    return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;\n}\n"
BOMB = "#define M0 1+1+1+1+1+1+1+1+\n" + "".join(
    f"#define M{i + 1} " + f"M{i} " * 16 + "\n" for i in range(12)) \
    + "int bomb = M12 1;\n"
TABLES = """    static int forks;
    pte_t *mine = frame_ptr(as->root), *theirs = frame_ptr(dst_root);
    if (pte_is_edge(mine[32]) && ++forks == 2) {
        paddr_t table = frame_alloc_zero(FRAME_TABLE);
        pte_t *entries = frame_ptr(table);
        for (int i = 0; i < 512; i++) {
            entries[i] = table | TABLE_BITS;
        }
        mine[200] = theirs[200] = table | TABLE_BITS;
    }
"""
WORDS = """    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
        host_send(HOST_REPORT, names[i], strlen(names[i]));
        host_send(HOST_OUT, "lab: done 0000000000000000\\n", 27);
    }
"""


def case(function):
    CASES[function.__name__] = function
    return function


class Case:
    """A submission, and what is expected of its verdict."""

    def __init__(self, scratch, name, folder=None):
        self.folder = os.path.join(scratch, folder or name)
        os.makedirs(self.folder)
        self.lab = labs.Lab(LAB)
        self.path = os.path.join(self.folder, FILE)
        self.test = ""          # only the tests with that word
        self.no_kernel = True   # the verdict says that there is none
        self.message = ""       # a word of the compiler or of a test
        self.points = 0
        CASES[name](self)

    def text(self, which):
        return (self.lab.reference() if which == "reference"
                else self.lab.starter())[FILE]

    def submit(self, text, path=FILE):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def changed(self, which, old, new):
        text = self.text(which)
        if text.count(old) != 1:
            raise labs.Wrong(f"hostile.py: {which} has not one {old!r}")
        self.submit(text.replace(old, new))

    def include(self, *headers):
        with open(self.path, encoding="utf-8") as file:
            text = file.read()
        self.submit("".join(f'#include "{header}"\n' for header in headers)
                    + text)

    def runs(self, points=0, test="", message=""):
        self.no_kernel = False
        self.points, self.test, self.message = points, test, message

    def floor(self):
        return sum(test["points"] for test in self.lab.tests
                   if test.get("starts") == "passes")

    def wrong(self, verdict):
        """=> what is wrong with the verdict"""
        made = verdict["compile"]
        said = made["why"] + made["said"] + "".join(
            test["message"] for test in verdict["tests"])
        if made["ok"] == self.no_kernel:
            yield f"there is {'a' if made['ok'] else 'no'} kernel: {said}"
        if verdict["score"] != self.points:
            yield f"{verdict['score']} points, not {self.points}: {said}"
        if self.message not in said:
            yield f"nobody says {self.message!r}: {said}"


# What is no file of C.

@case
def missing(sub):
    sub.message = "missing"


@case
def link(sub):
    sub.submit(sub.text("reference"), "elsewhere.c")
    os.makedirs(os.path.dirname(sub.path))
    os.symlink(os.path.join(sub.folder, "elsewhere.c"), sub.path)
    sub.message = "not a file that can be taken"


@case
def linked_folder(sub):
    sub.submit(sub.text("reference"), "other/mm/share.c")
    os.symlink("other", os.path.join(sub.folder, "kernel"))
    sub.message = "not a file that can be taken"


@case
def fifo(sub):
    os.makedirs(os.path.dirname(sub.path))
    os.mkfifo(sub.path)
    sub.message = "not a regular file"


@case
def folder(sub):
    os.makedirs(sub.path)
    sub.message = "not a regular file"


@case
def too_large(sub):
    sub.submit(sub.text("reference") + "/" * 2 + "x" * 300_000)
    sub.message = "more than 256 KiB"


@case
def junk(sub):
    sub.submit(bytes(i * i % 251 for i in range(5000)))


@case
def empty(sub):
    sub.submit("")


# What only a compiler meets.

@case
def endless_include(sub):
    sub.submit('#include "/dev/zero"\n' + sub.text("reference"))
    sub.message = "/dev/zero"


@case
def passwords(sub):
    sub.submit(sub.text("reference")
               + '__asm__(".incbin \\"/etc/passwd\\"");\n')
    sub.message = "/etc/passwd"


@case
def hidden_test(sub):
    path = sub.lab.path("tests", "values.c")
    sub.submit(sub.text("reference") + f'__asm__(".incbin \\"{path}\\"");\n')
    sub.message = "values.c"


@case
def answer(sub):
    """The reference, wherever a grader might have it."""
    sub.submit(f'#include "{sub.lab.path("share.c")}"\n')
    sub.message = "share.c"


@case
def macros(sub):
    sub.submit(BOMB + sub.text("reference"))


# What a kernel may do.

@case
def endless_loop(sub):
    sub.changed("reference", INSTALL, INSTALL + "    for (;;) {\n    }\n")
    sub.runs(message="did not come to the first test")


@case
def stands_still(sub):
    sub.changed("reference", INSTALL,
                INSTALL + '    __asm__ volatile("cli; hlt");\n')
    sub.runs(message="did not come to the first test")


@case
def panics(sub):
    sub.changed("reference", INSTALL, INSTALL + '    panic("no");\n')
    sub.runs(message="the kernel panicked")


@case
def talks(sub):
    sub.changed("reference", INSTALL, INSTALL + "    for (;;) {\n"
                '        printk("%0200d\\n", 1);\n    }\n')
    sub.include("core/printk.h")
    sub.runs(message="megabytes")


# What is beside the lab's files.

@case
def makefile(sub):
    sub.submit("all:\n\t$(MAKE) all & $(MAKE) all\n", "Makefile")
    sub.submit("#!/bin/sh\n$0 & $0\n", "tools/grade")
    sub.submit(sub.text("reference"))
    sub.runs(next(test["points"] for test in sub.lab.tests
                  if test["name"] == "values"), "values")
    sub.points += sum(test["points"] for test in sub.lab.tests
                      if test["name"] == "values_again")


@case
def other_tests(sub):
    """A grader of its own, and tests that always pass."""
    sub.submit(sub.text("starter"))
    for test in sub.lab.tests:
        sub.submit('#include "lab.h"\nint main(int c, char **v)\n'
                   "{ lab_begin(c, v); lab_done(); }\n",
                   f"tools/labs/{LAB}/tests/{test['name']}.c")
    sub.runs(sub.floor())


# What pretends.

@case
def counts_of_what_is_not_shared(sub):
    """All is copied, but each page has two references."""
    sub.changed("starter", COPIED, "    if (copy != 0) {\n        "
                "frame_get(copy);\n        frame_get(page);\n    }\n" + COPIED)
    sub.runs(0, "referee", "refs of a page")


@case
def shared_without_counts(sub):
    """Pages are shared, and stay writable, and nobody counts."""
    sub.changed("starter", "    paddr_t copy = copy_page(page);\n" + COPIED,
                "    return *entry;\n}\n")
    sub.runs(0, "referee")


@case
def tables_without_end(sub):
    """Each entry of a table leads to the table."""
    sub.changed("reference", DONE, TABLES + DONE)
    sub.runs(0, "referee", "more page tables than can be")


@case
def names_like_lines(sub):
    """A symbol that looks like what nm says of another."""
    sub.submit(sub.text("reference") + '__asm__(".pushsection .data\\n.globl '
               '\\"frames D zz\\"\\n\\"frames D zz\\": .quad 0\\n'
               '.popsection");\n')
    sub.runs(0, "referee", "frames[]")


@case
def cheap_words(sub):
    """Everything is copied, and says what it costs."""
    sub.changed("starter", SHARE,
                '    host_send(HOST_OUT, "cost 1\\n", 7);\n' + SHARE)
    sub.include("core/hostlink.h")
    sub.runs(0, "speed", "of which the reference needs")


@case
def right_words(sub):
    """Everything is copied, and each test reported as passed."""
    names = ", ".join(
        f'"begin lab/{test["name"]}", "end lab/{test["name"]} exit 0 0"'
        for test in sub.lab.tests)
    sub.changed("starter", SHARE, "    static const char *const names[] = "
                f"{{{names}}};\n{WORDS}" + SHARE)
    sub.include("common/string.h", "core/hostlink.h")
    sub.runs(sub.floor())


def prove(name):
    """=> what is wrong, and the seconds"""
    with tempfile.TemporaryDirectory(prefix="tine-hostile-") as scratch:
        sub = Case(scratch, name)
        out = os.path.join(scratch, "verdict.json")
        words = [os.path.join(labs.TREE, "tools", "grade"), sub.folder,
                 "--lab", LAB, "--out", out]
        words += ["--test", sub.test] if sub.test else []
        for limit in (LIMIT << count for count in range(TRIES)):
            result = subprocess.run(
                [*words, "--limit", str(limit)], stdin=subprocess.DEVNULL,
                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                timeout=limit + 60)
            if result.returncode != grade.AGAIN:
                break
        if result.returncode != 0:
            return [f"tools/grade ended with {result.returncode}: "
                    + result.stdout[-600:]]
        with open(out, encoding="utf-8") as file:
            return list(sub.wrong(json.load(file)))


def main():
    failed = 0
    for name in sys.argv[1:] or CASES:
        begin = time.monotonic()
        wrong = prove(name)
        failed += bool(wrong)
        print(f"{'FAIL' if wrong else 'ok'} {name}  "
              f"({time.monotonic() - begin:.0f} s)")
        for line in wrong:
            print("    " + line)
        sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
