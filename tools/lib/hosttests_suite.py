"""The suite itself, and what the Makefile's goals build."""

import os
import re
import shutil
import signal

from host import Failure, own_make, test
from hosttests_machine import Terminal
from hosttests_run import machines, wait_for

TIMES = 1000
BOOTS = (("run-cow", "gdb", "gdb-reverse", "tour", "qemu", "DOOR=direct"),
         ("iso", "qemu"))
HALF = """
static int
half_done(int given)
{
    int later;
}
"""
ASKING = """#!/bin/sh
for word; do
    case $word in --print-uris)
        echo "Reading package lists..."
        echo "'http://deb.example.org/gcc_12.deb' gcc_12.deb 20700000 MD5:0"
        echo "'http://deb.example.org/cpio_2.deb' cpio_2.deb 300000 MD5:0"
        exit
    esac
done
echo "ran $*"
"""


def without_ci():
    """The environment of a student's shell, for a make of its own."""
    return own_make("CI", "WERROR", "V")


def counts(output, times):
    """(passed, not run) by the last line; nothing may have failed."""
    last = output.split(b"\n")[-2] if output.endswith(b"\n") else output
    match = re.fullmatch(rb"(\d+) passed, 0 failed, (\d+) not run", last)
    if not match or b"FAIL" in output:
        raise Failure("something failed", output.decode().split("\n"))
    passed, missing = map(int, match.groups())
    if passed + missing != times or output.count(b"] ok ") != passed:
        raise Failure("its numbers do not agree", output.decode().split("\n"))
    return passed, missing


@test
def suite_interrupted(host):
    """^C ends all, and what was known is told; nothing failed by it."""
    mark = f"mark={os.getpid()}.suite"
    terminal = Terminal(host, "--append", mark, "--repeat", str(TIMES),
                        "fork_basic", tool="test")
    terminal.wait_for(rb"\[1/%d\] ok fork_basic" % TIMES, 90)
    if not wait_for(lambda: machines(mark), 20):
        terminal.fail("no second machine")
    os.write(terminal.fd, b"\x03")
    status = terminal.end()
    counts(terminal.seen.replace(b"\r\n", b"\n").replace(b"^C", b""),
           TIMES)
    if status != 128 + signal.SIGINT:
        terminal.fail(f"status {status}")
    if not wait_for(lambda: not machines(mark), 5):
        terminal.fail("QEMU is still there")


@test
def suite_not_run(host):
    """What the suite's own limit cuts short is no failure, and no success."""
    result = host.command([host.path("tools", "test"), "--limit", "1",
                           "--repeat", str(TIMES), "fork_basic"]).expect(1)
    passed, _ = counts(result.out, TIMES)
    return f"{passed} passed before"


@test
def suite_by_name(host):
    """make t-NAME, as tools/test prints the name."""
    names = ("fork_basic", "tine/leak", "smp/storm", "door_direct")
    result = host.command(
        ["make", "-n", "-C", host.tree, *("t-" + name for name in names)],
        env=without_ci()).expect(0)
    for name in names:
        if b"\ntools/test %s\n" % name.encode() not in result.out:
            result.fail(f"t-{name} does not run {name}")


@test
def warnings_stop_nobody(host):
    """A half-finished function builds; in CI it does not."""
    fresh = "B=" + os.path.join(host.new_directory(), "b")
    words = ["make", "-n", "-C", host.tree, fresh, "test", "test-quick",
             "t-fork_basic", "qemu", "coverage", "model", "model-threads"]
    student = without_ci()
    strict = {**student, "CI": "1"}
    for env, wanted in (student, 0), (strict, 1):
        result = host.command(words, env=env).expect(0)
        seen = {line.count(b"-Werror") for line in result.out.split(b"\n")
                if re.search(rb" -c -o \S+/[kumt]/\S+\.c\.o ", line)}
        if seen != {wanted}:
            result.fail(f"-Werror {seen} times in a command, not {wanted}")

    tree = host.new_directory()
    for name in ("boot", "kernel", "lib", "tools", "user"):
        shutil.copytree(host.path(name), os.path.join(tree, name))
    shutil.copy(host.path("Makefile"), tree)
    with open(os.path.join(tree, "kernel", "dev", "rtc.c"), "a") as file:
        file.write(HALF)
    words = ["make", "-C", tree, "build/k/kernel/dev/rtc.c.o"]
    host.command(words, env=strict).expect(2, err=b"half_done")
    host.command(words, env=student).expect(0, err=b"half_done")


@test
def boots_build_no_tests(host):
    """What only boots builds the kernel and /bin."""
    for goals in (*BOOTS, ("gdb", "PROGRAM=/tests/brk")):
        fresh = "B=" + os.path.join(host.new_directory(), "b")
        result = host.command(["make", "-n", "-C", host.tree, fresh, *goals],
                              env=without_ci()).expect(0)
        programs = set(re.findall(rb" -o \S+/b/user/(\w+)/", result.out))
        if programs != {b"bin"} | ({b"tests"} if goals not in BOOTS else set()):
            result.fail(f"it builds {programs}")


@test
def typed_ahead(host):
    """What is typed before the shell is there arrives at the shell."""
    keys = b"echo one two three | wc -w\rexit\r"
    for words in [], ["--iso"]:
        terminal = Terminal(host, *words)
        os.write(terminal.fd, keys)
        if terminal.end() != 0 or not re.search(rb"\b3\r+\n", terminal.seen):
            terminal.fail("not all of it arrived")
    # More than the UART and QEMU hold.
    count = 60
    keys = b"echo a b\n" * count + b"exit\n"
    for door in "direct", "grub":
        result = host.command(
            ["make", "-s", "-C", host.tree, "qemu", "DOOR=" + door],
            stdin=keys, env={**without_ci(), "DISPLAY": "",
                             "WAYLAND_DISPLAY": ""}).expect(0)
        got = len(re.findall(rb"(?<!echo )a b\r", result.out))
        if got != count:
            result.fail(f"{got} of {count} lines arrived through {door}")


@test
def setup_asks(host):
    """A person is asked, with the size, wherever the words go."""
    folder = host.new_directory()
    for name in ("sh", "dirname", "id", "sed", "paste", "env", "cat"):
        os.symlink(shutil.which(name), os.path.join(folder, name))
    with open(os.path.join(folder, "apt-get"), "w") as file:
        file.write(ASKING)
    os.chmod(file.name, 0o755)
    for pipe in "| cat", "2>&1 | cat":
        terminal = Terminal(host, "-i", "PATH=" + folder, "sh", "-c",
                            f"{host.path('tools', 'setup')} build {pipe}",
                            tool=shutil.which("env"))
        terminal.wait_for(rb"apt-get \(22 MB to download\)\? \[Y/n\] ")
        terminal.type(b"n\r")
        terminal.end()
        if b"Then run:" not in terminal.seen or b"\nran" in terminal.seen:
            terminal.fail("it did not take no for an answer")
