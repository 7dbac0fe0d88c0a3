"""The kernel without its optional files (tools/optional.txt)."""

import os
import re
import shutil
import sys

import guesttests
import optional
from host import Failure, own_make, test

# What a kernel must do that is left with none of them.
CORE = (
    "fork_generations", "fork_memory", "fork_snapshot", "fork_actions",
    "vfork_memory", "exec_args", "exec_image", "exec_regs", "bad_elf",
    "wait_status", "pipeline", "pipe_full", "signal_default", "brk",
    "stack", "traps", "preempt", "tsc", "regs_syscall", "regs_fpu")
SAMPLE = ("names", "procfs")     # beside all at once; each in turn with --all
LIMIT = 240     # seconds for a boot


class BareBoot(guesttests.Boot):
    """There may be no /proc/tine/check, so only what programs see counts."""

    def judge(self):
        guesttests.judge(self.current, self.seen, self.host, self.results,
                         checked=False)


class Copy:
    """A copy of the tree, to be built in; programs are the tree's own."""

    def __init__(self, host):
        self.host = host
        self.top = host.new_directory()
        self.kernel = os.path.join(self.top, "build", "tine.elf")
        for name in ("Makefile", "boot", "kernel", "lib", "tools",
                     os.path.join("build", "k"), os.path.join("build", "flags")):
            copy = shutil.copytree if os.path.isdir(host.path(name)) \
                else shutil.copy2
            os.makedirs(os.path.dirname(os.path.join(self.top, name)),
                        exist_ok=True)
            copy(host.path(name), os.path.join(self.top, name))

    def build(self, paths):
        """Without these files: it only links, as all objects are there."""
        for path in paths:
            os.remove(os.path.join(self.top, path))
        result = self.host.command(
            ["make", "-C", self.top, "WERROR=1", "build/tine.elf"],
            env=own_make(), limit=140).expect(0)
        for path in paths:
            shutil.copy2(self.host.path(path), os.path.join(self.top, path))
        if result.err:
            result.fail("it does not build in silence")

    def run(self, tests):
        """=> what is wrong, as lines"""
        failures = guesttests.Results(LIMIT)
        guesttests.run_batch(self.host, tests, "--kernel " + self.kernel,
                             failures, BareBoot)
        ended = failures.passed + failures.failed
        if ended != len(tests):
            failures.found.append(f"{ended} tests ended")
        return failures.found


@test
def optional_files(host):
    """Without any part, and without all of them, the core's tests pass."""
    parts = optional.parts(host.tree)
    every = sorted({path for paths in parts.values() for path in paths})
    names = [name for name in parts if name in SAMPLE or "--all" in sys.argv]
    tests = [guesttests.Test(host.tree, name) for name in CORE]
    copy = Copy(host)
    wrong = []
    for name, paths in [("all", every)] + [(n, parts[n]) for n in names]:
        copy.build(optional.without(host.tree, paths))
        wrong += [f"without {name}: {line}" for line in copy.run(tests)]
    if wrong:
        raise Failure(f"{len(wrong)} lines of complaint", wrong)
    return f"all of {len(parts)} parts, and {len(names)} alone"


@test
def reading_path(host):
    """README's path through the core: files that stay, of so many lines."""
    rows = re.findall(r"^\| \w* \| `([\w/.]+)` \| (\d+) \|",
                      host.read("README.md").decode(), re.M)
    gone = {path for paths in optional.parts(host.tree).values()
            for path in paths}
    wrong = [f"{path}: {lines} lines" for path, lines in rows if path in gone
             or abs(host.read(path).count(b"\n") - int(lines)) > 20]
    if wrong or len(rows) < 10:
        raise Failure("it leads elsewhere", wrong)
