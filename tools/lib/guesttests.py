"""The guest tests: many programs in one boot, compared with native Linux.

user/tests/driver.c runs them one after another and reports on COM2. When the
guest hangs, panics or resets, the test that ran fails, and a new boot runs
the rest.
"""

import difflib
import functools
import math
import os
import platform
import re
import select
import shlex
import signal
import subprocess
import tempfile
import sys
import threading
import time

import lastwords
from guest import records
from host import Failure, lines

DRIVER = "driver"
OPTIONS = []        # for tools/run, of every boot
SMP = ["--smp", "4", "--mem", "512"]  # of the tests in smp/, before OPTIONS
PATIENCE = 60       # seconds for a boot until its first test
MARGIN = 20         # seconds the guest may be late with its own time-out
# A walk over all memory at every system call, or copies of all that may be
# copied, take time: so many times a test's seconds.
SLOWER = {"check=1": 15, "check=16": 3, "check=64": 2, "own=always": 3,
          "--bochs": 4}
COUNTS = ("table", "anon", "cache", "shared", "heap", "stacks", "processes",
          "files")
NATIVE = sys.platform == "linux" and platform.machine() == "x86_64"


class Test:
    """A program and what its source's head comment says about it."""

    def __init__(self, tree, name):
        self.name = name
        self.program = os.path.join(tree, "build", "root-tests", "tests", name)
        with open(os.path.join(tree, "user", "tests", name + ".c")) as file:
            source = file.read()
        head = re.match(r"/\*(.*?)\*/", source, re.S)
        text = head.group(1) if head else ""
        body = [re.sub(r"^\s*\* ?", "", line) for line in text.splitlines()]
        keys = dict(re.findall(r"^(seconds|args|status|modes|except): *(.*)$",
                               "\n".join(body), re.M))
        self.seconds = int(keys.get("seconds", 10))
        self.args = keys.get("args", "").split()
        self.status = keys.get("status", "exit 0")
        self.modes = keys.get("modes", "").split()
        self.excepted = keys.get("except", "").split()
        self.smp = name.startswith("smp/")
        self.quick = not self.smp and self.seconds < 30
        self.expected = None
        if "expect:" in body:
            expected = body[body.index("expect:") + 1:]
            while expected and not expected[-1].strip():
                expected.pop()
            self.expected = "".join(line + "\n" for line in expected).encode()

    def runs_under(self, way):
        """`modes:` names the fork= words for which the test is meant,
        `except:` the boot words under which it cannot hold."""
        if set(self.excepted) & set(way.split()):
            return False
        words = re.findall(r"(?<!\w)fork=(\w+)", way) or ["tree"]
        return not self.modes or words[-1] in self.modes

    @functools.cache
    def native(self, host):
        """(output, status, remark) that the test should have."""
        if self.name.startswith("tine/"):
            if self.expected is None:
                raise Failure("no expect: block in its head comment")
            return self.expected, self.status, ""
        if not NATIVE:
            return None, None, "  (native comparison skipped)"
        child = host.start(
            [self.program, *self.args], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd=host.new_directory(), env={"PATH": "/usr/bin:/bin"},
            umask=0o022, preexec_fn=begin_anew)
        try:
            output, _ = child.communicate(timeout=self.seconds)
        except subprocess.TimeoutExpired:
            raise Failure("the native run did not end") from None
        finally:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()
            host.forget(child)
        code = child.returncode
        return output, f"exit {code}" if code >= 0 else f"signal {-code}", ""


def begin_anew():
    """In a child: nothing of who started us, be it nohup or a shell's `&`."""
    os.setpgrp()
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def discover(tree):
    tests = []
    for folder in ("", "smp/", "tine/"):
        path = os.path.join(tree, "user", "tests", folder)
        names = os.listdir(path) if os.path.isdir(path) else []
        tests += [Test(tree, folder + name[:-2]) for name in sorted(names)
                  if name.endswith(".c") and folder + name[:-2] != DRIVER]
    return tests


def batches(tests, size, least=2):
    """Split evenly: at least so many boots, each of at most size tests; and
    the tests for several processors in boots of their own."""
    found = []
    for smp in False, True:
        kind = [test for test in tests if test.smp == smp]
        count = max(min(least, len(kind)), -(-len(kind) // size))
        found += [kind[i::count] for i in range(count)]
    return found


def run_options(tests, way):
    """How tools/run boots a batch. A way is boot words, or options."""
    words = shlex.split(way) if way.startswith("--") else ["--append", way]
    return [*(SMP if tests[0].smp else ()), *OPTIONS, *(words if way else ())]


class Observed:
    """What one test did in the guest."""

    def __init__(self):
        self.output = b""
        self.log = b""
        self.status = None
        self.checks = {"before": [], "after": []}

    def counts(self, when):
        return dict(line.split(" ", 1) for line in self.checks[when]
                    if re.fullmatch(r"[a-z]+ \d+", line))

    def problems(self, strict=True):
        """Leaks, violations and, if strict, failed TAP lines."""
        before, after = self.counts("before"), self.counts("after")
        found = [f"{name} {before[name]} -> {after[name]}" for name in COUNTS
                 if name in before and before[name] != after.get(name)]
        if found:
            yield "leak: " + ", ".join(found), []
        if not before or not after:
            yield "/proc/tine/check says nothing", []
        for when, text in self.checks.items():
            if text and text[0] != "ok":
                yield f"the checker found {text[0]} {when} it", text
        failed = [line for line in self.output.split(b"\n")
                  if line.startswith(b"not ok")]
        if failed and strict:
            yield f"{len(failed)} of its lines are not ok", \
                lines(b"\n".join(failed))


def difference(expected, output):
    wanted, got = (lines(text, 100000) for text in (expected, output))
    return list(difflib.unified_diff(wanted, got, "expected", "Tine",
                                     lineterm=""))[:60]


def judge_without_memory(test, seen, results):
    """Under nomem= a program may fail or be killed, but nothing may leak, no
    checker may complain.  (If it waits for what will never come, the driver
    ends it.)"""
    found = list(seen.problems(strict=False))
    if found:
        results.add(test.name, "; ".join(what for what, _ in found),
                    [line for _, more in found for line in more])
    else:
        results.add(test.name, note=f"  ({seen.status})")


def judge(test, seen, host, results, checked=True):
    try:
        output, status, remark = test.native(host)
    except Failure as failure:
        results.add(test.name, failure.problem, failure.details)
        return
    found = []
    if seen.status == "timeout":
        found.append((f"no end after {test.seconds} s", lines(seen.output)))
    elif status is not None and seen.status != status:
        found.append((f"{seen.status}, expected {status}", []))
    if output is not None and seen.output != output and not (
            found and seen.status == "timeout"):
        found.append(("other output", difference(output, seen.output)))
    found += seen.problems() if checked else []
    if not found:
        results.add(test.name, note=remark)
        return
    details = [line for _, more in found for line in more]
    if seen.log.strip():
        details += ["kernel log:", *lines(seen.log)]
    results.add(test.name, "; ".join(what for what, _ in found), details)


class Results:
    """Counts the tests that have ended, and keeps why some failed."""

    def __init__(self, limit=math.inf):
        self.lock = threading.Lock()
        self.passed = self.failed = 0
        self.found = []     # lines
        self.until = time.monotonic() + limit

    def add(self, name, problem=None, details=(), note=""):
        with self.lock:
            self.passed += problem is None
            self.failed += problem is not None
            if problem is not None:
                self.found += [f"{name}: {problem}", *details]

    def expired(self):
        return time.monotonic() > self.until


class Hinted:
    """The same results, with the command that shows a failure in gdb."""

    def __init__(self, results, tests, options):
        self.results = results
        self.tests = {test.name: test for test in tests}
        self.options = options

    def add(self, name, problem=None, details=(), note=""):
        if problem is not None and name in self.tests:
            words = ["tools/run", *self.options, "--gdb", "--",
                     "/tests/" + name, *self.tests[name].args]
            details = [*details, "see it in gdb: " + shlex.join(words)]
        self.results.add(name, problem, details, note)

    def __getattr__(self, name):
        return getattr(self.results, name)


class Boot:
    """One boot: takes the records apart and judges each test as it ends."""

    def __init__(self, host, tests, way, results):
        self.host = host
        self.left = list(tests)
        options = run_options(tests, way)
        self.results = Hinted(results, tests, options)
        self.no_memory = "nomem=" in way
        self.slower = max([1] + [SLOWER.get(w, 1) for w in way.split()])
        self.current = None
        self.begun = False
        self.seen = Observed()
        self.log = b""
        self.explained = lastwords.Explained(host.kernel())
        self.until = time.monotonic() + PATIENCE * self.slower
        listing = "".join(
            " ".join([t.name, str(t.seconds * self.slower), *t.args]) + "\n"
            for t in tests)
        self.words = [
            host.path("tools", "run"), *host.words,
            "--initrd", host.test_initrd(),
            "--add", host.file("list", listing.encode()) + ":/run/tests",
            *options, "--timeout", "3000"]

    def run(self):
        """=> the tests that did not come to run."""
        ours, theirs = os.pipe()
        command = self.words + ["--records", f"/dev/fd/{theirs}",
                                "--", "/tests/" + DRIVER]
        said = tempfile.TemporaryFile()     # a pipe would fill up
        child = self.host.start(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=said, pass_fds=[theirs])
        os.close(theirs)
        hung = not self.read(ours)
        os.close(ours)
        if hung:
            child.terminate()
        child.wait()
        said.seek(0)
        errors = said.read()
        said.close()
        self.host.forget(child)
        if not hung or not self.results.expired():
            self.end(hung, child.returncode, errors)
        return self.left

    def read(self, stream):
        """=> False if a test kept silent for too long, or the time of all is
        over."""
        buffer = bytearray()
        while True:
            wait = min(self.until, self.results.until) - time.monotonic()
            if not select.select([stream], [], [], max(wait, 0))[0]:
                return False
            data = os.read(stream, 65536)
            if not data:
                return True
            buffer += data
            for kind, text in records(buffer):
                self.take(kind, text)

    def take(self, kind, text):
        if kind in "oe":
            self.seen.output += text
        elif kind in "kwp":
            text = self.explained.feed(text) if kind == "p" else text
            self.seen.log += text
            self.log += text
        elif kind == "r":
            self.report(text.decode("utf-8", "backslashreplace"))

    def report(self, line):
        what, _, rest = line.partition(" ")
        name, _, rest = rest.partition(" ")
        if what == "begin":
            self.begun = True
            self.current = next(t for t in self.left if t.name == name)
            self.seen = Observed()
            self.until = time.monotonic() + MARGIN \
                + self.current.seconds * self.slower * 3
        elif what == "check":
            when, _, text = rest.partition(" ")
            self.seen.checks[when].append(text)
        elif what == "end":
            self.seen.status = rest
            self.left.remove(self.current)
            self.judge()
            self.current = None
            self.until = time.monotonic() + MARGIN

    def judge(self):
        if self.no_memory:
            judge_without_memory(self.current, self.seen, self.results)
        else:
            judge(self.current, self.seen, self.host, self.results)

    def end(self, hung, status, errors):
        """The boot is over: was a test cut short?"""
        if not self.left:
            if status != 0:
                self.results.add("driver", f"ended with status {status}",
                                 lines(errors))
            return
        why = "the guest hung" if hung else how_driver_ended(status)
        said = [*lines(self.seen.output, 15), "kernel log:", *lines(self.log)]
        details = [*said, "tools/run:",     # which has shown some of it, too
                   *(line for line in lines(errors) if line not in said)]
        if self.current:
            self.left.remove(self.current)
            self.results.add(self.current.name, why, details)
            return
        why += " before it began" + (
            "; do fork and wait return?" if hung and not self.begun else "")
        for number, test in enumerate(self.left):
            self.results.add(test.name, why,
                             details if number == 0 else ())
        self.left = []


def how_driver_ended(status):
    if status == 125:
        return "the kernel panicked or reset"
    if status in (126, 127):
        return "the test driver could not start: fork, exec or wait is broken"
    if status > 128:
        return "the test driver was killed by " \
            + lastwords.signal_name(status - 128)
    return f"the test driver ended with status {status}"


def run_batch(host, tests, way, results, boot=Boot):
    while tests and not results.expired():
        tests = boot(host, tests, way, results).run()
