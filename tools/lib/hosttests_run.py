"""tools/run as a command: statuses, streams, files, environment, options."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import time

from guesttests import NATIVE
from host import FUNCTIONS, TREE, Failure, read_table, test


def table_test(name, rest):
    """A test of runs.txt: how each of its runs must end."""
    runs = []
    for line in rest:
        if line.startswith("$ tools/run "):
            runs.append((shlex.split(line)[2:], []))
        elif line.isdigit() or line[:1] in tuple("<>!"):
            runs[-1][1].append(line)
        else:
            raise ValueError(f"runs.txt, {name}: what is {line!r}?")

    def run(host):
        for words, said in runs:
            given, out, err = (
                [line[2:].encode() for line in said if line[0] == sign]
                for sign in "<>!")
            status, = filter(str.isdigit, said)
            own = [int(n) for word, n in zip(words, words[1:])
                   if word == "--timeout"]
            host.tine(*words, stdin=b"\n".join(given),
                      limit=max([100] + [n + 20 for n in own])).expect(
                int(status), b"".join(line + b"\n" for line in out if line)
                if out else None, *err)
    return run


FUNCTIONS.update((name, table_test(name, rest)) for name, rest in read_table(
    os.path.join(TREE, "user", "tests", "runs.txt")).items())


@test
def relatives_as_on_linux(host):
    """The demo of all relatives prints the same on this Linux."""
    if not NATIVE:
        return "skipped: no x86-64 Linux here"
    native = host.command([host.path("build", "user", "bin", "relatives")],
                          cwd=host.new_directory()).expect(0, err=b"")
    host.tine("--", "relatives").expect(0, native.out, b"")
    return None


MUSL_PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int status;
    printf("hello from %s with %d\n", argv[argc - 1], argc);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        printf("child\n");
        exit(41);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("fork or waitpid");
        return 1;
    }
    printf("parent: child said %d\n", WEXITSTATUS(status));
    return 3;
}
"""


@test
def demo_ptshow(host):
    """After fork the child has one table of its own, and copies of the path to
    what it writes; a thread has no tree of its own."""
    result = host.tine("--", "ptshow").expect(0)
    for part in ("2. after fork              parent          child, its own: "
                 "1 table, 0 pages",
                 "3. the child wrote a page  parent          child, its own: "
                 "4 tables, 1 page",
                 "child, its own: 5 tables, 2 pages"):
        if part not in result.out.decode():
            result.fail(f"it does not say: {part}")
    result = host.tine("--", "ptshow", "thread").expect(0)
    pictures = re.split(r"\n\d\. .*\n", result.out.decode())[1:]
    new = [re.findall(r"1 page (\w+) +\w+\[1\]w\+", text)
           for text in pictures]
    if new != [[], [], ["4020c000"]] or "child" in result.out.decode():
        result.fail(f"new pages: {new}")


@test
def run_time_out(host):
    result = host.tine("--timeout", "3", "--", "sleep", "1000")
    result.expect(124, b"", b"time-out")
    if not 2.5 < result.seconds < 10:
        result.fail(f"it took {result.seconds:.1f} s")


@test
def run_wrong_options(host):
    here = host.new_directory()
    for words in (["--no-such"], ["--mem"], ["--mem", "x"], ["--mem", "-1"],
                  ["--smp", "0"], ["--icount", "--iso"], ["stray"],
                  ["--icount", "--smp", "2"], ["--add", "missing"],
                  ["--initrd", "missing"], ["--kernel", "missing"],
                  ["--env", "novalue"], ["--add", here]):
        host.tine(*words, "--", "true", cwd=here).expect(
            2, b"", b"tools/run: ")


@test
def run_from_anywhere(host):
    """FILE arguments are relative to where the user is."""
    here = host.new_directory()
    with open(os.path.join(here, "note"), "w") as file:
        file.write("a note\n")
    host.tine("--add", "note", "--", "cat", "/note",
              cwd=here).expect(0, b"a note\n")


@test
def run_stdin_whole(host):
    data = bytes(range(256)) * 1024
    result = host.tine("--", "cat", stdin=data)
    result.expect(0)
    if result.out != data:
        at = next((i for i, pair in enumerate(zip(data, result.out))
                   if pair[0] != pair[1]), min(len(data), len(result.out)))
        result.fail(f"{len(result.out)} of {len(data)} bytes came back; "
                    f"the first wrong one is number {at}")
    return f"256 KiB there and back in {result.seconds:.1f} s"


@test
def run_stdin_streams(host):
    """A line comes back before the next one is sent."""
    child = host.start([host.path("tools", "run"), "--", "cat"],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        for line in (b"one\n", b"two\n"):
            child.stdin.write(line)
            child.stdin.flush()
            if child.stdout.readline() != line:
                raise Failure(f"{line!r} did not come back")
        child.stdin.close()
        if child.wait(30) != 0:
            raise Failure(f"status {child.returncode} after the end of file")
    finally:
        child.kill()
        child.wait()
        host.forget(child)


@test
def run_stdin_unread(host):
    """A program that never reads does not hold up the run."""
    host.tine("--", "true", stdin=bytes(1 << 20)).expect(0, b"")
    host.tine("--", "cat", stdin=subprocess.DEVNULL).expect(0, b"")


@test
def run_much_output(host):
    data = b"".join(b"%07d\n" % i for i in range(1 << 16))
    path = host.file("numbers", data)
    result = host.tine("--add", path, "--", "cat", "/numbers").expect(0)
    if result.out != data:
        result.fail(f"{len(result.out)} bytes came, not {len(data)}")
    return f"512 KiB out in {result.seconds:.1f} s"


@test
def run_reader_goes(host):
    """`tools/run ... | head` ends, and quietly."""
    path = host.file("zeros", bytes(8 << 20))
    child = host.start(
        [host.path("tools", "run"), "--add", path, "--", "cat", "/zeros"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    child.stdout.read(100)
    child.stdout.close()
    errors = child.stderr.read()
    status = child.wait(30)
    host.forget(child)
    if status != 128 + signal.SIGPIPE or errors:
        raise Failure(f"status {status}", [errors.decode()])


@test
def run_kernel_log(host):
    log = os.path.join(host.new_directory(), "log")
    host.tine("--log", log, "--", "echo", "x").expect(0, b"x\n", b"")
    with open(log, "rb") as file:
        if b"Tine" not in file.read():
            raise Failure("the log does not begin with the banner")


@test
def run_add_keeps_mode(host):
    program = host.read("build", "root-initrd", "bin", "true")
    host.tine("--add", host.file("runs", program, 0o755) + ":/deep/er/runs",
              "--", "/deep/er/runs").expect(0, b"")
    host.tine("--add", host.file("plain", program, 0o644) + ":/plain",
              "--", "/plain").expect(126, b"")
    result = host.tine(
        "--initrd", host.test_initrd(),
        "--add", host.file("a", b"", 0o640),
        "--add", host.file("b", b"", 0o4711),
        "--", "/tests/tine/show", "modes", "/a", "/b")
    result.expect(0, b"/a 100640\n/b 104711\n")


@test
def run_musl_program(host):
    """A stranger's program, which knows only Linux."""
    if not shutil.which("musl-gcc"):
        return "skipped: no musl-gcc here"
    source = host.file("hello.c", MUSL_PROGRAM.encode())
    program = source[:-2]
    host.command(["musl-gcc", "-O2", "-static", "-o", program,
                  source]).expect(0)
    host.tine("--add", program, "--", "/hello", "musl").expect(
        3, b"hello from musl with 2\nchild\nparent: child said 41\n")
    return None


@test
def run_icount_repeats(host):
    """The same instruction counts in two runs."""
    words = ["--icount", "--initrd", host.test_initrd(), "--",
             "/tests/tsc", "delta"]
    first = host.tine(*words).expect(0)
    second = host.tine(*words, stdin=b"not read").expect(0)
    if first.out != second.out:
        second.fail(f"first {first.out!r}, then {second.out!r}")
    return f"{first.out.split()[0].decode()} instructions"


@test
def run_interrupted(host):
    """SIGINT, SIGTERM and SIGKILL leave no machine behind."""
    if not os.path.isdir("/proc/self"):
        return "skipped: no /proc here"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL) * 5:
        mark = f"mark={os.getpid()}.{number}"
        child = host.start(
            [host.path("tools", "run"), "--append", mark, "--",
             "sleep", "1000"], stdin=subprocess.DEVNULL)
        wait_for(lambda: machines(mark), 10)
        child.send_signal(number)
        status = child.wait(10)
        host.forget(child)
        wanted = -number if number == signal.SIGKILL else 128 + number
        if status != wanted:
            raise Failure(f"status {status} after signal {number}")
        if not wait_for(lambda: not machines(mark), 5):
            raise Failure(f"QEMU is still there after signal {number}")
    return None


def machines(mark):
    """Is there a QEMU with this word on its command line?"""
    for pid in os.listdir("/proc"):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read()
        except OSError:
            continue
        if words.startswith(b"qemu-") and mark.encode() in words:
            return True
    return False


def wait_for(condition, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False
