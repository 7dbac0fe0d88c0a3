"""The scaling part of tools/bench: forkscale on Tine and on Linux, on several
CPUs, by the wall clock.

Each round boots each machine once, one after the other, so that what else this
host does meets all of them; a figure is the median of its rounds. Nothing
fails because of a figure.
"""

import csv
import os
import re
import statistics

import bench_machine as machine
import bench_table as table

ROUNDS = 5
CPUS = (1, 2, 4)        # of the machine
WORKERS = (1, 2, 4)
SYSTEMS = ("Tine", "Linux")
MEMORY = 512            # MiB
WHAT = {
    "forks": "Forks (fork, _exit, wait)",
    "cow": "COW faults (a child writes to all of its parent's 2 MiB)",
    "loop": "A loop without system calls: what this host gives",
}
# What one worker does in about a second.
COUNTS = {"Tine": {"forks": 13000, "cow": 290000, "loop": 300000000},
          "Linux": {"forks": 1400, "cow": 33000, "loop": 300000000}}
# The first operations run slower: QEMU translates what they execute.
WARM_UP = (("forks", 1, 0.2), ("cow", 1, 0.2))
# What, workers, CPUs; how often one worker's rate on one CPU it is to be.
AIMS = (("forks", 2, 2, 1.7), ("cow", 2, 2, 1.7),
        ("forks", 1, 2, 0.9), ("cow", 1, 2, 0.9))
LINE = re.compile(rb"^(\w+),(\d+),(\d+),(\d+)\r?$", re.M)


def measurements(cpus):
    """(what, workers, seconds) of one boot. Where workers share a CPU, each
    does less."""
    real = min(cpus, os.cpu_count() or 1)
    yield from WARM_UP
    for workers in WORKERS:
        for what in WHAT:
            yield what, workers, min(1, real / workers)


def words(system, cpus, seconds):
    """forkscale's arguments. seconds: for each of the measurements."""
    for what, workers, share in measurements(cpus):
        count = int(COUNTS[system][what] * seconds * share)
        yield f"{what},{workers},{max(1, count)}"


def rates(output, cpus):
    """((what, workers), operations a second) for each measurement but the
    warm-up. => nothing, if not all of them are there"""
    found = LINE.findall(output)
    expected = [(what, workers) for what, workers, _ in measurements(cpus)]
    lines = [((what.decode(), int(workers)), int(count) / int(time) * 1e9)
             for what, workers, count, time in found if int(time)]
    if [line for line, _ in lines] != expected or found[-1][0] != b"end":
        return []
    return lines[len(WARM_UP):]


class Run(machine.Run):
    """One boot of one system."""

    limit = 120

    def __init__(self, system, cpus, turn, argv, files, folder):
        super().__init__(f"{system.lower()}-{cpus}-cpus-round-{turn}", argv,
                         files, folder)
        self.system, self.cpus = system, cpus

    def figures(self):
        if not os.path.exists(self.output):
            return []
        return rates(machine.read(self.output), self.cpus)

    def complete(self):
        return bool(self.figures())


def rounds(places, linux, seconds, folder):
    """Lists of runs. places: of the tree, the kernel, its initrd; linux: its
    kernel, or None."""
    tree, kernel, initrd = places
    program = machine.build(tree, folder, "forkscale")
    for turn in range(1, ROUNDS + 1):
        runs = []
        for cpus in CPUS:
            argv = [os.path.join(tree, "tools", "run"), "--timeout",
                    str(Run.limit), "--mem", str(MEMORY), "--smp", str(cpus),
                    "--kernel", kernel, "--initrd", initrd,
                    "--add", f"{program}:/forkscale", "--", "/forkscale",
                    *words("Tine", cpus, seconds)]
            runs.append(Run("Tine", cpus, turn, argv,
                            [kernel, initrd, program], folder))
            if linux:
                flags = ["-accel", "tcg,thread=multi", *machine.FLAGS,
                         "-smp", str(cpus), "-m", str(MEMORY)]
                argv = machine.linux_argv(
                    flags, words("Linux", cpus, seconds), program, linux,
                    folder)
                runs.append(Run("Linux", cpus, turn, argv, [linux, program],
                                folder))
        yield runs


def gather(runs):
    """{(system, what, CPUs, workers): the rates of its rounds, ascending}"""
    found = {}
    for run in runs:
        for (what, workers), rate in run.figures():
            key = run.system, what, run.cpus, workers
            found.setdefault(key, []).append(rate)
    return {key: sorted(values) for key, values in found.items()}


# ---- what is shown ----

def rate(figures, *key):
    return statistics.median(figures[key]) if key in figures else None


def times(figures, *key):
    """How often one worker's rate on one CPU?"""
    value, one = rate(figures, *key), rate(figures, *key[:2], 1, 1)
    return value / one if value and one else None


def in_short(value):
    return table.short(None if value is None else round(value))


def in_times(value):
    return "-" if value is None else f"{value:.2f}"


def several(number, noun):
    return f"{number} {noun}" + "s" * (number > 1)


def cells(figures, what, cpus, workers):
    row = [f"{several(workers, 'worker')}, {several(cpus, 'CPU')}"]
    for system in SYSTEMS:
        key = system, what, cpus, workers
        row += [in_short(rate(figures, *key)), in_times(times(figures, *key))]
    return row + [table.ratio(*(rate(figures, system, what, cpus, workers)
                                for system in SYSTEMS))]


def sections(figures):
    """(title, rows) for each thing that is measured."""
    for what, title in WHAT.items():
        yield title, [cells(figures, what, cpus, workers)
                      for cpus in CPUS for workers in WORKERS]


def aims(figures):
    for what, workers, cpus, aim in AIMS:
        value = times(figures, "Tine", what, cpus, workers)
        name = WHAT[what].split(" (", maxsplit=1)[0]
        yield [f"{name}: {several(workers, 'worker')} on "
               f"{several(cpus, 'CPU')}", in_times(value), f"{aim:.2f}",
               "-" if value is None else "met" if value >= aim else "not met"]


HEAD = ["Tine", "times", "Linux", "times", "Tine/Linux"]
AIMS_HEAD = ["Tine, aims", "times", "aim", ""]


def text(figures):
    """The tables for a terminal."""
    rows = [["a second, wall clock", *HEAD]]
    for title, lines in sections(figures):
        rows += [[""], [title], *lines]
    return "\n".join([*table.laid_out(rows, "  "), "",
                      *table.laid_out([AIMS_HEAD, *aims(figures)], "  ")])


def remarks(figures):
    """What to know before one believes the tables."""
    yield ("A figure is the median of the rounds; `times`, what it is of one "
           "worker's on one CPU.")
    widest = max(((values[-1] - values[0]) / statistics.median(values)
                  for values in figures.values()), default=0)
    rounds_of = {len(values) for values in figures.values()}
    yield (f"Rounds: {', '.join(map(str, sorted(rounds_of))) or 'none'}. "
           "Between the lowest and the highest of a figure lie up to "
           f"{100 * widest:.0f}% of it.")
    have = os.cpu_count() or 1
    more = [cpus for cpus in CPUS if cpus > have]
    if more:
        yield (f"This host has {several(have, 'processor')}: machines with "
               f"{' or '.join(map(str, more))} CPUs must share them.")


def markdown(figures):
    """The same as text, for results.md."""
    yield table.markdown([AIMS_HEAD, *aims(figures)])
    for title, rows in sections(figures):
        yield f"### {title}\n"
        yield table.markdown([["a second", *HEAD], *rows])


def readme_table(figures):
    """What of it concerns the aims."""
    pairs = ((1, 1), (1, 2), (2, 2))
    rows = [["a second", *(f"{several(workers, 'worker')}, "
                           f"{several(cpus, 'CPU')}"
                           for workers, cpus in pairs)]]
    for what, name in (("forks", "forks"), ("cow", "COW faults")):
        for system in SYSTEMS:
            rows.append([f"{name}, {system}", in_short(
                rate(figures, system, what, 1, 1))] + [
                f"x {in_times(times(figures, system, what, cpus, workers))}"
                for workers, cpus in pairs[1:]])
    return table.markdown(rows)


def write_csv(path, figures):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["system", "what", "cpus", "workers", "median", "lowest",
                      "highest", "rounds"])
        for key in sorted(figures):
            values = figures[key]
            out.writerow([*key, *(round(value) for value in (
                statistics.median(values), values[0], values[-1])),
                len(values)])
