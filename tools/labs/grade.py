"""The grader: a stranger's files in, a verdict out.

It believes nothing that the student's kernel says by itself. A test passes if
the driver reports exit 0 with a word that only this boot was given, and the
test's last line has a word that only this run was given. The referee looks at
the machine's memory, and asks nobody.

The exit status speaks of the grader, the verdict of the student.
"""

import hashlib
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import stat
import sys
import tempfile
import time
import traceback

import base as bases
import jail
import machine
import referee
from base import Wrong
from machine import Budget, Machine

SCHEMA = "tine/grade/1"
AGAIN, USAGE, BUG = 75, 2, 70
CPU_SECONDS = 20        # of everything for one submission
LIMIT = 120
SOURCE_SIZE = 256 << 10
HALTS = 4               # boots that stand still, each for some seconds
BOOT_CPU = 6            # until the first test
TEST_CPU = 5            # of a test, when the guest's clock cannot end it
KEPT_CPU = 3            # at least, for the referee and each test of speed
TEST_SECONDS = 2        # of the guest's clock
MESSAGE = 500
LINE = re.compile(r"([\w. -]{1,40}): .+: expected .+, got .+")


class Usage(Exception):
    pass


class TryAgain(Exception):
    """It is this host that cannot, not the student."""


class Test:
    """What lab.toml says of a test, and what became of it."""

    def __init__(self, toml, options):
        self.toml = toml
        self.name = toml["name"]
        self.kind = toml.get("kind", "test")
        self.program = toml.get("program", self.name)
        self.points = toml["points"]
        self.parent = toml.get("parent")
        self.words = toml.get("boot", "")   # more than the lab's
        self.hidden = toml.get("hidden", False)
        self.seed = seed_of(options, self.name) if self.hidden else 1
        self.status = None
        self.message = ""
        self.promise = None

    def passed(self):
        self.status = "passed"

    def failed(self, message):
        """message: a line that may begin with the name of a promise"""
        self.status = "failed"
        self.message = clean(message)
        said = LINE.match(self.message)
        self.promise = said[1] if said else self.toml.get("promise")

    def not_run(self, why):
        self.status = "not run"
        self.message = clean(why)

    def verdict(self, command):
        return {"name": self.name, "max": self.points,
                "points": self.points if self.status == "passed" else 0,
                "status": self.status, "promise": self.promise,
                "message": self.message, "hidden": self.hidden,
                "gdb": command if self.status == "failed" else None}


def clean(text):
    """For a person's eyes, and bounded."""
    return "".join(char if char.isprintable() else "?" for char in
                   text.strip().replace("\n", " | "))[:MESSAGE]


def seed_of(options, name):
    text = f"{options['seed']}/{options['id']}/{name}"
    return int(hashlib.sha256(os.fsencode(text)).hexdigest()[:7], 16) + 2


def take(folder, path):
    """=> the bytes of a submitted file, or why there are none. Links are not
    followed, on any step of the path, and nothing else is opened."""
    steps = path.split("/")
    try:
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError as error:
        return None, f"the submission: {error.strerror}"
    try:
        for number, step in enumerate(steps):
            last = number == len(steps) - 1
            try:
                inner = os.open(step, os.O_RDONLY | os.O_NOFOLLOW |
                                os.O_NONBLOCK | os.O_NOCTTY |
                                (0 if last else os.O_DIRECTORY), dir_fd=at)
            except FileNotFoundError:
                return None, f"{path} is missing"
            except OSError as error:
                return None, f"{path}: {error.strerror}: not a file that " \
                    "can be taken"
            os.close(at)
            at = inner
        if not stat.S_ISREG(os.fstat(at).st_mode):
            return None, f"{path} is not a regular file"
        data = b""
        while len(data) <= SOURCE_SIZE:
            more = os.read(at, SOURCE_SIZE + 1)
            if not more:
                return data, ""
            data += more
        return None, f"{path} has more than {SOURCE_SIZE >> 10} KiB"
    finally:
        os.close(at)


ENDS = {"cpu": "it used all its processor time",
        "hung": "the kernel hung: the driver could not end the test",
        "wall": "its time was over",
        "output": "the kernel sent megabytes of output",
        "halted": "the machine stood still, with nobody to wake it"}


class Grading:
    """One submission on its way to a verdict."""

    ends = ENDS

    def __init__(self, options, base, work):
        self.options = options
        self.base = base
        self.work = work
        self.toml = base.source.toml
        self.budget = Budget(CPU_SECONDS, options["limit"])
        self.tests = [Test(toml, options) for toml in self.toml["test"]]
        self.words = self.toml.get("boot", "")
        self.kernel = os.path.join(work, "link", "out", "tine.elf")
        self.compile = {"ok": False, "why": "", "said": ""}
        self.seconds = {}
        self.kept = 0           # seconds of processor for what comes later
        self.dead = ""          # why the kernel never comes to a test
        self.halts = 0

    # From the submission to a kernel.

    def sources(self):
        """Take the files. => whether they are there"""
        for path in self.toml["files"]:
            data, why = take(self.options["submission"], path)
            if why:
                self.compile["why"] = why
                return False
            there = os.path.join(self.work, "src", path)
            os.makedirs(os.path.dirname(there), exist_ok=True)
            with open(there, "wb") as file:
                file.write(data)
        return True

    def make_kernel(self):
        """=> whether there is one; else self.compile says why"""
        os.makedirs(os.path.join(self.work, "src"))
        if not self.sources():
            return False
        headers = self.base.inside("headers")
        out = os.path.join(self.work, "link", "out")
        for path, words in self.base.facts["compile"].items():
            target = os.path.join(out, path + ".o")
            os.makedirs(os.path.dirname(target))
            if not self.command(
                    [*words, "-c", "-o", f"out/{path}.o", path],
                    [(headers, "/tree", False),
                     (os.path.join(self.work, "src", path), "/tree/" + path,
                      False), (out, "/tree/out", True)], headers, out):
                return False
        lines = "set -e\n" + "\n".join(self.base.facts["link"])
        link = self.base.inside("link")
        if not self.command(["sh", "-c", lines],
                            [(link, "/tree", False),
                             (out, "/tree/out", True)], link, out):
            self.compile["why"] = self.compile["why"] or "it does not link"
            return False
        self.compile["ok"] = True
        return True

    def command(self, words, binds, here, out):
        """Compile or link. Without a jail, in a folder that looks like it."""
        jailed = not self.options["no_jail"]
        folder = "/tree"
        if not jailed:
            folder = self.mirror(here, out)
        left = max(int(self.budget.cpu_left()), 1)
        result = jail.run(words, binds, folder, jailed,
                          min(jail.CPU_SECONDS, left),
                          max(self.budget.wall_left(), 1))
        self.budget.cpu_more += result.cpu
        self.compile["said"] += clean_lines(result.said, folder)
        if result.why == jail.PATIENCE and self.budget.wall_left() <= 0:
            raise TryAgain("this host is too busy to compile")
        if result.status != 0 or result.why:
            self.compile["why"] = result.why and "the compiler: " + result.why
            return False
        return True

    def mirror(self, here, out):
        """For --no-jail: links to all of a folder of the base, the student's
        files among them, and out/."""
        folder = os.path.join(self.work, "tree-" + os.path.basename(here))
        if not os.path.exists(folder):
            os.makedirs(folder)
            for name in os.listdir(here):
                if name != "out":
                    link_tree(os.path.join(here, name),
                              os.path.join(folder, name))
            os.symlink(out, os.path.join(folder, "out"))
            link_tree(os.path.join(self.work, "src"), folder)
        return folder

    # Boots.

    def initrd(self):
        """init, the driver, the lab's programs."""
        return initrd(self.base)

    def boot(self, command, words="", files=(), **options):
        packed = self.initrd() + machine.newc.archive(
            [(path, 0o600, data) for path, data in files])
        return Machine(self.kernel, packed, command,
                       f"{self.words} {words}".strip(), **options)

    def over(self):
        """Why nothing more may be started, or ''."""
        if self.dead:
            return self.dead
        if self.halts == HALTS:
            return f"the machine stood still in each of {HALTS} boots"
        if self.budget.cpu_left() - self.kept < 1:
            return f"the {CPU_SECONDS} seconds of processor time are used"
        self.late()
        return ""

    def late(self):
        """Whoever uses processor time or stands still is ended before, so it
        is not the student."""
        if self.budget.wall_left() <= 0:
            raise TryAgain(
                f"this host is too busy: {self.budget.cpu():.0f} seconds of "
                f"processor time in {self.options['limit']} seconds")

    def blocked(self, test):
        """Whether its parent, or the parent's, is known not to pass."""
        parent = next((other for other in self.tests
                       if other.name == test.parent), None)
        if parent is None:
            return False
        return parent.status not in (None, "passed") or self.blocked(parent)

    def chosen(self):
        """The tests that --test names, with their parents."""
        word = self.options["test"]
        named = {test.name for test in self.tests if word in test.name}
        for test in reversed(self.tests):
            if test.name in named and test.parent:
                named.add(test.parent)
        if not named:
            raise Usage(f"--test {word}: no test has that in its name")
        return [test for test in self.tests if test.name in named]

    def run(self):
        """Everything. Afterwards each test has a status."""
        if self.options["test"]:
            self.tests = self.chosen()
        began = time.monotonic()
        made = self.make_kernel()
        self.seconds["compile"] = round(time.monotonic() - began, 2)
        if not made:
            why = self.compile["why"] or "it does not compile"
            for test in self.tests:
                test.not_run(why)
            return
        self.run_programs()
        for test in self.tests:
            if test.kind == "speed":
                self.kept -= KEPT_CPU
                self.run_speed(test)
        self.kept = 0
        self.run_referee()
        for test in self.tests:
            if test.status is None:
                test.not_run("nothing was run for it")
        # in the order of the list: a parent may have been judged last
        for test in self.tests:
            if test.status != "passed" and self.blocked(test):
                test.status, test.message = "blocked", ""
                test.promise = None

    def run_programs(self):
        """A boot for each list of boot words, and more after panics."""
        programs = [test for test in self.tests if test.kind == "test"]
        others = {test.name if test.kind == "speed" else test.kind
                  for test in self.tests if test.kind != "test"}
        self.kept = KEPT_CPU * len(others)
        for words in dict.fromkeys(test.words for test in programs):
            self.run_list([test for test in programs if test.words == words],
                          words)

    def run_list(self, left, words):
        for _ in range(len(left)):  # each boot ends one test, or all
            left = [test for test in left
                    if test.status is None and not self.blocked(test)]
            if not left or self.over():
                break
            DriverBoot(self, left, words).run()
        why = self.over() or "the kernel ended in each boot"
        for test in left:
            if test.status is None and not self.blocked(test):
                test.not_run(why)

    def run_speed(self, test):
        if self.blocked(test):
            return
        why = self.over()
        if why:
            test.not_run(why)
            return
        reference = self.base.facts["costs"].get(test.name)
        if reference is None:
            test.not_run("this tree does not know what the reference costs")
            return
        cost, why = run_cost(self.kernel, self.initrd(), self.words, test,
                             self.budget, self.kept)
        self.late()
        most = int(reference * test.toml.get("within", 1.15))
        if why:
            test.failed(why)
        elif cost > most:
            test.failed(f"speed: instructions, of which the reference needs "
                        f"{reference}: expected <={most}, got {cost}")
        else:
            test.passed()

    def run_referee(self):
        tests = [test for test in self.tests if test.kind == "referee"
                 and not self.blocked(test)]
        why = tests and self.over()
        if why:
            for test in tests:
                test.not_run(why)
        elif tests:
            referee.judge(self, tests)

    # The verdict.

    def gdb(self, test):
        """The command that shows a test in gdb, in the student's tree, whose
        kernel may be older than what was graded."""
        folder = f"build/labs/{self.base.source.name}/now/tests"
        program = referee.PROGRAM if test.kind == "referee" else test.program
        boot = f"{self.words} {test.words}".strip()
        words = ["tools/run", *(["--append", boot] if boot else []),
                 "--add", f"{folder}/{program}:/{program}", "--gdb", "--main",
                 "--", f"/{program}", str(test.seed)]
        return "make -s && " + shlex.join(words)

    def verdict(self):
        tests = [test.verdict(self.gdb(test)) for test in self.tests]
        self.seconds["cpu"] = round(self.budget.cpu(), 2)
        self.seconds["wall"] = round(self.budget.wall(), 2)
        return {"schema": SCHEMA, "lab": self.base.source.name,
                "score": sum(test["points"] for test in tests),
                "max": sum(test["max"] for test in tests),
                "tests": tests, "compile": self.compile,
                "versions": {**self.base.facts["versions"],
                             "grader": grader_version()},
                "tree": self.base.source.key, "seed": self.options["seed"],
                "id": self.options["id"], "seconds": self.seconds}


def clean_lines(text, folder):
    """The compiler's words, without paths of this host."""
    return re.sub(r"[^\x20-\x7e\n\t]", "?", text.replace(folder + "/", ""))


def link_tree(source, target):
    """Folders are made, files are links."""
    if not os.path.isdir(source):
        if os.path.lexists(target):
            os.unlink(target)
        os.symlink(source, target)
        return
    os.makedirs(target, exist_ok=True)
    for name in os.listdir(source):
        link_tree(os.path.join(source, name), os.path.join(target, name))


def initrd(base):
    files = []
    for folder, there in (("guest", "bin"), ("tests", "tests/lab")):
        for name in sorted(os.listdir(base.inside(folder))):
            with open(base.inside(folder, name), "rb") as file:
                place = "tests" if name == "driver" else there
                files.append((f"{place}/{name}", 0o755, file.read()))
    return machine.newc.padded(machine.newc.archive(files))


def grader_version():
    total = hashlib.sha256()
    for name in ("grade.py", "machine.py", "referee.py", "jail.py"):
        with open(os.path.join(bases.HERE, name), "rb") as file:
            total.update(file.read())
    return total.hexdigest()[:16]


def run_cost(kernel, packed, words, test, budget, kept=0):
    """Run a program that prints `cost N`, with a clock that counts each
    instruction. kept: seconds of the budget for what comes later. => N and
    "", or None and why there is none"""
    nonce = secrets.token_hex(8)
    boot = Machine(kernel, packed,
                   [f"/tests/lab/{test.program}", "1", nonce], words,
                   shift=machine.EXACT)
    output, why = collect(boot, budget, budget.cpu_left() - kept)
    lines = output.decode("utf-8", "replace").split("\n")
    cost = [re.fullmatch(rf"cost (\d{{1,12}}) {nonce}", line)
            for line in lines]
    cost = next(filter(None, cost), None)
    if cost and f"lab: done {nonce}" in lines:
        return int(cost[1]), ""
    said = [line for line in lines if line.strip()]
    return None, why or (said[-1] if said else "it says nothing")


def collect(boot, budget, most):
    """most: seconds of processor that it may use. => what the command of a
    boot prints, and a bad end of the kernel"""
    output, panic, why = bytearray(), "", ""
    try:
        while True:
            why = boot.exceeded(most, budget.begin + budget.wall_limit)
            records = None if why else boot.records(0.25)
            if records is None:
                break
            for kind, text in records:
                if kind in "oe":
                    output += text
                elif kind == "p":
                    panic += text.decode("utf-8", "replace")
        if not why:
            boot.wait()
    finally:
        boot.end()
    if panic:
        return output, "the kernel panicked: " + first_line(panic)
    return output, why and ENDS[why]


def first_line(text):
    return next((line for line in text.split("\n") if line.strip()), "")


class DriverBoot:
    """One boot of the driver, with a list of tests."""

    def __init__(self, grading, tests, words):
        self.grading = grading
        self.words = words
        self.left = list(tests)
        self.current = None
        self.begun = False
        self.began = 0.0        # seconds of processor until then
        self.word = secrets.token_hex(8)
        self.nonces = {test: secrets.token_hex(8) for test in tests}
        self.output = bytearray()
        self.panic = ""

    def run(self):
        listing = "".join(
            f"lab/{test.program} {TEST_SECONDS} {test.seed} "
            f"{self.nonces[test]}\n" for test in self.left)
        boot = self.grading.boot(["/tests/driver"], self.words, files=[
            ("run/nonce", self.word.encode()),
            ("run/tests", listing.encode())])
        try:
            why = self.read(boot)
            if not why:
                boot.wait()
        finally:
            boot.end()
        self.end(why)

    def read(self, boot):
        budget = self.grading.budget
        most = budget.cpu_left() - self.grading.kept
        while self.left:
            limit = self.began + TEST_CPU if self.begun else BOOT_CPU
            why = boot.exceeded(min(most, limit),
                                budget.begin + budget.wall_limit)
            if why:
                hung = why == "cpu" and self.begun and limit < most
                return "hung" if hung else why
            records = boot.records(0.25)
            if records is None:
                return ""
            for kind, text in records:
                if self.take(kind, text):
                    self.began = boot.cpu()
        return "done"

    def take(self, kind, text):
        """=> whether a test has begun or ended"""
        if kind in "oe":
            self.output = (self.output + text)[-8192:]
        elif kind == "p":
            self.panic = (self.panic + text.decode("utf-8", "replace"))[:4096]
        elif kind == "r":
            return self.report(text.decode("utf-8", "replace").split())
        return False

    def report(self, words):
        """A line of the driver's, or one that the kernel has made up. What is
        not believed gives a test no more time. => whether it is"""
        name = f"lab/{self.left[0].program}" if self.left else None
        if words[1:2] != [name]:
            return False
        if words[0] == "begin" and self.current is None:
            self.begun = True
            self.current = self.left[0]
            self.output = bytearray()
        elif words[0] == "end" and self.current and words[-1] == self.word:
            self.judge(" ".join(words[2:-1]))
            self.left.pop(0)
            self.current = None
        else:
            return False
        return True

    def judge(self, status):
        test = self.current
        lines = self.output.decode("utf-8", "replace").split("\n")
        done = f"lab: done {self.nonces[test]}"
        said = [line for line in lines if line.strip() and line != done]
        broken = [line for line in said if LINE.match(line)]
        if status == "exit 0" and done in lines:
            test.passed()
        elif status == "timeout":
            test.failed(f"no end after {TEST_SECONDS} seconds"
                        + (": " + said[-1] if said else ""))
        elif status.startswith("signal"):
            test.failed(f"the test was killed by {status}")
        elif broken or said:
            test.failed((broken or said)[-1])
        else:
            test.failed(f"{status}, without a word")

    def end(self, why):
        """The boot is over: what does that say of the test that ran?"""
        if why == "done" or not self.left:
            return
        self.grading.late()
        self.grading.halts += why == "halted"
        if why == "cpu" and self.begun:
            return              # no fault of this test alone
        reason = "the kernel panicked: " + first_line(self.panic) \
            if self.panic else ENDS.get(why, "the machine was reset")
        if self.current is None and self.begun:
            reason += ", between two tests"
        elif self.current is None:
            self.grading.dead = \
                f"the kernel did not come to the first test: {reason}"
            return
        self.left[0].failed(reason)


def parse(words, usage):
    options = {"submission": None, "lab": None, "out": None, "seed": 1,
               "id": "", "limit": LIMIT, "test": "", "no_jail": False}
    words = list(words)
    while words:
        word, equals, value = words.pop(0).partition("=")
        name = word[2:].replace("-", "_")
        if word in ("--help", "-h"):
            sys.stdout.write(usage)
            sys.exit(0)
        if word == "--no-jail":
            options["no_jail"] = True
        elif word.startswith("--") and name in options \
                and name != "submission":
            if not equals and not words:
                raise Usage(f"{word} needs a value")
            options[name] = value if equals else words.pop(0)
        elif word.startswith("-") or options["submission"]:
            raise Usage(f"no option {word}; see --help")
        else:
            options["submission"] = word + equals + value
    for name in ("seed", "limit"):
        if not re.fullmatch(r"\d{1,9}", str(options[name])):
            raise Usage(f"--{name} {options[name]}: not a number")
        options[name] = int(options[name])
    if not options["submission"] or not options["lab"]:
        raise Usage("a submission and --lab are needed; see --help")
    if not os.path.isdir(options["submission"]):
        raise Usage(f"{options['submission']}: not a folder")
    out = options["out"]
    if out and (os.path.isdir(out) or not os.path.isdir(
            os.path.dirname(os.path.abspath(out)))):
        raise Usage(f"--out {out}: no place for a file")
    if not re.fullmatch(r"\w+", options["lab"]):
        raise Usage(f"--lab {options['lab']}: not a lab's name")
    return options


def measure(kernel, folder, toml, test):
    """What the reference costs: for base.py."""
    class Place:
        @staticmethod
        def inside(*parts):
            return os.path.join(folder, *parts)
    toml_test = Test(test, {"seed": 1, "id": ""})
    cost, why = run_cost(kernel, initrd(Place), toml.get("boot", ""),
                         toml_test, Budget(60, 600))
    if why:
        raise Wrong(f"the reference, in {test['name']}: {why}")
    return cost


def write(path, verdict):
    """Whole, or not at all."""
    text = json.dumps(verdict, indent=1, sort_keys=True) + "\n"
    folder = os.path.dirname(os.path.abspath(path))
    handle, fresh = tempfile.mkstemp(dir=folder, prefix=".grade-")
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(fresh, 0o644)
    os.rename(fresh, path)


def show(verdict, partly):
    """For a person: one line a test."""
    if verdict["compile"]["said"]:
        print(verdict["compile"]["said"].rstrip())
    whys = set()
    for test in verdict["tests"]:
        line = f"{test['points']:3}/{test['max']:<3} {test['name']}"
        why = test["message"]
        if test["status"] == "blocked":
            line += ": not run, as it builds on a test that failed"
        elif test["status"] == "not run":
            line += ": not run" + (f": {why}" if why not in whys else "")
        elif why:
            promise = test["promise"]
            told = promise and not why.startswith(promise)
            line += f": {promise}: {why}" if told else f": {why}"
        whys.add(why)
        print(line)
        if test["gdb"] and not test["hidden"]:
            print(f"        see it in gdb: {test['gdb']}")
    if not partly:
        print(f"Score: {verdict['score']}/{verdict['max']}")


def grade(options):
    """=> the verdict"""
    if not options["no_jail"]:
        jail.check()
    base = bases.prepare(options["lab"], measure)
    work = tempfile.mkdtemp(prefix="tine-grade-")
    try:
        grading = Grading(options, base, work)
        grading.run()
        return grading.verdict()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def stop(number, _frame):
    raise TryAgain(f"ended by signal {number}")


def main(words, usage):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
    try:
        options = parse(words, usage)
        verdict = grade(options)
        if options["out"]:
            write(options["out"], verdict)
        else:
            show(verdict, options["test"])
        return 0
    except (Usage, Wrong) as error:
        sys.stderr.write(f"tools/grade: {error}\n")
        return USAGE
    except (TryAgain, jail.NoJail) as error:
        sys.stderr.write(f"tools/grade: {error}\n")
        return AGAIN
    except BlockingIOError as error:    # no process, no descriptor
        sys.stderr.write(f"tools/grade: {error}\n")
        return AGAIN
    except Exception:
        traceback.print_exc()
        return BUG
