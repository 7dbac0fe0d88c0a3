"""What all gradings of a lab have in common, built once from a clean tree.

    build/labs/NAME/KEY/
        base.json   commands to compile and link, versions, layouts, costs
        headers/    all that a student's file may include
        link/       the kernel's other objects, what links them
        guest/      init, mkdir, the test driver
        tests/      the lab's test programs, with their symbols

KEY is a hash of the tree and the tools, and no base is ever written again. In
a student's tree the clean tree is its first commit.
"""

import contextlib
import fcntl
import functools
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import tomllib

HERE = os.path.dirname(os.path.realpath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
INSIDE = os.path.join("tools", "labs")
GUEST = ("user/bin/init", "user/bin/mkdir", "user/tests/driver")
OBJECTS = ("k", "u")            # folders of build that are worth a copy
REFEREE = "referee"
REFEREE_AT = 0x20000000         # where nothing else is: see referee.py
LAYOUT = """#include <stddef.h>
#include "arch/pte.h"
#include "core/memlayout.h"
#include "mm/frame.h"
const unsigned long layout[] __attribute__((section(".layout"))) = {
%s };
"""


class Wrong(Exception):
    """The lab or the tree is wrong: nobody can be graded."""


def run(words, folder, **options):
    """=> its output; a failure is the tree's"""
    done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False, **options)
    if done.returncode != 0:
        raise Wrong(f"{shlex.join(words[:4])} ... failed in {folder}:\n"
                    + done.stdout[-3000:])
    return done.stdout


def git(folder, *words):
    """=> what git says, or None if this is none of its trees"""
    try:
        done = subprocess.run(["git", *words], cwd=folder, check=False,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


@functools.cache
def versions():
    found = {}
    for name, words in (("compiler", [compiler(), "--version"]),
                        ("linker", [compiler(), "-Wl,--version"]),
                        ("qemu", ["qemu-system-x86_64", "--version"])):
        try:
            done = subprocess.run(words, text=True, check=False,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            raise Wrong(f"there is no {words[0]}: tools/setup build qemu") \
                from None
        found[name] = done.stdout.partition("\n")[0]
    return found


def compiler():
    """The one that the Makefile takes."""
    for prefix in ("x86_64-elf-", "x86_64-linux-gnu-"):
        if shutil.which(prefix + "gcc"):
            return prefix + "gcc"
    return "gcc"


class Source:
    """The clean tree of a lab: the instructor's, with the lab's variants; or
    the first commit of a student's."""

    def __init__(self, name, tree=TREE):
        self.name = name
        self.tree = tree
        self.folder = os.path.join(tree, INSIDE, name)
        self.student = not os.path.exists(os.path.join(tree, INSIDE, "lab.py"))
        self.commit = None
        if self.student:
            first = git(tree, "rev-list", "--max-parents=0", "HEAD")
            if not first:
                raise Wrong(f"{tree}: no git tree, so no first commit to "
                            "compare with")
            self.commit = first.split()[0].decode()
        try:
            self.toml = tomllib.loads(self.read(INSIDE, name, "lab.toml"))
        except tomllib.TOMLDecodeError as error:
            raise Wrong(f"{name}/lab.toml: {error}") from None

    def read(self, *parts):
        path = os.path.join(*parts)
        try:
            if self.student:
                text = git(self.tree, "show", f"{self.commit}:{path}")
                if text is None:
                    raise FileNotFoundError
                return text.decode()
            with open(os.path.join(self.tree, path),
                      encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            raise Wrong(f"no {path}") from None

    @functools.cached_property
    def texts(self):
        """=> {path: text}: how the clean tree differs from the tree"""
        if self.student:
            return {}
        import lab
        try:
            return lab.Lab(self.name, self.folder, self.tree).reference()
        except lab.Wrong as wrong:
            raise Wrong(str(wrong)) from None

    def paths(self):
        """The files of the tree, but for what no base needs."""
        listed = git(self.tree, "ls-files", "-z", "--cached", "--others",
                     "--exclude-standard")
        if listed is None:
            found = [os.path.relpath(os.path.join(folder, name), self.tree)
                     for top in ("boot", "kernel", "lib", "tools", "user")
                     for folder, _, names in os.walk(
                         os.path.join(self.tree, top))
                     if "__pycache__" not in folder for name in names] \
                + ["Makefile"]
        else:
            found = os.fsdecode(listed).split("\0")
        own = os.path.join(INSIDE, "")
        mine = (os.path.join(INSIDE, "lib", ""),
                os.path.join(INSIDE, self.name, "tests", ""))
        return [path for path in found
                if os.path.isfile(os.path.join(self.tree, path))
                and (path.startswith(("boot/", "kernel/", "lib/", "user/",
                                      "tools/")) or path == "Makefile")
                and (path.startswith(mine) or path.count("/") < 3
                     or not path.startswith(own))]

    @functools.cached_property
    def key(self):
        total = hashlib.sha256(repr(sorted(versions().items())).encode())
        if self.student:
            total.update(self.commit.encode())
            return total.hexdigest()[:16]
        with open(__file__, "rb") as file:
            total.update(file.read())
        total.update(json.dumps(self.toml, sort_keys=True).encode())
        for path in sorted(self.paths()):
            if path.endswith((".md", ".py")):
                continue
            with open(os.path.join(self.tree, path), "rb") as file:
                total.update(f"{path}\0".encode() + file.read() + b"\0")
        for path, text in sorted(self.texts.items()):
            total.update(f"{path}\0{text}\0".encode())
        return total.hexdigest()[:16]

    def write(self, top):
        """The clean tree, with the objects of the tree's build that still
        hold."""
        if self.student:
            self.write_first_commit(top)
            return
        for path in self.paths():
            target = os.path.join(top, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(os.path.join(self.tree, path), target)
        build = os.path.join(self.tree, "build")
        if os.path.exists(os.path.join(build, "flags")):
            for folder in OBJECTS:
                shutil.copytree(os.path.join(build, folder),
                                os.path.join(top, "build", folder))
            shutil.copy2(os.path.join(build, "flags"),
                         os.path.join(top, "build", "flags"))
        for path, text in self.texts.items():
            with open(os.path.join(top, path), "w", encoding="utf-8") as file:
                file.write(text)

    def write_first_commit(self, top):
        archive = subprocess.run(["git", "archive", self.commit], check=True,
                                 cwd=self.tree, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "-x"], cwd=top, input=archive, check=True)


def commands(top, goals):
    """The Makefile's own commands for these goals, as it prints them."""
    said = run(["make", "-nB", "V=1", *goals], top, env=environment())
    return said.replace("\\\n", " ").splitlines()


def environment():
    """Not that of a make which called us."""
    return {key: value for key, value in os.environ.items()
            if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "V", "B", "CI",
                           "WERROR", "OPT", "CC")}


def compile_command(lines, path):
    """=> words that compile this file, without -MMD and the paths at the
    end"""
    for line in lines:
        words = line.split()
        if words[-1:] == [path] and "-c" in words and "-o" in words:
            words = words[:words.index("-o")]
            return [word for word in words if word not in ("-MMD", "-MP")]
    raise Wrong(f"make does not say how it compiles {path}")


def link_commands(lines, files):
    """=> shell lines that link the kernel; `out/` is theirs to write"""
    theirs = {f"build/k/{path}.o" for path in files}
    first = next((at for at, line in enumerate(lines)
                  if "tools/symbols </dev/null" in line), None)
    last = next((at for at, line in enumerate(lines)
                 if "cmp - build/pass1.nm" in line), None)
    if first is None or last is None:
        raise Wrong("make does not say how it links the kernel")

    def moved(match):
        word = match.group()
        kept = word.startswith("build/k/") and word not in theirs
        return word if kept else "out/" + os.path.basename(word) \
            if word not in theirs else "out/" + word[len("build/k/"):]
    return [re.sub(r"build/[\w./-]+", moved, line)
            for line in lines[first:last + 1]]


def layout(top, words):
    """=> numbers of the clean headers: where the referee looks"""
    wanted = {"size": "sizeof(struct frame)",
              "refs": "offsetof(struct frame, refs)",
              "kind": "offsetof(struct frame, kind)",
              "image": "IMAGE_BASE", "kinds": "FRAME_KINDS",
              "free": "FRAME_FREE", "table": "FRAME_TABLE",
              "anon": "FRAME_ANON", "cache": "FRAME_CACHE",
              "shared": "FRAME_SHARED", "kernel": "FRAME_KERNEL",
              "S": "PTE_S", "K": "PTE_K"}
    path = os.path.join(top, "layout.c")
    with open(path, "w", encoding="utf-8") as file:
        file.write(LAYOUT % ", ".join(wanted.values()))
    run([*words, "-c", "-o", "layout.o", "layout.c"], top)
    run(["objcopy", "-O", "binary", "-j", ".layout", "layout.o", "layout.bin"],
        top)
    with open(os.path.join(top, "layout.bin"), "rb") as file:
        data = file.read()
    return dict(zip(wanted, struct.unpack(f"<{len(wanted)}Q", data)))


def build_tests(source, top, lines, target):
    """The lab's programs and the referee's."""
    words = compile_command(lines, "user/tests/driver.c")
    link = next(line.split() for line in lines
                if "-o build/user/tests/driver " in line + " "
                and "build/libc.a" in line)
    link = link[:link.index("-o")]
    words += ["-I", f"{INSIDE}/lib"]
    own = {os.path.basename(path)[:-2]: path for path in glob.glob(
        os.path.join(INSIDE, source.name, "tests", "*.c"), root_dir=top)}
    own[REFEREE] = f"{INSIDE}/lib/{REFEREE}.c"
    run([*words, "-c", "-o", "lab.o", f"{INSIDE}/lib/lab.c"], top)
    os.makedirs(target)
    for name, path in own.items():
        if not os.path.exists(os.path.join(top, path)):
            continue
        place = [f"-Ttext-segment={REFEREE_AT:#x}"] if name == REFEREE else []
        run([*words, "-c", "-o", "test.o", path], top)
        run([*link, *place, "-o", os.path.join(target, name), "test.o",
             "lab.o", "build/libc.a"], top)


def copy_headers(top, target, files):
    """With an empty file where each of the student's goes: the jail's view is
    made of mounts, which need something to lie on."""
    for folder in ("kernel", "lib"):
        for inside, _, names in os.walk(os.path.join(top, folder)):
            for name in names:
                if name.endswith((".h", ".def")):
                    path = os.path.join(inside, name)
                    there = os.path.join(target, os.path.relpath(path, top))
                    os.makedirs(os.path.dirname(there), exist_ok=True)
                    shutil.copy(path, there)
    for path in files:
        with open(os.path.join(target, path), "w", encoding="utf-8"):
            pass
    os.makedirs(os.path.join(target, "out"))


def copy_objects(top, target, files):
    """What a kernel is linked from, but for the student's part."""
    theirs = {f"build/k/{path}.o" for path in files}
    for path in ["boot/kernel.ld", "tools/symbols", *glob.glob(
            "build/k/**/*.o", root_dir=top, recursive=True)]:
        if path not in theirs:
            there = os.path.join(target, path)
            os.makedirs(os.path.dirname(there), exist_ok=True)
            shutil.copy(os.path.join(top, path), there)
    os.makedirs(os.path.join(target, "out"))


def make_tree(source, top):
    """The clean tree, built; a second time from nothing, if what could be
    copied of the tree's build does not hold."""
    goals = ["build/tine.elf", "build/libc.a",
             *(f"build/{path}" for path in GUEST)]
    source.write(top)
    try:
        run(["make", *goals], top, env=environment())
    except Wrong:
        shutil.rmtree(os.path.join(top, "build"))
        run(["make", *goals], top, env=environment())


def build(source, target, measure):
    """Make the base in a folder that is not there yet."""
    files = source.toml["files"]
    with tempfile.TemporaryDirectory(prefix="tine-base-") as top:
        make_tree(source, top)
        lines = commands(top, ["build/tine.elf", "build/user/tests/driver"])
        made = {"compile": {path: compile_command(lines, path)
                            for path in files},
                "link": link_commands(lines, files),
                "layout": layout(top, compile_command(lines, files[0])),
                "versions": versions()}
        copy_headers(top, os.path.join(target, "headers"), files)
        copy_objects(top, os.path.join(target, "link"), files)
        guest = os.path.join(target, "guest")
        os.makedirs(guest)
        for path in GUEST:
            run(["strip", "-s", "-o",
                 os.path.join(guest, os.path.basename(path)),
                 f"build/{path}"], top)
        build_tests(source, top, lines, os.path.join(target, "tests"))
        made["costs"] = costs(source, top, target, measure)
    with open(os.path.join(target, "base.json"), "w",
              encoding="utf-8") as file:
        json.dump(made, file, indent=1, sort_keys=True)


def costs(source, top, target, measure):
    """=> {test: cost of the reference}; a student's tree was told them"""
    speed = [test for test in source.toml["test"]
             if test.get("kind") == "speed"]
    if source.student:
        return {test["name"]: test["cost"] for test in speed
                if "cost" in test}
    return {test["name"]: measure(os.path.join(top, "build", "tine.elf"),
                                  target, source.toml, test)
            for test in speed}


class Base:
    """A base that is there."""

    def __init__(self, source, path):
        self.source = source
        self.path = path
        with open(os.path.join(path, "base.json"), encoding="utf-8") as file:
            self.facts = json.load(file)

    def inside(self, *parts):
        return os.path.join(self.path, *parts)


@contextlib.contextmanager
def locked(path):
    """Nobody else is between here and the end."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(name, measure, tree=TREE):
    """=> the Base of a lab, built if it is not there"""
    source = Source(name, tree)
    home = os.path.join(tree, "build", "labs", name)
    path = os.path.join(home, source.key)
    if not os.path.exists(path):
        with locked(os.path.join(home, "lock")):
            if not os.path.exists(path):
                with tempfile.TemporaryDirectory(dir=home) as folder:
                    made = os.path.join(folder, "base")
                    os.makedirs(made)
                    build(source, made, measure)
                    os.rename(made, path)
    point(home, source.key)
    return Base(source, path)


def point(home, key):
    """build/labs/NAME/now: the newest base, for commands that people type."""
    now = os.path.join(home, "now")
    if os.path.islink(now) and os.readlink(now) == key:
        return
    with contextlib.suppress(OSError):
        fresh = f"{now}.{os.getpid()}"
        os.symlink(key, fresh)
        os.rename(fresh, now)


def ship(name, top, measure, tree=TREE):
    """Put the base into a student's tree, which is a commit already: without
    the programs of which the student has no source."""
    base = prepare(name, measure, tree)
    source = Source(name, top)
    home = os.path.join(top, "build", "labs", name)
    target = os.path.join(home, source.key)
    shutil.copytree(base.path, target)
    for program in os.listdir(os.path.join(target, "tests")):
        text = os.path.join(top, INSIDE, name, "tests", program + ".c")
        if program != REFEREE and not os.path.exists(text):
            os.remove(os.path.join(target, "tests", program))
    point(home, source.key)


if __name__ == "__main__":
    sys.exit("base.py is no command: tools/grade")
