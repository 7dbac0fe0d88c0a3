"""The growth part of tools/bench: what an operation costs among n others, on
Tine and on Linux, counted in instructions (user/bench/growth.c).

A row grows faster than Linux's if its last figure is more than a tenth above
its first, and the step between the two is higher than Linux's. If that step is
lower, but a tenth more in proportion to the first figure, the row is steeper:
Linux began higher.
"""

import csv

import bench_machine as machine
import bench_table as table

MEMORY = 1024           # MiB
TOLERANCE = 1.1
SYSTEMS = ("Tine", "Linux")


def read_groups():
    """(of what there are n, sizes, rows: name, what it is, {n: ceiling})"""
    for head, rows in table.read_table("growth.txt"):
        title, sizes = head.split(" | ")
        yield title, tuple(map(int, sizes.split())), [
            (name.removeprefix("* "), what, {
                int(size): int(most) for size, most in
                (ceiling.split(": ") for ceiling in ceilings)})
            for name, what, *ceilings in rows]


GROUPS = tuple(read_groups())
IN_README = [row[0][2:] for _, rows in table.read_table("growth.txt")
             for row in rows if row[0].startswith("* ")]


def runs(places, linux, folder):
    """One of each system. places: of the tree, the kernel and its initrd;
    linux: its kernel, or None."""
    program = machine.build(places[0], folder, "growth")
    yield machine.tine("tree", [], program, places, folder, MEMORY, "growth-")
    if linux:
        yield machine.on_linux([], program, linux, folder, MEMORY, "growth-")


def gather(made):
    """{system: {name: instructions}}"""
    return {system: run.figures() for system, run in zip(SYSTEMS, made)}


def value(figures, system, name, size):
    found = figures.get(system, {}).get(f"{name.rstrip('/')}_{size}")
    return found / size if found and name.endswith("/") else found


def ends(figures, name, sizes):
    """{system: its figures at the first and the last size which all have}"""
    common = [size for size in sizes if all(
        value(figures, system, name, size) is not None for system in figures)]
    return {system: [value(figures, system, name, size)
                     for size in (common[0], common[-1])]
            for system in figures if len(common) > 1}


def verdict(figures, name, sizes):
    """How the row grows beside Linux's. => "" if no faster"""
    found = ends(figures, name, sizes)
    if len(found) < len(SYSTEMS):
        return ""
    (first, last), (first_linux, last_linux) = (
        found[system] for system in SYSTEMS)
    if last <= TOLERANCE * first:
        return ""
    if last - first > last_linux - first_linux:
        return "faster"
    steep = last / first > TOLERANCE * last_linux / first_linux
    return "steeper" if steep else ""


def over(figures, name, ceilings):
    """The ceilings that are broken, as words."""
    for size, ceiling in ceilings.items():
        found = value(figures, "Tine", name, size)
        if found is not None and found > ceiling:
            yield f"over {ceiling:,} at {size:,}"


def in_short(number):
    return table.short(None if number is None else round(number))


def rows(figures, row, sizes):
    """What is measured, and a line for each system."""
    name, what, ceilings = row
    found = ends(figures, name, sizes)
    for system in SYSTEMS:
        if system not in figures:
            continue
        first, last = found.get(system, (0, 0))
        tine = system == "Tine"
        remark = [verdict(figures, name, sizes),
                  *over(figures, name, ceilings)] if tine else []
        yield [what if tine else "", system,
               *(in_short(value(figures, system, name, size))
                 for size in sizes),
               f"x {table.ratio(last, first)}" if first else "-",
               ", ".join(filter(None, remark))]


def tables(figures):
    """(title, rows) of each group, the heading first."""
    for title, sizes, group in GROUPS:
        head = ["instructions", "", *(f"{size:,}" for size in sizes),
                "growth", ""]
        yield f"Among n {title}", [head, *(line for row in group
                              for line in rows(figures, row, sizes))]


def text(figures):
    """The tables for a terminal."""
    lines = [[line] if isinstance(line, str) else line
             for title, table_rows in tables(figures)
             for line in ("", title, *table_rows)]
    widest = max(map(len, lines))
    return "\n".join(table.laid_out(
        [line if len(line) == 1 else
         [*line[:-2], *[""] * (widest - len(line)), *line[-2:]]
         for line in lines], "  "))


def markdown(figures):
    """The same for results.md."""
    for title, table_rows in tables(figures):
        yield f"### {title}\n"
        yield table.markdown(table_rows)


def remarks(figures):
    """How to read the last columns, and what stands in them."""
    found = [verdict(figures, name, sizes)
             for _, sizes, group in GROUPS for name, _, _ in group]
    broken = sum(len(list(over(figures, name, ceilings)))
                 for _, _, group in GROUPS for name, _, ceilings in group)
    yield ("`growth` is the last figure by the first. `faster`: the step "
           "between these two is higher than Linux's, and above a tenth of "
           "the first; `steeper`: it is lower, but higher in proportion to a "
           "first figure that is lower, too.")
    if "Linux" in figures:
        yield (f"Of {len(found)} rows {found.count('faster')} grow faster "
               f"than Linux's, {found.count('steeper')} are steeper; "
               f"{broken} figures are above their ceilings.")


def readme_table(figures):
    """Some rows: the first and the last figure of each."""
    lines = [["instructions", "n", "Tine, n = 10", "n", "Linux, n = 10", "n"]]
    for title, sizes, group in GROUPS:
        for name, what, _ in group:
            found = ends(figures, name, sizes)
            if name in IN_README and len(found) == len(SYSTEMS):
                last = max(size for size in sizes if all(
                    value(figures, system, name, size) is not None
                    for system in SYSTEMS))
                lines.append([what, f"{last:,} {title}", *(
                    in_short(number) for system in SYSTEMS
                    for number in found[system])])
    return table.markdown(lines)


def write_csv(path, figures):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["name", "n", *SYSTEMS])
        for _, sizes, group in GROUPS:
            for name, _, _ in group:
                if not name.endswith("/"):
                    out.writerows(
                        [name, size, *(value(figures, system, name, size)
                                       for system in SYSTEMS)]
                        for size in sizes)
