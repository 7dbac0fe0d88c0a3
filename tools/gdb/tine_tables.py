"""Reading frames and page tables: trees, who shares what, what a write does.

A frame is named by its number (physical address / 4096), in hex, as ptshow
does. Tables are read through the direct map, which every root has. All levels
are the kernel's: 4 the root, 3 to 1 tables, 0 a page.

Read Tables.children first, then Graph.
"""

import struct

import gdb
import tine_kernel as kernel
from tine_kernel import DIRECT_MAP

USER_START = kernel.LAYOUT["USER_START"]
PAGE, PAGE_SHIFT = 4096, 12
P, W, U, A, D, S, K = 1, 2, 4, 0x20, 0x40, 0x200, 0x400
NX = 1 << 63
ADDR = 0x000ffffffffff000
WORDS = (("P", P), ("W", W), ("U", U), ("PWT", 8), ("PCD", 0x10), ("A", A),
         ("D", D), ("PS", 0x80), ("G", 0x100), ("S", S), ("K", K), ("NX", NX))
CHUNK = 256     # frame records read at a time


def bits(entry):
    """An entry's bits in words: `P W U A`."""
    words = [name for name, bit in WORDS if entry & bit]
    rest = entry & ~ADDR & ~sum(bit for _, bit in WORDS)
    return " ".join(words + ([f"{rest:#x}?"] if rest else []))


def is_edge(entry):
    return entry & (P | K) != 0


def span(level):
    """Bytes that one entry of a table of this level spans."""
    return 1 << (PAGE_SHIFT + 9 * (level - 1))


def index_of(va, level):
    return va // span(level) % 512


def node_name(level, number):
    return f"page {number:x}" if level == 0 else f"L{level} {number:x}"


class Node:
    """A node of a tree, with the entry that leads to it: table[index]."""

    __slots__ = ("level", "va", "frame", "entry", "table", "index")

    def __init__(self, level, va, entry, table=None, index=0):
        self.level, self.va, self.entry = level, va, entry
        self.frame = (entry & ADDR) >> PAGE_SHIFT
        self.table, self.index = table, index


class Record:
    """A struct frame."""

    __slots__ = ("lines", "refs", "level", "flags", "kind")


class Tables:
    """What has been read of frames and tables at this stop."""

    def __init__(self):
        self.count = int(kernel.symbol("frames_count"))
        frames = kernel.symbol("frames")
        self.base = kernel.address(frames)
        if self.base == 0 or self.count == 0:
            raise gdb.GdbError("there are no frame records yet: frame_init "
                               "makes them")
        self.kind = frames.type.target()
        self.layout = {field.name: (field.bitpos // 8, field.type.sizeof)
                       for field in self.kind.fields()
                       if field.name in Record.__slots__}
        self.zero = int(kernel.symbol("zero_frame")) >> PAGE_SHIFT
        self.chunks, self.tables, self.problems = {}, {}, []

    def record(self, number):
        """The record of a frame, or None for a number that is no frame's."""
        if number >= self.count:
            return None
        first = number // CHUNK * CHUNK
        data = self.chunk(first)
        offset = (number - first) * self.kind.sizeof
        record = Record()
        for name, (start, length) in self.layout.items():
            start += offset
            setattr(record, name, int.from_bytes(data[start:start + length],
                                                 "little"))
        return record

    def chunk(self, first):
        """The records from this one on, CHUNK or fewer, as they are."""
        if first not in self.chunks:
            size = self.kind.sizeof
            self.chunks[first] = kernel.read(
                self.base + first * size,
                min(CHUNK, self.count - first) * size)
        return self.chunks[first]

    def refs(self, number):
        record = self.record(number)
        return record.refs if record is not None else "?"

    def kind_of(self, record):
        return kernel.frame_kind(record.kind)

    def entries(self, table):
        """The 512 entries of a table; none, and a problem, if it cannot be
        one."""
        if table not in self.tables:
            data = bytes(PAGE)
            try:
                if table >= self.count:
                    raise gdb.error("there is no such frame")
                data = kernel.read(DIRECT_MAP + table * PAGE, PAGE)
            except gdb.error as error:
                self.problems.append(f"table {table:x}: {error}")
            self.tables[table] = struct.unpack("<512Q", data)
        return self.tables[table]

    def children(self, node):
        """The nodes under a table, in order; of a root the user's half."""
        if node.level == 0:
            return
        end = 256 if node.level == 4 else 512
        step = span(node.level)
        for index, entry in enumerate(self.entries(node.frame)[:end]):
            if is_edge(entry):
                yield Node(node.level - 1, node.va + index * step, entry,
                           node.frame, index)

    def root(self, number):
        """The root as a node: what CR3 holds, as if an entry with W."""
        return Node(4, 0, number << PAGE_SHIFT | P | W | U)

    def walk(self, node):
        """A node and all below it, each before what is below it."""
        yield node
        for child in self.children(node):
            yield from self.walk(child)

    def path(self, root, va):
        """The nodes from the root to the page at va, as far as they go, and
        the entry where it ends if that is no edge (else None)."""
        nodes = [self.root(root)]
        while nodes[-1].level > 0:
            last = nodes[-1]
            index = index_of(va, last.level)
            entry = self.entries(last.frame)[index]
            if not is_edge(entry):
                return nodes, entry
            where = va & ~(span(last.level) - 1)
            nodes.append(Node(last.level - 1, where, entry, last.frame, index))
        return nodes, None

    def page_at(self, root, va):
        """The frame of the page at va, or None."""
        nodes, end = self.path(root, va)
        return nodes[-1].frame if end is None else None

    def write_plan(self, root, va):
        """What a write to va, if its vma allows it, does on the way, as
        fault_serve does: => [(what, level, frame)], from the root downward,
        where what is `make`, `take` (W back, no copy), `copy` or `zero` (a
        new page instead of the zero page); nothing: no fault at all."""
        plan, copied = [], False
        nodes, end = self.path(root, va)
        for node in nodes[1:]:
            own = node.entry & W and (not copied or node.entry & S)
            if node.entry & S and node.level == 0 and not own:
                plan.append(("take", 0, node.frame))
            elif not own and node.level == 0 and node.frame == self.zero:
                plan.append(("zero", 0, node.frame))
            elif not own:
                # A copied table has given each child one more edge.
                alone = self.refs(node.frame) == 1 and not copied
                plan.append(("take" if alone else "copy", node.level,
                             node.frame))
                copied = copied or not alone
        if end is not None:
            plan += [("make", level, None)
                     for level in range(nodes[-1].level - 1, -1, -1)]
        return plan

    def tell_problems(self):
        for problem in self.problems:
            print(f"! {problem}")


class Graph:
    """All edges of all spaces, each live table visited once."""

    def __init__(self, tables, spaces):
        self.tables = tables
        self.edges = {}     # frame: the nodes (so, entries) that name it
        self.roots = {}     # frame of a root: the space
        self.memo_users, self.memo_places = {}, {}
        for space in spaces:
            try:
                root = space.root
            except gdb.error as error:
                tables.problems.append(f"a space: {error}")
                continue
            self.roots.setdefault(root, space.where)
            self.visit(tables.root(root))

    def visit(self, node):
        for child in self.tables.children(node):
            known = self.edges.setdefault(child.frame, [])
            known.append(child)
            if len(known) == 1:
                self.visit(child)

    def users(self, frame):
        """The spaces whose trees this node is part of (their addresses)."""
        if frame not in self.memo_users:
            users = {self.roots[frame]} if frame in self.roots else set()
            self.memo_users[frame] = users
            for edge in self.edges.get(frame, ()):
                users |= self.users(edge.table)
        return self.memo_users[frame]

    def places(self, frame):
        """The addresses at which trees have this node."""
        if frame not in self.memo_places:
            places = {0} if frame in self.roots else set()
            self.memo_places[frame] = places
            for edge in self.edges.get(frame, ()):
                step = edge.index * span(edge.level + 1)
                places |= {base + step for base in self.places(edge.table)}
        return self.memo_places[frame]
