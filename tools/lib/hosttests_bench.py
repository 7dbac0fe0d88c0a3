"""tools/bench: its programs on Tine and on this Linux, and what it writes."""

import re
import shutil
import xml.etree.ElementTree

import bench_growth
import bench_machine
import bench_plot
import bench_scale
import bench_table
from guesttests import NATIVE
from host import Failure, test

QUICK = ("calls", "threads", "pages")


def names(result):
    found = re.findall(rb"^bench (\w+) (\d+)$", result.out, re.M)
    if not found or found[-1] != (b"end", b"0"):
        result.fail("it did not come to its end")
    return [name for name, _ in found]


OURS = {b"spawn_call_wait"}     # Linux has no such call
# What user/demos/README.md says of fork's relatives, in its order; of threads,
# it is forkbench that measures.
TOLD = (b"relatives_fork", b"relatives_vfork", None, b"spawn_nothing",
        b"posix_spawn", b"creprc", b"nt_create", b"reexec", b"rfork_copy",
        b"rfork_memory", b"rfork_memory_first", b"sproc", b"rfork_thread",
        b"clone_pidfd")


@test
def bench_repeats(host):
    """The same figures in two runs; natively, the same names but for OURS."""
    if not NATIVE or not shutil.which("musl-gcc"):
        return "skipped: no x86-64 Linux with musl-gcc here"
    program = bench_machine.build(host.tree, host.new_directory())
    words = ["--icount", "--add", f"{program}:/forkbench", "--",
             "/forkbench", *QUICK]
    first, second = (host.tine(*words).expect(0, err=b"") for _ in range(2))
    native = host.command([program, *QUICK]).expect(0, err=b"")
    if first.out != second.out:
        second.fail(f"first {first.out!r}, then {second.out!r}")
    if [name for name in names(first) if name not in OURS] != names(native):
        native.fail("other names than on Tine")
    known = {name.encode() for name, _, _ in bench_table.OPERATIONS}
    unknown = set(names(first)) - known - {b"end"}
    if unknown:
        first.fail(f"bench_table.py does not know {unknown}")
    return f"{len(names(first)) - 1} figures"


def check_told(host, result):
    """What README says they cost is so, to within 5 %."""
    told = re.findall(rb"\((\d+\.\d) k /",
                      host.read("user", "demos", "README.md"))
    found = dict(re.findall(rb"^bench (\w+) (\d+)$", result.out, re.M))
    if len(told) != len(TOLD):
        raise Failure(f"user/demos/README.md has {len(told)} costs")
    wrong = [f"{name.decode()}: {int(found[name]):,}, but {cost.decode()} k "
             "in user/demos/README.md" for name, cost in zip(TOLD, told)
             if name and abs(int(found[name]) / 1000 / float(cost) - 1) > 0.05]
    if wrong:
        raise Failure("other costs than are told", wrong)


@test
def bench_relatives_repeat(host):
    """relatives: the same figures in two runs, and in README; natively, the
    same names, but for the call that only Tine has."""
    if not NATIVE:
        return "skipped: no x86-64 Linux here"
    program = host.path("build", "user", "bench", "relatives")
    words = ["--icount", "--add", f"{program}:/relatives", "--", "/relatives"]
    first, second = (host.tine(*words).expect(0, err=b"") for _ in range(2))
    native = host.command([program]).expect(0, err=b"")
    if first.out != second.out:
        second.fail(f"first {first.out!r}, then {second.out!r}")
    here = set(names(first)) - {b"mshare_mib"}
    if not here <= set(names(native)):
        native.fail("other names than on Tine")
    known = {name.encode() for name, _, _ in bench_table.OPERATIONS}
    unknown = set(names(first)) - known - {b"end"}
    if unknown:
        first.fail(f"operations.txt does not know {unknown}")
    check_told(host, first)
    return f"{len(names(first)) - 1} figures"


@test
def bench_growth_repeats(host):
    """growth up to 100 of each kind: the same figures in two runs, natively
    the same names, and all that its tables ask for."""
    if not NATIVE or not shutil.which("musl-gcc"):
        return "skipped: no x86-64 Linux with musl-gcc here"
    folder = host.new_directory()
    program = bench_machine.build(host.tree, folder, "growth")
    words = ["--icount", "--add", f"{program}:/growth", "--", "/growth", "100"]
    first, second = (host.tine(*words).expect(0, err=b"") for _ in range(2))
    native = host.command([program, "100"], cwd=folder).expect(0, err=b"")
    if first.out != second.out:
        second.fail(f"first {first.out!r}, then {second.out!r}")
    expected = {f"{name.rstrip('/')}_{size}".encode() for _, _, rows in
                bench_growth.GROUPS for name, _, _ in rows
                for size in (10, 100)}
    for run in (first, native):
        if set(names(run)) != expected | {b"end"}:
            run.fail(f"{expected ^ set(names(run))}")
    return f"{len(expected)} figures"


@test
def bench_growth_tables(_host):
    """What grows faster than Linux's, or is above its ceiling, is marked; the
    tables need neither Linux nor all sizes."""
    def grown(steps):
        return {f"{name.rstrip('/')}_{size}": 1000 + step * size
                for (name, step), sizes in steps.items() for size in sizes}
    sizes = (10, 100, 1000, 10000)
    flat, slow, fast = (grown({("mmap", step): sizes}) for step in (0, 1, 2))
    for tine, linux, expected in ((flat, flat, ""), (slow, fast, ""),
                                  (fast, slow, "faster"),
                                  (slow, {name: 9000 + ticks for name, ticks
                                          in fast.items()}, "steeper")):
        figures = {"Tine": tine, "Linux": linux}
        if bench_growth.verdict(figures, "mmap", sizes) != expected:
            raise Failure(f"not {expected}", [str(figures)])
    if "faster, over 6,000 at 10,000" not in bench_growth.text(
            {"Tine": fast, "Linux": slow}):
        raise Failure("neither growth nor a ceiling is marked")
    every = grown({(name, 9e6): group_sizes for _, group_sizes, rows in
                   bench_growth.GROUPS for name, _, _ in rows})
    full = {"Tine": every, "Linux": every}
    for figures in (full, {"Tine": fast}, {"Tine": {}}):
        text = bench_growth.readme_table(figures)
        wide = [line for line in text.splitlines() if len(line) > 80]
        if wide or not bench_growth.text(figures):
            raise Failure("wider than 80 columns, or nothing", wide)


@test
def bench_tables(_host):
    """README's tables fit a terminal, and a plot is XML, whatever the
    figures."""
    figures = {column: {name: 123456 * 7 ** at for name, _, _ in
                        bench_table.OPERATIONS}
               for at, column in enumerate(bench_table.COLUMNS)}
    text = bench_table.words_table(figures) + bench_table.readme_table(
        figures, bench_table.PUT_OFF, ("tree", "page", "linux"), "put off")
    wide = [line for line in text.splitlines() if len(line) > 80]
    if wide:
        raise Failure("wider than 80 columns", wide)
    del figures["linux"]
    if "fork=eager" not in bench_table.text(figures, list(figures)):
        raise Failure("no table without Linux")
    curves = [(column, "a < b", [(1, 10), (4, 10 + 90 * at)])
              for at, column in enumerate(bench_table.COLUMNS)]
    svg = bench_plot.Plot("t", "x", "y", [(1, "1"), (4, "4")], curves).svg()
    xml.etree.ElementTree.fromstring(svg)


@test
def bench_scale_runs(host):
    """forkscale on two CPUs, counted and timed, and natively: each line that
    tools/bench waits for. What it took in so short a time means nothing, but
    a fork is more than a thousand instructions of the kernel."""
    if not NATIVE or not shutil.which("musl-gcc"):
        return "skipped: no x86-64 Linux with musl-gcc here"
    places = [host.path(), *map(host.path, ("build/tine.elf",
                                            "build/initrd.cpio"))]
    folder = host.new_directory()
    program = bench_machine.build(host.tree, folder, "forkscale")
    pairs = bench_scale.TIMED
    words = list(bench_scale.words("Linux", pairs, 2, 0.005))
    native = host.command([program, *words]).expect(0, err=b"")
    if not bench_scale.lines(native.out, pairs, 2):
        native.fail("lines are missing, or others than expected")
    if bench_scale.lines(native.out.replace(b"end,0", b""), pairs, 2):
        raise Failure("a run without its end counts")
    runs = [next(bench_scale.counted(places, None, 0.02, folder)),
            bench_scale.boot(bench_scale.Timed, "Tine", 2, 0.005, program,
                             places, None, folder, [])]
    bench_machine.run_all(runs, lambda run: None)
    for run in runs:
        if not run.complete() or min(run.figures().values()) <= 0:
            raise Failure("not complete", [run.output])
    if not 1000 < runs[0].figures()["forks", 1] < 100000:
        raise Failure("instructions of a fork", [str(runs[0].figures())])
    return f"{sum(len(run.figures()) for run in runs)} figures"


@test
def bench_scale_tables(_host):
    """They fit a terminal, and need neither Linux nor all figures; who gets as
    much of two CPUs as the control does gets twice as much."""
    timed = {(system, what, *pair): [10, 12]
             for system in bench_scale.SYSTEMS for pair in bench_scale.TIMED
             for what in (*bench_scale.WHAT, bench_scale.CONTROL)}
    if bench_scale.times(timed, "Tine", "cow", 2, 2) != [2, 2]:
        raise Failure("workers are not counted")
    verdicts = [line[-1] for line in bench_scale.aims(timed)]
    if verdicts != ["met"] * 4:
        raise Failure("verdicts on the aims", verdicts)
    counted = {(system, what, *pair): [9000.4]
               for system in bench_scale.SYSTEMS for what in bench_scale.WHAT
               for pair in bench_scale.COUNTED}
    full = counted, timed
    some = [{key: found[key] for key in found if key[0] != "Linux"
             and key[2:] != (2, 2)} for found in full]
    for given in (full, some, ({}, {})):
        text = "\n".join([bench_scale.text(given),
                          *bench_scale.markdown(given)])
        wide = [line for line in text.splitlines() if len(line) > 80]
        if wide or not list(bench_scale.remarks(given)):
            raise Failure("wider than 80 columns, or no remark", wide)
