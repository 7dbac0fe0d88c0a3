"""tools/bench: its program on Tine and on this Linux, and what it writes."""

import re
import shutil
import xml.etree.ElementTree

import bench_machine
import bench_plot
import bench_table
from guesttests import NATIVE
from host import Failure, test

QUICK = ("calls", "pages")


def names(result):
    found = re.findall(rb"^bench (\w+) (\d+)$", result.out, re.M)
    if not found or found[-1] != (b"end", b"0"):
        result.fail("it did not come to its end")
    return [name for name, _ in found]


@test
def bench_repeats(host):
    """The same figures in two runs; natively, the same names."""
    if not NATIVE or not shutil.which("musl-gcc"):
        return "skipped: no x86-64 Linux with musl-gcc here"
    program = bench_machine.build(host.tree, host.new_directory())
    words = ["--icount", "--add", f"{program}:/forkbench", "--",
             "/forkbench", *QUICK]
    first, second = (host.tine(*words).expect(0, err=b"") for _ in range(2))
    native = host.command([program, *QUICK]).expect(0, err=b"")
    if first.out != second.out:
        second.fail(f"first {first.out!r}, then {second.out!r}")
    if names(first) != names(native):
        native.fail("other names than on Tine")
    known = {name.encode() for name, _, _ in bench_table.OPERATIONS}
    unknown = set(names(first)) - known - {b"end"}
    if unknown:
        first.fail(f"bench_table.py does not know {unknown}")
    return f"{len(names(first)) - 1} figures"


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
