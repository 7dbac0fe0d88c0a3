"""The scaling part of tools/bench: forkscale on Tine and on Linux, on several
CPUs.

First a plugin of QEMU counts the kernel's instructions, while workers run at
once. Then each of some rounds boots each machine, and takes the CPU time of
QEMU itself for each measurement: beside that of the control, it says what one
gets of more workers and CPUs, whatever else the host does. A figure is the
median of the rounds. Nothing fails because of a figure.
"""

import contextlib
import csv
import os
import re
import statistics
import subprocess
import threading

import bench_machine as machine
import bench_table as table

ROUNDS = 5
SYSTEMS = ("Tine", "Linux")
COUNTED = ((1, 1), (1, 2), (2, 2), (4, 4))      # workers, CPUs
TIMED = ((1, 1), (1, 2), (2, 2))
MEMORY = 512            # MiB
WHAT = {"forks": "fork + _exit + wait", "cow": "COW fault"}
CONTROL = "walk"
# What one worker does in about a second.
COUNTS = {"Tine": {"forks": 13000, "cow": 290000, "walk": 4000000},
          "Linux": {"forks": 1400, "cow": 33000, "walk": 4000000}}
# The first operations run slower: QEMU translates what they execute.
WARM_UP = (("forks", 1, 0.2), ("cow", 1, 0.2), ("walk", 1, 0.2))
# What, workers, CPUs; how often one worker on one CPU it is to be.
AIMS = (("forks", 2, 2, 1.7), ("cow", 2, 2, 1.7),
        ("forks", 1, 2, 0.9), ("cow", 1, 2, 0.9))
LINE = re.compile(rb"^(\w+),(\d+),(\d+),\d+\r?(?:,(\d+))?$", re.M)
PLUGIN = os.path.join("tools", "lib", "scale_plugin.c")


def measurements(pairs, cpus):
    """(what, workers, share of the seconds) of one boot."""
    yield from WARM_UP
    for workers, on in pairs:
        if on == cpus:
            for what in (*WHAT, CONTROL):
                yield what, workers, 1


def words(system, pairs, cpus, seconds):
    """forkscale's arguments. seconds: for each of the measurements."""
    for what, workers, share in measurements(pairs, cpus):
        count = int(COUNTS[system][what] * seconds * share)
        yield f"{what},{workers},{max(1, count)}"


def lines(output, pairs, cpus):
    """((what, workers), operations, QEMU's CPU time so far or None) of each
    measurement. => nothing, if not all of them are there"""
    found = [((what.decode(), int(workers)), int(count), time and int(time))
             for what, workers, count, time in LINE.findall(output)]
    expected = [(what, workers)
                for what, workers, _ in measurements(pairs, cpus)]
    if [line[0] for line in found] != [*expected, ("end", 0)]:
        return []
    return found[:-1]


def cpu_time(pid):
    """What the QEMU that is this process, or below it, has run, in ns."""
    total = 0
    with contextlib.suppress(OSError):
        qemu = machine.read(f"/proc/{pid}/comm").startswith(b"qemu")
        for task in os.listdir(f"/proc/{pid}/task"):
            base = f"/proc/{pid}/task/{task}"
            if qemu:
                total += int(machine.read(f"{base}/schedstat").split()[0])
            else:
                total += sum(cpu_time(int(child)) for child in
                             machine.read(f"{base}/children").split())
    return total


class Counted(machine.Run):
    """One boot with the plugin."""

    limit = 300
    pairs = COUNTED

    def __init__(self, system, cpus, argv, files, folder, kind):
        super().__init__(f"{system.lower()}-{cpus}", argv, files, folder, kind)
        self.system, self.cpus = system, cpus

    def lines(self):
        if not os.path.exists(self.output):
            return []
        return lines(machine.read(self.output), self.pairs, self.cpus)

    def counts(self):
        """What the plugin wrote: the kernel's instructions."""
        path = self.base + "counts"
        if not os.path.exists(path):
            return []
        return [int(line.split()[0])
                for line in machine.read(path).decode().splitlines()]

    def figures(self):
        """{(what, workers): instructions of the kernel an operation}"""
        found, counts = self.lines(), self.counts()
        if len(found) != len(counts):
            return {}
        return {key: kernel / count for (key, count, _), kernel in
                list(zip(found, counts))[len(WARM_UP):]}

    def complete(self):
        return bool(self.figures())


class Timed(Counted):
    """One boot of one round; the time is put behind each line that comes."""

    limit = 120
    pairs = TIMED
    sink = subprocess.PIPE

    def start(self):
        super().start()
        self.reader = threading.Thread(target=self.keep)
        self.reader.start()

    def keep(self):
        with open(self.output, "ab") as file:
            for line in self.process.stdout:
                time = cpu_time(self.process.pid)
                file.write(line.rstrip() + b",%d\n" % time)

    def stop(self):
        super().stop()
        self.reader.join()

    def figures(self):
        """{(what, workers): CPU time of an operation}"""
        found = self.lines()
        return {key: (time - before[2]) / count for before, (key, count, time)
                in list(zip(found, found[1:]))[len(WARM_UP) - 1:]}


def boot(kind, system, cpus, seconds, program, places, linux, folder, more):
    """A run of this kind. more: words for QEMU"""
    tree, kernel, initrd = places
    name = kind.__name__.lower() + "-"
    arguments = list(words(system, kind.pairs, cpus, seconds))
    if system == "Tine":
        argv = [os.path.join(tree, "tools", "run"), "--timeout",
                str(kind.limit), "--mem", str(MEMORY), "--smp", str(cpus),
                "--qemu", " ".join(more), "--kernel", kernel,
                "--initrd", initrd, "--add", f"{program}:/forkscale", "--",
                "/forkscale", *arguments]
        return kind(system, cpus, argv, [kernel, initrd, program], folder,
                    name)
    flags = ["-accel", "tcg,thread=multi", *machine.FLAGS, "-smp", str(cpus),
             "-m", str(MEMORY), *more]
    argv = machine.linux_argv(flags, arguments, program, linux, folder,
                              ["idle=halt"])
    return kind(system, cpus, argv, [linux, program], folder, name)


def counted(places, linux, seconds, folder):
    """The runs that count. places: of the tree, the kernel, its initrd; linux:
    its kernel, or None."""
    program = machine.build(places[0], folder, "forkscale")
    plugin = os.path.join(folder, "plugin.so")
    machine.output_of(["cc", "-std=gnu11", "-O2", "-shared", "-fPIC",
                       "-fvisibility=hidden", "-o", plugin,
                       os.path.join(places[0], PLUGIN)])
    for system in SYSTEMS[:2 if linux else 1]:
        for cpus in sorted({cpus for _, cpus in COUNTED}):
            out = os.path.join(folder,
                               f"counted-{system.lower()}-{cpus}-counts")
            yield boot(Counted, system, cpus, seconds / 4, program, places,
                       linux, folder, ["-plugin", f"file={plugin},out={out}"])


def rounds(places, linux, seconds, folder):
    """Lists of the runs that are timed."""
    program = machine.build(places[0], folder, "forkscale")
    for turn in range(1, ROUNDS + 1):
        scratch = os.path.join(folder, f"round-{turn}")
        os.makedirs(scratch, exist_ok=True)
        yield [boot(Timed, system, cpus, seconds, program, places, linux,
                    scratch, [])
               for cpus in sorted({cpus for _, cpus in TIMED})
               for system in SYSTEMS[:2 if linux else 1]]


def gather(runs):
    """{(system, what, workers, CPUs): the figures of its runs}"""
    found = {}
    for run in runs:
        for (what, workers), value in run.figures().items():
            key = run.system, what, workers, run.cpus
            found.setdefault(key, []).append(value)
    return found


# ---- what is shown ----

def times(timed, system, what, workers, cpus):
    """How many single workers on one CPU is that, beside the control, in each
    round?"""
    keys = [(system, name, *pair) for name in (what, CONTROL)
            for pair in ((1, 1), (workers, cpus))]
    if not all(key in timed for key in keys):
        return []
    return [workers * (one / many) / (control_one / control_many)
            for one, many, control_one, control_many
            in zip(*(timed[key] for key in keys)) if many and control_one]


def in_times(values):
    return f"x {statistics.median(values):.2f}" if values else "-"


def several(number, noun):
    return f"{number} {noun}" + "s" * (number > 1)


def aims(timed):
    for what, workers, cpus, aim in AIMS:
        values = times(timed, "Tine", what, workers, cpus)
        yield [f"{WHAT[what]}: {several(workers, 'worker')} on "
               f"{several(cpus, 'CPU')}", in_times(values), f"x {aim:.2f}",
               "-" if not values else "met"
               if statistics.median(values) >= aim else "not met"]


def rows(figures):
    """The one table. figures: what was counted, and what was timed"""
    count, timed = figures
    yield ["workers on CPUs", *(f"{workers} on {cpus}"
                                for workers, cpus in COUNTED)]
    for what, title in WHAT.items():
        for system in SYSTEMS:
            found = [count.get((system, what, *pair)) for pair in COUNTED]
            yield [f"{title}, {system}: instructions",
                   *(table.short(round(values[0])) if values else "-"
                     for values in found)]
    for what, title in WHAT.items():
        for system in SYSTEMS:
            yield [f"{title}, {system}: by CPU time",
                   *(in_times(times(timed, system, what, *pair))
                     for pair in COUNTED)]


AIMS_HEAD = ["Tine, aims by CPU time", "", "aim", ""]


def text(figures):
    """The tables for a terminal."""
    return "\n".join([*table.laid_out(list(rows(figures)), "  "), "",
                      *table.laid_out([AIMS_HEAD, *aims(figures[1])], "  ")])


def remarks(figures):
    """What to know before one believes the table."""
    yield ("Instructions: the kernel's, on all CPUs, an operation. By CPU "
           "time: how many single workers on one CPU that is, where a "
           "control without system calls, which misses the TLB all the time, "
           "would be all its workers. A figure is the median of the rounds.")
    spread = [(max(values) - min(values)) / statistics.median(values)
              for system in SYSTEMS for what in WHAT for pair in TIMED
              for values in [times(figures[1], system, what, *pair)] if values]
    yield (f"Between the lowest and the highest of a figure lie up to "
           f"{100 * max(spread, default=0):.0f}% of it. Timer interrupts are "
           "among the instructions: more of them, where the host is slower.")
    have = os.cpu_count() or 1
    if have < max(cpus for _, cpus in COUNTED):
        yield (f"This host has {several(have, 'processor')}: who waits for a "
               "lock may wait for one that does not run.")


def markdown(figures):
    """The same as text."""
    yield table.markdown(list(rows(figures)))
    yield table.markdown([AIMS_HEAD, *aims(figures[1])])


def write_csv(path, figures):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["system", "what", "workers", "cpus", "kernel",
                      "cpu_ns"])
        for key in sorted({*figures[0], *figures[1]}):
            out.writerow([*key, *(
                round(statistics.median(found[key])) if key in found else ""
                for found in figures)])
