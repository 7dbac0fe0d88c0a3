#!/usr/bin/env python3
"""Prove labs, in both directions: prove.py [--quick] [NAME...]

For each lab (all, if none is named):

- what it hands out: a tree that builds without a warning and boots, with no
  line of what the student has to write in it;
- its reference has all points, and its starter those of the tests that start
  by passing; every other test fails for its own reason;
- each mutant fails in a test that it names;
- where the lab has a simpler variant of a file: the suite passes with it, but
  for the tests that lab.toml names, which fail;
- each command of the handout ends with 0 in a tree with the reference in it.

Then the README's own lab, and the grader's tests: hostile submissions, and a
batch. --quick does the second, and one mutant. Exit status: 0 if all holds.
"""

import concurrent.futures
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import handout
import lab as labs
from cut import Wrong
from tree import BUILD, built, environment, give_objects, leaks, replace

JOBS = 2
MUTANTS = 6         # at least, of a lab
AGAIN = 75          # tools/grade: the host was too busy
PATIENCE = (600, 1200, 2400)    # seconds for a grading, until it has a verdict
SUITE = 1500        # and for the guest tests with a variant
# What else is proved once, if no lab is named: name, command, seconds.
OTHERS = (("hostile submissions", "hostile.py", 1200),
          ("a batch of 60", "batch_test.py", 1500))


class Report:
    """Prints each proof as it ends, and counts."""

    def __init__(self):
        self.failed = 0

    def add(self, what, wrong=(), note=""):
        wrong = list(wrong)
        self.failed += bool(wrong)
        print(f"{'FAIL' if wrong else 'ok'} {what}"
              + (f"  ({note})" if note else ""))
        for line in wrong:
            print("    " + line)
        sys.stdout.flush()

    @contextlib.contextmanager
    def proof(self, what):
        """Collects what is wrong, and says how long it took."""
        wrong, start = [], time.monotonic()
        try:
            yield wrong
        except Wrong as error:
            wrong.append(str(error))
        except subprocess.TimeoutExpired as error:
            wrong.append(f"no end after {error.timeout:.0f} s")
        self.add(what, wrong, f"{time.monotonic() - start:.0f} s")


def grade(lab, texts, scratch, name):
    """=> the verdict on a submission of these texts"""
    folder = os.path.join(scratch, f"{lab.name}-{name}")
    for path in lab.files:
        labs.write_text(folder, path, texts[path])
    out = folder + ".json"
    for limit in PATIENCE:
        # with time for who has to build the lab's base, or waits for that
        result = subprocess.run(
            [os.path.join(labs.TREE, "tools", "grade"), folder, "--lab",
             lab.name, "--out", out, "--id", name, "--limit", str(limit)],
            timeout=limit + BUILD, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=environment())
        if result.returncode != AGAIN:
            break
    if result.returncode != 0:
        raise Wrong(f"tools/grade ended with {result.returncode}: "
                    + result.stdout[-600:].strip())
    with open(out, encoding="utf-8") as file:
        verdict = json.load(file)
    if verdict["compile"]["said"] or not verdict["compile"]["ok"]:
        raise Wrong("it does not compile in silence: " + (
            verdict["compile"]["said"] or verdict["compile"]["why"]))
    return verdict


def states(verdict):
    return {test["name"]: test for test in verdict["tests"]}


def told(test):
    """What a verdict says of a test, in a line."""
    words = (test["name"], test["status"], test.get("promise"),
             test.get("message"))
    return ": ".join(word for word in words if word)


def same_tests(lab, verdict):
    """=> what is wrong: the verdict is on the lab's tests, all of them"""
    expected = [test["name"] for test in lab.tests]
    found = [test["name"] for test in verdict["tests"]]
    if found != expected:
        return [f"the tests are {', '.join(expected)}; the verdict has "
                + ", ".join(found)]
    top = sum(test["points"] for test in lab.tests)
    return [] if verdict["max"] == top else \
        [f"{top} points; the verdict has {verdict['max']}"]


def prove_reference(lab, scratch, report):
    with report.proof(f"{lab.name}: the reference has all points") as wrong:
        verdict = grade(lab, lab.reference(), scratch, "reference")
        wrong += same_tests(lab, verdict)
        wrong += [told(test) for test in verdict["tests"]
                  if test["status"] != "passed"]
        if verdict["score"] != verdict["max"]:
            wrong.append(f"{verdict['score']} of {verdict['max']} points")


def starts(lab, test):
    """=> how a test must end with the starter: what hangs on a test that
    fails is blocked"""
    if test.get("starts", "passes") == "passes":
        return "passed"
    parents = {other["name"]: other for other in lab.tests}
    parent = parents.get(test.get("parent"))
    if parent is not None and starts(lab, parent) != "passed":
        return "blocked"
    return "failed"


def own_reason(test, end):
    """=> what is wrong with how a test failed"""
    if end["status"] != "failed":
        return []
    if not end.get("message"):
        return [f"{test['name']} fails without a message"]
    if test.get("promise") and end.get("promise") != test["promise"]:
        return [f"{test['name']} fails for {end.get('promise')}, not for "
                f"{test['promise']}"]
    return []


def prove_starter(lab, scratch, report):
    with report.proof(f"{lab.name}: the starter has its floor") as wrong:
        verdict = grade(lab, lab.starter(), scratch, "starter")
        wrong += same_tests(lab, verdict)
        ends = states(verdict)
        floor = 0
        for test in lab.tests:
            end, expected = ends[test["name"]], starts(lab, test)
            if end["status"] != expected:
                wrong.append(f"{told(end)}; expected: {expected}")
            floor += test["points"] * (expected == "passed")
            wrong += own_reason(test, end)
        if verdict["score"] != floor:
            wrong.append(f"{verdict['score']} points, expected {floor}")
        if all(starts(lab, test) == "passed" for test in lab.tests):
            wrong.append("no test starts by failing")


def prove_mutant(lab, name, scratch, report):
    with report.proof(f"{lab.name}: mutant {name} is caught") as wrong:
        tests = lab.caught(name)
        ends = states(grade(lab, lab.mutant(name), scratch, name))
        if not any(ends[test]["status"] == "failed" for test in tests):
            wrong += [told(end) for end in ends.values()
                      if end["name"] in tests or end["status"] != "passed"]


def prove_grades(lab, mutants, scratch, report):
    """Reference, starter and mutants, some at a time."""
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        jobs = [pool.submit(prove_reference, lab, scratch, report),
                pool.submit(prove_starter, lab, scratch, report)]
        jobs += [pool.submit(prove_mutant, lab, name, scratch, report)
                 for name in mutants]
        for job in jobs:
            job.result()


def prove_tree(lab, top, report):
    """What is handed out: made here, and left for the handout's commands."""
    with report.proof(f"{lab.name}: the tree builds and boots") as wrong:
        labs.make(lab, top)
        wrong += built(top)
    with report.proof(f"{lab.name}: no answer is in it") as wrong:
        wrong += leaks(lab, top)


def prove_handout(lab, top, report):
    with report.proof(f"{lab.name}: the handout's commands") as wrong:
        replace(top, lab.reference())
        count, failures = handout.run(top)
        wrong += failures
        if not count:
            wrong.append("there are none")


def suite(top, words, names, limit):
    """=> the names of those guest tests that fail"""
    result = subprocess.run(
        [os.path.join(top, "tools", "test"), "--append", words, *names],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.STDOUT, timeout=limit, env=environment())
    ends = [line.split()[1:3] for line in result.stdout.splitlines()
            if line.startswith("[")]
    passed = {name for word, name in ends if word == "ok"}
    return [name for name in names if name not in passed]


def prove_variant(lab, top, report):
    """One CPU: the variant is written for that."""
    if not lab.toml.get("swap"):
        return
    with report.proof(f"{lab.name}: the suite with its variant") as wrong:
        replace(top, lab.reference())
        wrong += built(top, goals=("tests",))
        words = lab.toml.get("boot", "")
        out = subprocess.run(
            [os.path.join(top, "tools", "test"), "--append", words or "run=1",
             "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout
        excepted = [row["name"] for row in lab.toml.get("suite", ())]
        names = [name for name in out.split() if not name.startswith("smp/")]
        wrong += [f"{name} fails" for name in suite(
            top, words, [name for name in names if name not in excepted],
            SUITE)]
        failing = suite(top, words, excepted, SUITE) if excepted else []
        wrong += [f"{name} passes, and is named as one that cannot"
                  for name in excepted if name not in failing]


def prove_lab(lab, scratch, report):
    if len(lab.mutants()) < MUTANTS:
        report.add(f"{lab.name}: mutants", [f"fewer than {MUTANTS}"])
    top = os.path.join(scratch, f"tree-{lab.name}")
    prove_tree(lab, top, report)
    prove_grades(lab, lab.mutants(), scratch, report)
    if os.path.exists(os.path.join(top, "build", "tine.elf")):
        prove_handout(lab, top, report)
        prove_variant(lab, top, report)
    shutil.rmtree(top, ignore_errors=True)


def prove_readme(scratch, report):
    """Its commands, in a copy of the tree, where they add a lab."""
    top = os.path.join(scratch, "readme")
    with report.proof("README: a lab of one's own") as wrong:
        shutil.copytree(
            labs.TREE, top, symlinks=True, ignore=lambda folder, _names:
            (".git", "build") if folder == labs.TREE else ())
        give_objects(top)
        wrong += handout.run(top, os.path.join(
            "tools", "labs", "README.md"))[1]


def prove_others(report):
    for what, command, limit in OTHERS:
        with report.proof(what) as wrong:
            result = subprocess.run(
                [os.path.join(labs.HERE, command)], timeout=limit, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, env=environment())
            if result.returncode != 0:
                wrong += result.stdout.splitlines()[-30:]


def main():
    words = sys.argv[1:]
    quick = "--quick" in words
    names = [word for word in words if word != "--quick"]
    if any(name.startswith("-") for name in names):
        sys.exit(__doc__.strip())
    report = Report()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tine-prove-") as scratch:
        try:
            for lab in map(labs.Lab, names or labs.names()):
                if quick:
                    prove_grades(lab, lab.mutants()[:1], scratch, report)
                else:
                    prove_lab(lab, scratch, report)
        except Wrong as wrong:
            report.add("the labs", [str(wrong)])
        if not names and not quick:
            prove_readme(scratch, report)
            prove_others(report)
    print(f"{report.failed} failed, {time.monotonic() - start:.0f} s")
    return report.failed != 0


if __name__ == "__main__":
    sys.exit(main())
