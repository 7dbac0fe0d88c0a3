"""What tools/bench shows: the operations, their budgets, and the tables.

Figures come as {column: {name: instructions}}; what is not there is a dash.
"""

import csv
import os

from host import TREE

COLUMNS = ("tree", "table", "page", "eager", "linux")
WORDS = (("eager", "nothing", "Unix V6, xv6"),
         ("page", "the pages", "System V R4, Linux"),
         ("table", "the last-level tables", "on-demand-fork"),
         ("tree", "all below the root", "(the default)"))
SIZES = (1, 4, 16, 64, 256, 1024)   # MiB
WRITTEN = tuple(4 ** power for power in range(8))   # of the 16,384 in 64 MiB


def mib(size):
    return "1 GiB" if size == 1024 else f"{size} MiB"


def read_table(name):
    """=> [(head, [the cells of a row])] of a file in user/bench"""
    with open(os.path.join(TREE, "user", "bench", name)) as file:
        for part in file.read().rstrip("\n").split("\n== ")[1:]:
            head, *rows = part.rstrip("\n").split("\n")
            yield head, [row.split(" | ") for row in rows]


# (title, [(name, what it is, budget of fork=tree)]); no budget: None
SECTIONS = [(title, [(name, what, int(budget[0]) if budget else None)
                     for name, what, *budget in rows])
            for title, rows in read_table("operations.txt")]
OPERATIONS = [row for _, rows in SECTIONS for row in rows]

# What README shows of it: beside Linux, and beside fork=page.
BESIDE_LINUX = (
    "boot_small", "null_call", "fork_syscall_1024m", "fork_stored_1024m",
    "fork_exit_wait",
    "fork_exit_wait_1024m", "vfork_exit_wait", "fork_exec_wait",
    "vfork_exec_wait", "spawn_wait", "pipe_round_trip", "touch_page",
    "cow_next")
PUT_OFF = (
    "parent_first_write_small", "parent_first_write_2m",
    "parent_first_write_64m",
    "parent_second_write_64m", "parent_first_write_1024m",
    "parent_first_write_worst", "fork_write_each_table_64m", "fork_write_16384p_64m",
    "exit_last_64m", "mprotect_page_64m", "munmap_all_64m")
IN_README = {
    "boot_small": "from power-on to a program's first line",
    "fork_syscall_1024m": "fork system call, 1 GiB written",
    "fork_stored_1024m": "the same, and the pid stored in memory",
    "fork_exit_wait_1024m": "fork + _exit + waitpid, 1 GiB written",
    "parent_first_write_small": "first write after fork, small process",
    "parent_first_write_2m": "the same, 2 MiB written before",
    "parent_first_write_64m": "the same, 64 MiB written before",
    "parent_second_write_64m": "again, in the same 2 MiB",
    "parent_first_write_1024m": "first write, 1 GiB written before",
    "parent_first_write_worst": "the worst: three full tables on its way",
    "fork_write_each_table_64m": "fork, one write in each of 32 x 2 MiB",
    "fork_write_16384p_64m": "fork, then write all of 64 MiB",
}


def exact(value):
    return "-" if value is None else f"{value:,}"


def short(value):
    """Three digits are enough from a hundred thousand on."""
    if value is None or value < 100000:
        return exact(value)
    for unit, name in ((1e3, "k"), (1e6, "M"), (1e9, "G")):
        if value < 999.5 * unit:
            scaled = value / unit
            digits = 2 if scaled < 9.995 else 1 if scaled < 99.95 else 0
            return f"{scaled:.{digits}f} {name}"
    return exact(value)


def ratio(above, below):
    """How many times below goes into above."""
    if not above or not below:
        return "-"
    times = above / below
    digits = 0 if times >= 9.95 else 1 if times >= 0.995 else 2
    return f"{times:,.{digits}f}"


def verdict(value, budget):
    """Is the budget kept, and if not, by how much is it missed?"""
    if budget is None or value is None:
        return ""
    if value <= budget:
        return "met"
    over = 100 * (value - budget) / budget
    return f"{over:.0f}% over" if over >= 1 else f"{over:.2f}% over"


def shown(columns):
    """The columns in the order of the page, and their headings."""
    title = {"linux": "Linux"}
    return [(name, title.get(name, f"fork={name}")) for name in columns]


def cells(figures, columns, row, form):
    name, what, budget = row
    values = {column: figures.get(column, {}).get(name) for column in COLUMNS}
    return [what, *(form(values[column]) for column in columns),
            ratio(values["linux"], values["tree"]),
            exact(budget) if budget else "",
            verdict(values["tree"], budget)]


def laid_out(rows, gap):
    """Lines of text: the first cell to the left, the others to the right.
    A row of one cell is a title and may be wider."""
    widths = [max(map(len, column))
              for column in zip(*[row for row in rows if len(row) > 1])]
    for row in rows:
        yield gap.join([row[0].ljust(widths[0] if row[1:] else 0)] + [
            cell.rjust(width) for cell, width in
            zip(row[1:], widths[1:])]).rstrip()


def text(figures, columns):
    """The whole table for a terminal."""
    rows = [["instructions", *(title for _, title in shown(columns)),
             "Linux/tree", "budget", ""]]
    for title, operations in SECTIONS:
        rows += [[""], [title]]
        rows += [cells(figures, columns, row, exact) for row in operations]
    return "\n".join(laid_out(rows, "  ")) + "\n"


def write_csv(path, figures):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["name", "operation", *COLUMNS, "budget"])
        for name, what, budget in OPERATIONS:
            out.writerow([name, what, *(figures.get(column, {}).get(name, "")
                                        for column in COLUMNS), budget or ""])


def markdown(rows):
    """The first row is the heading; numbers stand to the right."""
    width = len(rows[0])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" + "|--:" * (width - 1) + "|"]
                     + lines[1:]) + "\n"


def whole_markdown(figures, columns):
    """All the tables, a section each."""
    for title, operations in SECTIONS:
        yield f"## {title}\n"
        head = ["", *(name for _, name in shown(columns)), "Linux/tree",
                "budget", ""]
        yield markdown([head] + [cells(figures, columns, row, short)
                                 for row in operations])


def words_table(figures):
    """The words of fork=, what they share, and what a fork costs then."""
    rows = [["boot word", "parent and child share", "so did",
             "fork of 64 MiB", "of 1 GiB"]]

    def costs(column):
        return [short(figures[column].get(f"fork_call_{size}m"))
                for size in (64, 1024)]
    for word, shares, who in WORDS:
        rows.append([f"`fork={word}`", shares, who, *costs(word)])
    rows.append(["(Linux itself)", "the pages", "", *costs("linux")])
    return markdown(rows).replace("|--:|--:|--:|--:|", "|---|---|--:|--:|")


def readme_table(figures, names, columns, heading):
    """Some rows; without budgets, with the ratio of Linux to Tine."""
    what = {name: title for name, title, _ in OPERATIONS}
    rows = [[heading, *(f"`{name}`" if name != "linux" else "Linux"
                        for name in columns), "Linux/tree"]]
    for name in names:
        values = {column: figures[column].get(name) for column in COLUMNS}
        rows.append([IN_README.get(name, what[name]),
                     *(short(values[column]) for column in columns),
                     ratio(values["linux"], values["tree"])])
    return markdown(rows)
