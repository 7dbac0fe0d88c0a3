#!/usr/bin/env python3
"""Many submissions, graded as batch.md has it: batch_test.py [PART...]

parallel: 60 submissions (references, starters, mutants, hostile ones), two at
a time, ended by ^C, then as by a power cut, then resumed: 60 right verdicts.
make, slurm: the other two engines, with a few submissions. together: two
gradings of one submission, before there is a base, in a tree elsewhere. ids:
what differs from student to student. The parts after parallel need its
verdicts. Exit status: 0 if all is as it should be.
"""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import grade
import hostile
import lab as labs
import tree
from cut import Wrong

LAB = hostile.LAB
REFERENCES, STARTERS, COPIES = 5, 4, 2      # COPIES: of each mutant
ALL = 60
STOPS = ((ALL // 3, "interrupt"), (2 * ALL // 3, "power cut"))
TRIES = 4           # of the same command, where the host is busy
LIMIT = 3300        # seconds for all
FEW = ("reference-1", "starter-1", "hostile-junk", "hostile-missing")
LATE = "pt_own_page(struct as *as, vaddr_t addr, pte_t *entry)\n{\n"
LARGEST = 600 << 10     # KiB of a process: so one grading fits 768 MB


def block(heading, number=0):
    """=> a fenced block below a heading of batch.md"""
    with open(os.path.join(labs.HERE, "batch.md"), encoding="utf-8") as file:
        sections = re.split(r"^## ", file.read(), flags=re.M)
    text = next(part for part in sections if part.startswith(heading + "\n"))
    return re.findall(r"^```\w+\n(.*?)^```$", text, re.M | re.S)[number]


# What is submitted, and what is wrong with a verdict on it.

class Submission:
    """By id: a folder, and what its verdict must be."""

    def __init__(self, name, expected):
        self.name = name
        self.expected = expected    # function(verdict) => complaints


def exactly(points):
    def wrong(verdict):
        if verdict["score"] != points:
            yield f"{verdict['score']} points, not {points}"
    return wrong


def caught(tests):
    def wrong(verdict):
        ends = {test["name"]: test["status"] for test in verdict["tests"]}
        if not any(ends[test] == "failed" for test in tests):
            yield f"not caught by {', '.join(tests)}"
        if not 0 <= verdict["score"] < verdict["max"]:
            yield f"{verdict['score']} points"
        if not verdict["compile"]["ok"]:
            yield verdict["compile"]["why"]
    return wrong


def never_ends(verdict):
    """It boots, and hangs in the first copy on write: nothing that copies
    has points, and the grader's own limits end it."""
    if not verdict["compile"]["ok"] or verdict["score"] > 20:
        yield f"{verdict['score']} points: {verdict['compile']['why']}"
    if verdict["seconds"]["cpu"] > grade.CPU_SECONDS + 3:
        yield f"{verdict['seconds']['cpu']} seconds of processor time"


def as_a_case(case):
    """A case may be about some tests: these have its points, and the others
    whatever they have."""
    def wrong(verdict):
        tests = [test for test in verdict["tests"]
                 if case.test in test["name"]]
        return case.wrong({**verdict, "score": sum(test["points"]
                                                   for test in tests)})
    return wrong


def submissions(folder):
    """Write all. => a list of Submission"""
    lab = labs.Lab(LAB)
    top = sum(test["points"] for test in lab.tests)
    floor = sum(test["points"] for test in lab.tests
                if test.get("starts") == "passes")
    made = []

    def add(name, texts, expected):
        for path in lab.files:
            labs.write_text(os.path.join(folder, name), path, texts[path])
        made.append(Submission(name, expected))

    for number in range(1, REFERENCES + 1):
        add(f"reference-{number}", lab.reference(), exactly(top))
    for number in range(1, STARTERS + 1):
        add(f"starter-{number}", lab.starter(), exactly(floor))
    for number in range(1, COPIES + 1):
        for name in lab.mutants():
            add(f"mutant-{name}-{number}", lab.mutant(name),
                caught(lab.caught(name)))
    for name in hostile.CASES:
        case = hostile.Case(folder, name, f"hostile-{name}")
        made.append(Submission(f"hostile-{name}", as_a_case(case)))
    path = lab.files[0]
    endless = lab.reference()[path].replace(LATE, LATE + "    for (;;) {\n"
                                            "    }\n")
    while len(made) < ALL:
        add(f"never-ends-{len(made)}", {path: endless}, never_ends)
    return made


# Processes of ours, ended as people and power cuts end them.

def descendants(pid):
    """=> pids of all below a process"""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii",
                          errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry))
    found, left = [], [pid]
    while left:
        left += (below := parents.get(left.pop(), []))
        found += below
    return found


def cut_power(pid):
    """None of them can say or do anything more."""
    for one in [pid, *descendants(pid)]:
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Batch:
    """A folder with submissions, one with verdicts, and engines."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.into = os.path.join(scratch, "submissions")
        self.out = os.path.join(scratch, "verdicts")
        self.until = time.monotonic() + LIMIT
        os.makedirs(os.path.join(scratch, "tmp"))
        self.all = submissions(self.into)
        self.engines = []

    def start(self, command, **more):
        engine = subprocess.Popen(
            command, cwd=labs.TREE, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=self.log(), stderr=self.log(),
            env=tree.environment(
                **{"IN": self.into, "OUT": self.out, "PARALLEL": "-j2",
                   "TMPDIR": os.path.join(self.scratch, "tmp"), **more}))
        self.engines.append(engine)
        return engine

    def end_all(self):
        """They are in sessions of their own, and would outlive this one."""
        for engine in self.engines:
            if engine.poll() is None:
                cut_power(engine.pid)
                engine.wait()

    def log(self):
        return open(os.path.join(self.scratch, "log"), "ab")

    def said(self):
        with open(os.path.join(self.scratch, "log"), encoding="utf-8",
                  errors="replace") as file:
            return file.read()[-2000:]

    def wait(self, engine):
        """=> its exit status"""
        try:
            return engine.wait(max(self.until - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            cut_power(engine.pid)
            engine.wait()
            raise Wrong("no end: " + self.said()) from None

    def to_the_end(self, command, **more):
        """Again, while there are gradings that this host could not do."""
        for _ in range(TRIES):
            if self.wait(self.start(command, **more)) == 0:
                return
        raise Wrong("there are gradings without a verdict: " + self.said())

    def there(self):
        """=> {file: when it was written}"""
        if not os.path.isdir(self.out):
            return {}
        return {name: os.stat(os.path.join(self.out, name)).st_mtime_ns
                for name in os.listdir(self.out) if name.endswith(".json")}

    def end_at(self, engine, count, how):
        """End an engine when there are so many verdicts."""
        while len(self.there()) < count and engine.poll() is None \
                and time.monotonic() < self.until:
            time.sleep(0.2)
        if engine.poll() is not None or len(self.there()) < count:
            raise Wrong(f"it was not running at {count} verdicts: "
                        + self.said())
        if how == "interrupt":
            os.killpg(engine.pid, signal.SIGINT)
            self.wait(engine)
        else:
            cut_power(engine.pid)
            engine.wait()
        print(f"    {how} at {len(self.there())} verdicts")

    def verdict(self, name, folder=None):
        with open(os.path.join(folder or self.out, name + ".json"),
                  encoding="utf-8") as file:
            return json.load(file)

    def wrong(self, names=None):
        """=> what is wrong with the verdicts"""
        for one in self.all:
            if names is None or one.name in names:
                try:
                    for line in one.expected(self.verdict(one.name)):
                        yield f"{one.name}: {line}"
                except FileNotFoundError:
                    yield f"{one.name}: no verdict"

    def fewer(self):
        """=> a batch with the same scratch folder, and few submissions"""
        few = object.__new__(Batch)
        few.__dict__.update(self.__dict__)
        few.into = tempfile.mkdtemp(dir=self.scratch)
        few.out = few.into + "-out"
        for name in FEW:
            shutil.copytree(os.path.join(self.into, name),
                            os.path.join(few.into, name))
        return few

    def same_as(self, other, names):
        """=> whose verdicts differ in more than the seconds"""
        for name in names:
            one, two = self.verdict(name), other.verdict(name)
            one["seconds"] = two["seconds"] = None
            if one != two:
                yield f"{name}: another verdict"


# The parts.

def parallel(batch):
    if len(batch.all) != ALL:
        yield f"{len(batch.all)} submissions, not {ALL}"
    command = ["sh", "-ec", block("GNU parallel")]
    before = {}
    for count, how in STOPS:
        batch.end_at(batch.start(command), count, how)
        yield from again(before, batch.there())
        before = logged(batch)
        if not before:
            yield "nothing is in the log"
    batch.to_the_end(command)
    yield from again(before, batch.there())
    yield from batch.wrong()
    left = [name for name in os.listdir(batch.out) if name.startswith(".")]
    if left:
        yield f"not whole, and left: {left}"
    batch.to_the_end(["sh", "-ec", block("One table")])
    with open(os.path.join(batch.out, "scores.csv"),
              encoding="utf-8") as file:
        rows = [line.split(",") for line in file.read().splitlines()]
    if [row[:2] for row in rows] != [
            [name, str(batch.verdict(name)["score"])]
            for name in sorted(one.name for one in batch.all)]:
        yield f"the table: {rows[:3]} ..."


def logged(batch):
    """=> what parallel knows to be done: of a verdict that was written as the
    power was cut it may not have heard"""
    with open(os.path.join(batch.out, "log"), encoding="utf-8") as file:
        lines = [line.split("\t") for line in file.read().splitlines()]
    done = {line[8].split()[-1].rpartition("/")[2] for line in lines
            if line[6:8] == ["0", "0"]}
    return {name: when for name, when in batch.there().items()
            if name in done}


def again(before, after):
    """=> what was done a second time"""
    for name, when in before.items():
        if after.get(name) != when:
            yield f"{name} was graded again"


def make(batch):
    few = batch.fewer()
    with open(os.path.join(few.into, "..", "batch.mk"), "w",
              encoding="utf-8") as file:
        file.write(block("make"))
    command = ["sh", "-ec", block("make", 1).replace(
        "batch.mk", os.path.join(few.scratch, "batch.mk"))]
    few.end_at(few.start(command), 1, "interrupt")
    before = few.there()
    few.to_the_end(command)
    yield from again(before, few.there())
    yield from few.wrong(FEW)
    yield from few.same_as(batch, FEW)


def slurm(batch):
    few = batch.fewer()
    path = os.path.join(few.scratch, "batch.slurm")
    with open(path, "w", encoding="utf-8") as file:
        file.write(block("Slurm"))
    if subprocess.run(["bash", "-n", path], check=False).returncode != 0:
        yield "bash -n does not like it"
    for _ in range(2):
        before = few.there()
        for number in range(len(FEW)):
            few.to_the_end(["bash", path], SLURM_ARRAY_TASK_ID=str(number))
        yield from again(before, few.there())
    yield from few.wrong(FEW)
    yield from few.same_as(batch, FEW)


def together(batch):
    """In a tree without a base: both want it, one builds it."""
    top = os.path.join(batch.scratch, "elsewhere")
    shutil.copytree(labs.TREE, top, symlinks=True, ignore=lambda folder, _:
                    (".git", "build") if folder == labs.TREE else ())
    tree.give_objects(top)
    name = FEW[0]
    few = batch.fewer()
    os.makedirs(few.out)
    graders = [few.start([
        os.path.join(top, "tools", "grade"), os.path.join(few.into, name),
        "--lab", LAB, "--id", name, "--limit", "900",
        "--out", os.path.join(few.out, f"{number}.json")])
        for number in range(2)]
    ends = [few.wait(grader) for grader in graders]
    if ends != [0, 0]:
        raise Wrong(f"they end with {ends}: {few.said()}")
    one, two = few.verdict("0"), few.verdict("1")
    here = batch.verdict(name)
    one["seconds"] = two["seconds"] = here["seconds"] = None
    if not one == two == here:
        yield "one submission, and different verdicts"
    home = os.listdir(os.path.join(top, "build", "labs", LAB))
    if sorted(home) != sorted([one["tree"], "lock", "now"]):
        yield f"what they leave of the base: {home}"


def ids(batch):
    """The hidden tests vary with the id, the others do not."""
    tests = labs.Lab(LAB).tests
    first, again, second = [
        [grade.Test(test, {"seed": 1, "id": name}).seed for test in tests]
        for name in ("ada", "ada", "bob")]
    if first != again:
        yield "one student, and different seeds"
    for test, one, two in zip(tests, first, second):
        if (one != two) != test.get("hidden", False):
            yield f"{test['name']}: seeds {one} and {two}"


PARTS = {part.__name__: part for part in
         (parallel, make, slurm, together, ids)}


def main():
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    names = sys.argv[1:] or list(PARTS)
    if not set(names) <= set(PARTS):
        sys.exit(__doc__.strip())
    failed = 0
    with tempfile.TemporaryDirectory(prefix="tine-batch-") as scratch:
        batch = Batch(scratch)
        for name in names:
            begin, wrong = time.monotonic(), []
            try:
                wrong += PARTS[name](batch)
            except Wrong as error:
                wrong.append(str(error))
            finally:
                batch.end_all()
            failed += bool(wrong)
            print(f"{'FAIL' if wrong else 'ok'} {name}  "
                  f"({time.monotonic() - begin:.0f} s)")
            for line in wrong:
                print("    " + line)
            sys.stdout.flush()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{used.ru_utime + used.ru_stime:.0f} s of processor time, "
          f"{used.ru_maxrss >> 10} MiB the largest process")
    if used.ru_maxrss > LARGEST:
        print("FAIL: that is too large")
    return failed > 0 or used.ru_maxrss > LARGEST


if __name__ == "__main__":
    sys.exit(main())
