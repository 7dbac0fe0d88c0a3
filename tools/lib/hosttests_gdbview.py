"""Two trees after a fork, as gdb's commands draw them."""

import re

from host import Failure, test
from hosttests_gdb import Spoken

RUNS = 'if $_streq((char *)cpus[0].thread->process->comm, "hello-fork")'


def debug(host, commands, *words):
    # Counted time: a stop in gdb takes none, so who runs first is no chance.
    return Spoken(host, commands.strip().splitlines(), "--icount", *words)


def picture(text):
    """The rows of a drawn pair of trees: [(what, left, both, right)]."""
    rows = []
    for line in text.splitlines():
        cells = [line[:28], line[28:50], line[50:72], line[72:]]
        cells = [cell.strip() for cell in cells]
        if re.search(r"root$|[-`]-|L\d ", cells[0]):
            rows.append(cells)
    return rows


def frames_of(rows, column):
    return {row[column].partition("[")[0] for row in rows if row[column]}


# Before and after the fork's sharing, and before and after the first write
# of parent or child, whoever comes first.
FORK = f"""
break pt_share {RUNS}
continue
tine tree
finish
tine tree
tine ps
tine pt
tine frames .
delete
break fault_serve {RUNS}
continue
print cpus[0].thread
tine pt . addr
tine frames addr
finish
tine tree
tine frames .
"""


def trees(view):
    """The three pictures of FORK."""
    found = [picture(text) for line, text in view.all if line == "tine tree"]
    if len(found) != 3:
        view.fail(f"{len(found)} trees, not 3")
    return found


def once_each(rows):
    """No node is drawn twice, and both sides have a root of their own."""
    cells = [cell for row in rows for cell in row[1:] if cell]
    frames = [cell.partition("[")[0] for cell in cells if ".." not in cell]
    if len(set(frames)) != len(frames):
        raise Failure("a node is drawn twice", [str(row) for row in rows])
    what, left, both, right = rows[0]
    if what != "root" or not left or both or not right:
        raise Failure("not two roots", [str(rows[0])])


@test
def gdbview_fork_tree(host):
    """One shared node under the roots; a write copies the path to it."""
    view = debug(host, FORK, "--", "hello-fork")
    before, after, written = trees(view)
    if any(row[2] for row in before) or any(row[3] for row in before[1:]):
        view.fail("shared before the fork has begun to share")
    once_each(after)
    if any(row[1] or row[3] or not row[2] for row in after[1:]):
        view.fail("what is below the roots is not all shared")
    if not re.fullmatch(r"[0-9a-f]+\[2\]", after[1][2]):
        view.fail(f"the table of level 3 is {after[1][2]}")
    if any("[1]w" not in row[2] for row in after if "L2" in row[0]):
        view.fail("more than the entry on top has lost its W")
    view.expect("tine ps", r"^=> `-2 +running.*fork\(\) in as_fork$",
                r"^ +`-3 +embryo +0 root [0-9a-f]+ +is being made$",
                r"^ +1 +(sleeping|runnable)")
    view.expect("tine pt", r"^`-L3 0 +[0-9a-f]+\[2\] +P U A +pid 3$",
                r"^  \+-L2 0 +[0-9a-f]+\[1\] +P W U A +pid 3$",
                r"page.*P W U A D NX +pid 3$", r"P U A? *(NX)? +pid 3 and "
                r"exec's template and its")
    text = view.expect(
        "tine pt . addr", r"^  CR3 +-> the root ",
        r"^  L4 \S+\[0\] +-> L3 +\S+\[2\] +P U A +also of pid [23]$",
        r"^  L1 .*-> page .*P W U A D NX", r"a write faults: L4 \S+ has no W",
        r"\(rw-\) allows a write")
    copied = re.search(r"its fault will copy L3 (\w+), L2 (\w+), "
                       r"L1 (\w+) and page (\w+)\.", text)
    if copied is None:
        view.fail("it does not say what a write copies")
    view.expect("tine frames addr", "^frame [0-9a-f]+ .*: anon, refs 1",
                r"^  L1 .*of pids 2 and 3$", "^refs 1: 1 entry$")
    writer = 1 if "(tid 2 " in view["print cpus[0].thread"] else 3
    once_each(written)
    if not set(copied.groups()) <= frames_of(written, 4 - writer):
        view.fail("what was copied is not the other side's now")
    if sum("w" in row[writer] for row in written) != 4:
        view.fail("the writer has not three tables and a page with w")
    view.expect("tine tree", r"^both: .*alone: 4 tables, 1 page; .*"
                r"alone: 4 tables, 1 page$")
    view.expect("tine frames .", "^  4 tables and 1 page +its own$")


@test
def gdbview_fork_page(host):
    """Two trees of tables over the same pages, none with W."""
    view = debug(host, FORK, "--append", "fork=page", "--", "hello-fork")
    _, after, written = trees(view)
    once_each(after)
    for row in after:
        shared = "page" in row[0]
        if bool(row[2]) != shared or (shared and "w" in row[2]) \
                or (shared and not re.search(r"\[[23]\]", row[2])):
            view.fail(f"after the fork: {row}")
    text = view.expect("tine pt . addr", r"a write faults: L1 \S+ has no W",
                       r"its fault will copy page \w+\.")
    page = re.search(r"copy page (\w+)", text).group(1)
    view.expect("tine frames addr", rf"is in frame {page}$",
                r"^  L1 .*of pid 2$", r"^  L1 .*of pid 3$",
                r"^refs 2: 2 entries$")
    writer = 1 if "(tid 2 " in view["print cpus[0].thread"] else 3
    if page not in frames_of(written, 4 - writer):
        view.fail("the page is not the other side's now")
    if sum("[1]w" in row[writer] for row in written if "page" in row[0]) != 1:
        view.fail("the writer has not one page of its own")
    view.expect("tine tree", r"^both: \d+ pages; pid 2 alone: \d+ tables, "
                r"1 page; pid 3 alone: \d+ tables, 1 page$")
