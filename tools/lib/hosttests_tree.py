"""The tree itself: layers, limits, the other compiler, the set-up."""

import os
import re
import shutil

from host import Failure, test

MODEL_STEPS = 50000
PROTOCOL = "kernel/mm/protocol.md"
FAKE_MANAGER = """#!/bin/sh
echo "ran $*"
"""


@test
def layers(host):
    host.command([host.path("tools", "layers")]).expect(0)


@test
def metrics(host):
    host.command([host.path("tools", "metrics")]).expect(0)


@test
def protocol(host):
    """The rules that comments cite, and all that these name, are there."""
    texts = {}
    for top in ("boot", "kernel", "lib", "tools", "user"):
        for folder, _, names in os.walk(host.path(top)):
            for path in (os.path.join(folder, name) for name in names):
                if path.endswith((".c", ".h", ".S", ".md", ".py", ".txt")):
                    with open(path, encoding="utf-8") as file:
                        texts[os.path.relpath(path, host.tree)] = file.read()
    rules = re.findall(r"^\*\*([HA]\d+) ", texts[PROTOCOL], re.M)
    wrong = {f"{path} cites {rule}" for path, text in texts.items()
             for rule in re.findall(r"\b[HA]\d+\b", text)
             if rule not in rules}
    source = "".join(text for path, text in texts.items() if
                     re.match(r"(boot|kernel)/.*\.[chS]$", path))
    code = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    known = {*texts, *re.findall(r"\w+", code), *re.findall(
        r"^user/tests/(.*)\.c$", "\n".join(texts), re.M), *re.findall(
        r"^[\w-]+(?=: )", texts["tools/lib/mutations.txt"], re.M)}
    source = re.sub(r"\n[ *]*", " ", source)
    for name in re.findall(r"`([^`]+)`", texts[PROTOCOL]):
        if name not in (known if re.fullmatch(r"[\w/.-]+", name) else source):
            wrong.add(f"{PROTOCOL} names {name}")
    if wrong:
        raise Failure("what is cited is not there", sorted(wrong))


@test
def clang_builds(host):
    """In CI without a warning, and what it builds boots."""
    if not shutil.which("clang"):
        return "skipped: no clang here"
    build = os.path.join("build", "clang")
    host.command(["make", "-C", host.tree, "CC=clang", f"B={build}",
                  f"{build}/tine.elf", f"{build}/initrd.cpio"],
                 limit=140).expect(0)
    host.tine("--kernel", host.path(build, "tine.elf"), "--initrd",
              host.path(build, "initrd.cpio"), "--",
              "echo", "hi").expect(0, b"hi\n", b"")


def sanitized(host, sanitizer, goal):
    """make GOAL, if there are gcc and the sanitizer that it needs."""
    if not shutil.which("gcc") or host.command(
            ["gcc", f"-fsanitize={sanitizer}", "-x", "c", "-", "-o",
             os.path.join(host.new_directory(), "probe")],
            stdin=b"int main(void) { return 0; }").status != 0:
        return "skipped: no gcc with its sanitizers here"
    host.command(["make", "-C", host.tree, goal, f"STEPS={MODEL_STEPS}"],
                 limit=140).expect(0)
    return f"{MODEL_STEPS} steps"


@test
def model(host):
    """The real mm, on this machine, against a plain model of fork."""
    return sanitized(host, "address,undefined", "model")


@test
def model_threads(host):
    """The same, its locks and its calls, with a thread for each CPU."""
    return sanitized(host, "thread", "model-threads")


@test
def nothing_to_build(host):
    """A second make compiles nothing."""
    result = host.command(["make", "-C", host.tree, "tests"]).expect(0)
    if any(line.startswith(b"  ") for line in result.out.splitlines()):
        result.fail("it built something again")


@test
def setup_installs(host):
    """With next to nothing in PATH, it calls the package manager."""
    folder = host.new_directory()
    for name in ("sh", "dirname", "id", "sed", "paste", "env"):
        os.symlink(shutil.which(name), os.path.join(folder, name))
    manager = os.path.join(folder, "apt-get")
    with open(manager, "w") as file:
        file.write(FAKE_MANAGER)
    os.chmod(manager, 0o755)
    result = host.command([host.path("tools", "setup"), "build", "qemu"],
                          env={"PATH": folder, "CI": "1"}).expect(1, b"")
    for text in (b"Missing: gcc ld make cpio libc.a python3 "
                 b"qemu-system-x86_64\n",
                 b"ran -q update\n", b"still missing: gcc"):
        if text not in result.err:
            result.fail(f"stderr lacks {text!r}")
    os.remove(manager)
    result = host.command([host.path("tools", "setup"), "build"],
                          env={"PATH": folder}).expect(1, b"")
    if b"no package manager" not in result.err:
        raise Failure("it does not say that there is no package manager")
