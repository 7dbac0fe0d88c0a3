"""tine frames: who refers to a frame of memory, and what frames are used for.

Every reference that refs counts is looked for: entries of live tables, and
the kernel's holds. So a count that does not fit is seen, too: a call under
way holds one, or PT-1 is broken.
"""

import collections

import gdb
import tine_files as files
import tine_kernel as kernel
import tine_tables as tables
from tine_kernel import Command, plural, series

KSTACK_PAGES = 2
SHOWN = 20      # entries named one by one


class Frames(Command):
    """Who refers to a frame of memory.

    tine frames FRAME           the frame of this number (as in tine pt)
    tine frames ADDRESS         the frame behind it: of the running process,
                                of the direct map, or of a kernel stack
    tine frames .               those of the running process, by their sharers

    An ADDRESS is hex, as it is printed, or any expression, as &steps or $rsp.
    refs counts the entries of live tables that name the frame, and the
    kernel's holds."""

    def run(self, argument):
        if not argument:
            raise gdb.GdbError("tine frames FRAME, ADDRESS or .")
        world = kernel.World()
        reader = tables.Tables()
        if argument == ".":
            process_frames(world, reader)
        else:
            one_frame(world, reader, frame_number(reader, argument))
        reader.tell_problems()
        world.tell_problems()


def frame_number(reader, argument):
    """What frame an argument means."""
    value = kernel.hex_or_expression(argument)
    if value < max(reader.count, tables.USER_START):
        return value
    if 0 <= value - kernel.DIRECT_MAP < reader.count * tables.PAGE:
        return (value - kernel.DIRECT_MAP) >> tables.PAGE_SHIFT
    root = int(kernel.symbol("kernel_root")) >> tables.PAGE_SHIFT
    if value < kernel.KERNEL_HALF:
        owner = kernel.named_thread(".")
        root = kernel.World().space_or_error(owner).root
    found = reader.page_at(root, value)
    if found is None:
        raise gdb.GdbError(f"nothing is mapped at {value:#x} now")
    print(f"{value:#x} is in frame {found:x}")
    return found


def one_frame(world, reader, number):
    record = reader.record(number)
    if record is None:
        raise gdb.GdbError(f"there is no frame {number:x}: the last is "
                           f"{reader.count - 1:x}")
    kind = reader.kind_of(record)
    what = f"table of level {record.level}" if kind == "table" else kind
    if number == reader.zero:
        what += ", the zero page"
    print(f"frame {number:x} (at {number << 12:#x}): {what}, "
          f"refs {record.refs}")
    graph = tables.Graph(reader, world.spaces)
    edges = graph.edges.get(number, [])
    for edge in edges[:SHOWN]:
        print(entry_line(world, graph, edge))
    if len(edges) > SHOWN:
        print(f"  and {len(edges) - SHOWN} entries more")
    found = holds(world, reader, graph, number, kind)
    for hold in found:
        print(f"  {hold}")
    if kind in ("free", "reserved", "kernel") and number != reader.zero:
        if not found and kind == "kernel":
            print("  the kernel's heap, or its own tables")
        return
    balance(record.refs, len(edges), len(found))


def entry_line(world, graph, edge):
    """An entry, with the addresses and processes that lead through it."""
    step = edge.index * tables.span(edge.level + 1)
    places = sorted(base + step for base in graph.places(edge.table))
    table = f"L{edge.level + 1} {edge.table:x}[{edge.index}]"
    return (f"  {table:14} {tables.bits(edge.entry):18} "
            f"{series(f'{place:x}' for place in places[:4])} of "
            f"{world.names(graph.users(edge.table))}")


def balance(refs, edges, held):
    words = []
    if edges:
        words.append("1 entry" if edges == 1 else f"{edges} entries")
    if held:
        words.append(plural(held, "hold"))
    found = series(words) or "nobody"
    if refs == edges + held:
        print(f"refs {refs}: {found}")
    elif refs > edges + held:
        print(f"refs {refs}, but found: {found}. A running call holds the "
              "rest, or the count is wrong (PT-1)")
    else:
        print(f"refs {refs}, but found: {found}. The count is wrong (PT-1)")


def holds(world, reader, graph, number, kind):
    """The kernel's holds on a frame, in words."""
    if number == reader.zero:
        return ["held for good: the zero page"]
    if number in graph.roots:
        users = world.names({graph.roots[number]})
        return [f"the root of the address space of {users}"]
    if kind in ("cache", "shared", "kernel"):
        found = file_holds(world, number)
        if kind == "kernel":
            found += stack_holds(world, reader, number)
        return found
    return []


def file_holds(world, number):
    """Files and pipes that have this frame."""
    names, found = files.Names(), []
    for inode in all_inodes(world, names).values():
        try:
            kind = files.kind_of(inode)
            if kind == "file":
                frames = files.cached_frames(inode)
            elif kind == "pipe":
                frames = ((f"page {i} of its ring", frame)
                          for i, frame in files.Pipe(inode).frames())
            else:
                continue
            found += [f"held by {names.of(inode)}: {what}"
                      for what, frame in frames if frame == number]
        except gdb.error as error:
            print(f"! {names.of(inode)}: {error}")
    return found


def all_inodes(world, names):
    """Those with a name, those that are open, and those that are mapped."""
    inodes = dict(names.inodes)
    for owner in world.all_threads():
        try:
            for _, each in files.descriptors(owner):
                if each is not None:
                    inodes.setdefault(kernel.address(each.inode), each.inode)
        except gdb.error:
            continue        # it has no files
    for space in world.spaces:
        try:
            for vma in space.vmas()[0]:
                if kernel.address(vma["object"]) != 0:
                    inode = files.inode_of(vma["object"])
                    inodes.setdefault(kernel.address(inode), inode)
        except gdb.error as error:
            print(f"! a space: {error}")
    return inodes


def stack_holds(world, reader, number):
    root = int(kernel.symbol("kernel_root")) >> tables.PAGE_SHIFT
    found = []
    for owner in world.all_threads():
        low = int(owner.value["kstack"]) & kernel.WORD
        for i in range(KSTACK_PAGES):
            if reader.page_at(root, low + i * tables.PAGE) == number:
                found.append(f"page {i} of the kernel stack of {owner}")
    return found


# ---- Many frames ----


def process_frames(world, reader):
    """The frames of the running process, grouped by their other owners."""
    owner = kernel.named_thread(".")
    space = world.space_or_error(owner)
    graph = tables.Graph(reader, world.spaces)
    groups = collections.defaultdict(lambda: [0, 0])
    for node in reader.walk(reader.root(space.root)):
        record = reader.record(node.frame)
        others = world.names(graph.users(node.frame) - {space.where})
        text = f"shared with {others}" if others else "its own"
        if record is not None and reader.kind_of(record) == "cache":
            text = (text + " and" if others else "shared with") + " its file"
        elif node.frame == reader.zero:
            text = "the zero page"
        groups[text][node.level == 0] += 1
    print(f"{owner}:")
    for text, (in_tables, pages) in sorted(groups.items()):
        words = [plural(in_tables, "table")] if in_tables else []
        words += [plural(pages, "page")] if pages else []
        print(f"  {series(words):22} {text}")


def register():
    Frames("frames", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)
