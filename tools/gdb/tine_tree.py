"""tine pt and tine tree: page-table trees, drawn.

Two trees are merged into rows by address and level: a row has a node of the
left tree, of the right one, or one that is both's, which is drawn once, in the
middle. Pages that follow each other and are alike make one line.
"""

import gdb
import tine_kernel as kernel
import tine_tables as tables
from tine_kernel import Command, plural, series
from tine_view import VMA_SHARED, rights

LABEL, CELL = 28, 22    # widths of columns
FOLD = 40       # a shared part with more lines than this is only counted
LINES_MAX = 24  # of pages, under one table

# ---- Rows ----


class Row:
    """A place in two trees: `both` if it is one node for both."""

    def __init__(self, left, right, both):
        self.left, self.right, self.both = left, right, both
        self.node = left or right
        self.level, self.va = self.node.level, self.node.va
        self.pages = 1      # that this line stands for
        self.folded = None  # how much is below and not drawn

    def nodes(self):
        return [node for node in (self.left, self.right) if node is not None]


def merge(reader, left, right):
    """The rows of two trees (right may be None), each before those below."""
    both = (left is not None and right is not None
            and left.frame == right.frame)
    yield Row(left, right, both)
    sides = [{} if side is None else
             {node.index: node for node in reader.children(side)}
             for side in (left, right)]
    if both:
        for node in sides[0].values():
            yield from merge(reader, node, node)
    else:
        for index in sorted(sides[0].keys() | sides[1].keys()):
            yield from merge(reader, sides[0].get(index),
                             sides[1].get(index))


def alike(row, other, key):
    """Whether a page goes on the line of the pages before it."""
    return (row.level == other.level == 0 and row.both == other.both
            and other.va == row.va + row.pages * tables.PAGE
            and (row.left is None) == (other.left is None)
            and (row.right is None) == (other.right is None)
            and all(key(a) == key(b)
                    for a, b in zip(row.nodes(), other.nodes())))


def joined(rows, key):
    """Rows with runs of pages in one."""
    result = []
    for row in rows:
        if result and alike(result[-1], row, key):
            result[-1].pages += 1
        else:
            result.append(row)
    return result


def below(rows, i):
    """Where the rows under row number i end."""
    end = i + 1
    while end < len(rows) and rows[end].level < rows[i].level:
        end += 1
    return end


def count(rows):
    """`5 tables, 8 pages`"""
    in_tables = sum(row.level > 0 for row in rows)
    pages = sum(row.pages for row in rows if row.level == 0)
    words = [plural(in_tables, "table")] if in_tables else []
    return ", ".join(words + [plural(pages, "page")])


def folded(rows):
    """Rows without what is below a shared node, where that is much, and with
    at most LINES_MAX lines of pages under one table."""
    result, i = [], 0
    while i < len(rows):
        row, end = rows[i], below(rows, i)
        result.append(row)
        i += 1
        if row.both and row.level > 0 and end - i > FOLD:
            row.folded, i = "with " + count(rows[i:end]), end
        elif row.level == 1 and end - i > LINES_MAX:
            result += rows[i:i + LINES_MAX]
            row.folded = "more: " + count(rows[i + LINES_MAX:end])
            i = end
    return result


def label(rows, i):
    """The branch and the name of a row."""
    row = rows[i]
    if row.level == 4:
        return "root"
    text = ""
    for level in range(3, row.level - 1, -1):
        end = i + 1
        while end < len(rows) and rows[end].level < level:
            end += 1
        goes_on = end < len(rows) and rows[end].level == level
        if level > row.level:
            text += "| " if goes_on else "  "
        else:
            text += "+-" if goes_on else "`-"
    if row.level > 0:
        return f"{text}L{row.level} {row.va:x}"
    return f"{text}{plural(row.pages, 'page')} {row.va:x}"


# ---- tine tree ----


class Tree(Command):
    """Two page-table trees side by side, what they share in the middle.

    tine tree               the two sides of the last fork
    tine tree PID [PID]     these processes, or one alone

    A line is a node: FRAME[REFS], then letters of the entry that names it:
    w it allows writing (else a write faults, at any level), s shared
    mapping, k kept without rights, z the zero page. L3 is a table of level 3;
    the number behind it is the first address below it."""

    def run(self, argument):
        world = kernel.World()
        reader = tables.Tables()
        words = argument.split()
        if len(words) > 2:
            raise gdb.GdbError("tine tree [PID [PID]]")
        people = [kernel.named_thread(word) for word in words]
        if not people:
            people = last_fork(world)
        spaces = [world.space_or_error(each) for each in people]
        if len(people) == 2 and spaces[0].root == spaces[1].root:
            print(f"{people[0]} and {people[1]} use one address space, until "
                  "one of them executes a program or ends")
            people, spaces = people[:1], spaces[:1]
        roots = [reader.root(space.root) for space in spaces] + [None]
        rows = joined(merge(reader, roots[0], roots[1]),
                      lambda node: (reader.refs(node.frame),
                                    letters(reader, node)))
        if len(people) == 1:
            heads = ["", str(people[0]), "", ""]
        else:
            heads = ["", str(people[0]), "both", str(people[1])]
        print(columns(heads))
        self.draw(reader, folded(rows))
        if len(people) == 2:
            self.sums(people, rows)
        reader.tell_problems()
        world.tell_problems()

    @staticmethod
    def draw(reader, rows):
        for i, row in enumerate(rows):
            cells = [label(rows, i)] + [cell(reader, row, which)
                                        for which in range(3)]
            text = columns(cells)
            print(text + (f"  {row.folded}" if row.folded else ""))

    @staticmethod
    def sums(people, rows):
        shared = [row for row in rows if row.both]
        parts = [f"both: {count(shared)}"]
        for who, side in zip(people, ("left", "right")):
            own = [row for row in rows if not row.both
                   and getattr(row, side) is not None]
            parts.append(f"pid {who.pid} alone: {count(own)}")
        print("; ".join(parts))


def columns(cells):
    widths = [LABEL, CELL, CELL, CELL]
    return "".join(f"{text:{width}}"
                   for text, width in zip(cells, widths)).rstrip()


def letters(reader, node):
    """The entry's letters, as /proc/tine/pages has them."""
    if node.level == 4:
        return ""
    text = "".join(letter for bit, letter in (
        (tables.W, "w"), (tables.S, "s"), (tables.K, "k"))
        if node.entry & bit)
    return text + ("z" if node.frame == reader.zero else "")


def cell(reader, row, which):
    """What stands in column `which`: left, both, right."""
    if row.both:
        nodes = row.nodes() if which == 1 else []
    else:
        node = (row.left, None, row.right)[which]
        nodes = [] if node is None else [node]
    if not nodes:
        return ""
    words = sorted({letters(reader, node) for node in nodes})
    dots = ".." if row.pages > 1 else ""
    return (f"{nodes[0].frame:x}{dots}[{reader.refs(nodes[0].frame)}]"
            + "|".join(word or "-" if words[1:] else word for word in words))


def last_fork(world):
    """A parent and its youngest child that is alive and still runs the same
    program; without one, the running process alone."""
    first = {where: each[0] for where, each in world.threads.items() if each}
    pairs = []
    for child in first.values():
        value = child.process.value
        parent = first.get(kernel.address(value["parent"]))
        if parent is None and child.state == "embryo":
            parent = kernel.current()
        if (parent is None or parent.where == child.where
                or value["execs"] != value["parent_execs"]):
            continue
        try:
            if world.space_of(child) and world.space_of(parent):
                pairs.append([parent, child])
        except gdb.error as error:
            print(f"! {parent} and {child}: {error}")
    if pairs:
        return pairs[-1]
    alone = kernel.current() or next(iter(world.all_threads()[-1:]), None)
    if alone is None:
        raise gdb.GdbError("no processes yet")
    print("no child of a fork is there now, or it runs another program since")
    return [alone]


# ---- tine pt ----


class Pt(Command):
    """The page tables of a process, or the way from its root to one page.

    tine pt [PID|.]             all tables of the user's half
    tine pt PID|. ADDRESS       the way to a page: hex, or as &steps or $rsp

    A line is a node: FRAME[REFS], and the bits of the entry that names it:
    P present, W write, U user, A accessed, D dirty, NX no execute, S page of
    a shared mapping, K kept (not present, but counted). The last column says
    which other processes have the same node."""

    def run(self, argument):
        word, _, where = argument.partition(" ")
        owner = kernel.named_thread(word)
        world = kernel.World()
        reader = tables.Tables()
        space = world.space_or_error(owner)
        graph = tables.Graph(reader, world.spaces)
        if where.strip():
            self.way(reader, graph, world, owner, space,
                     kernel.hex_or_expression(where.strip()))
        else:
            self.whole(reader, graph, world, owner, space)
        reader.tell_problems()
        world.tell_problems()

    @staticmethod
    def others(graph, world, space, frame):
        """A node's other owners: processes, and the file it is a page of."""
        text = world.names(graph.users(frame) - {space.where})
        record = graph.tables.record(frame)
        if record is not None and graph.tables.kind_of(record) == "cache":
            text = series([text, "its file"] if text else ["its file"])
        return text

    def whole(self, reader, graph, world, owner, space):
        def key(node):
            return (reader.refs(node.frame), tables.bits(node.entry),
                    graph.users(node.frame))

        rows = joined(merge(reader, reader.root(space.root), None), key)
        users = [str(user) for user in world.users.get(space.where, [])
                 if user.where != owner.where]
        also = f"; also those of {series(users)}" if users else ""
        print(f"{owner}: {count(rows)}{also}")
        print(self.line("", "FRAME[REFS]", "ENTRY", "SHARED WITH"))
        rows = folded(rows)
        for i, row in enumerate(rows):
            node = row.node
            dots = ".." if row.pages > 1 else ""
            entry = "" if row.level == 4 else tables.bits(node.entry)
            text = self.line(
                label(rows, i),
                f"{node.frame:x}{dots}[{reader.refs(node.frame)}]", entry,
                self.others(graph, world, space, node.frame))
            print(text + (f"  ({row.folded})" if row.folded else ""))

    @staticmethod
    def line(first, second, third, fourth):
        return f"{first:30}{second:15}{third:18}{fourth}".rstrip()

    def way(self, reader, graph, world, owner, space, va):
        if va >= 1 << 47:
            raise gdb.GdbError(f"{va:#x} is not in the user's half")
        nodes, end = reader.path(space.root, va)
        print(f"{owner}: the way to {va:x}")
        for node in nodes:
            name = "the root" if node.level == 4 else "page"
            name = f"L{node.level}" if 0 < node.level < 4 else name
            place = "CR3" if node.level == 4 else \
                f"L{node.level + 1} {node.table:x}[{node.index}]"
            entry = "" if node.level == 4 else tables.bits(node.entry)
            others = self.others(graph, world, space, node.frame)
            line = (f"  {place:14} -> {name:8} "
                    f"{node.frame:x}[{reader.refs(node.frame)}]")
            print(f"{line:40}{entry:18}{others and 'also of ' + others}"
                  .rstrip())
        if end is not None:
            last = nodes[-1]
            print(f"  L{last.level} {last.frame:x}"
                  f"[{tables.index_of(va, last.level)}] is {end:#x}: there "
                  "is nothing behind it yet")
        verdict(reader, space, va, nodes, end)


def verdict(reader, space, va, nodes, end):
    """What the processor and the kernel do with an access."""
    vma = space.vma(va)
    there = end is None and nodes[-1].entry & tables.P
    barriers = [node for node in nodes[1:] if not node.entry & tables.W]
    if there and not barriers:
        print("A read and a write go through.")
        return
    if there:
        first = barriers[0]
        print(f"A read goes through; a write faults: L{first.level + 1} "
              f"{first.table:x}[{first.index}] has no W.")
    else:
        print("Any access faults.")
    if vma is None:
        print("No vma has this address: that is a SIGSEGV.")
        return
    prot = int(vma["prot"])
    where = (f"The vma {int(vma['start']):x}-{int(vma['end']):x} "
             f"({rights(prot)})")
    if prot == 0:
        print(f"{where} allows nothing: that is a SIGSEGV.")
    elif prot & 2 or not there:
        access = "a write" if prot & 2 else "a read"
        plan = reader.write_plan(space.root, va)
        print(f"{where} allows {access}: its fault will "
              f"{series(plan_words(plan, vma, va))}.")
    else:
        print(f"{where} does not allow writing: that is a SIGSEGV.")


def plan_words(plan, vma, va):
    """A write plan in words, levels that fare alike together."""
    verbs = {"copy": "copy", "take": "give W back to", "make": "make",
             "zero": "put"}
    groups = []
    for what, level, frame in plan:
        if what == "zero":
            name = "a new page in place of the zero page"
        elif frame is not None:
            name = tables.node_name(level, frame)
        else:
            name = f"a new L{level}"
        if what == "make" and level == 0:
            what, name = filling(vma, va)
        if not groups or groups[-1][0] != what:
            groups.append((what, []))
        groups[-1][1].append(name)
    for what, names in groups:
        yield f"{verbs.get(what, what)} {series(names)}"


def filling(vma, va):
    """Where the first access to a page gets it from."""
    if kernel.address(vma["object"]) == 0:
        return "make", "a new page of zeros"
    index = int(vma["offset"]) + (va - int(vma["start"])) // tables.PAGE
    copies = int(vma["prot"]) & 2 and not int(vma["flags"]) & VMA_SHARED
    return "copy" if copies else "map", f"page {index} of its file"


def register():
    Pt("pt", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)
    Tree("tree", gdb.COMMAND_DATA, gdb.COMPLETE_NONE)
