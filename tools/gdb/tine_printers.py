"""How gdb prints our structs (process, thread, frame, vma, list), and pte_t."""

import functools

import gdb
import gdb.printing
import tine_files as files
import tine_kernel as kernel
import tine_tables as tables
from tine_kernel import plural
from tine_view import rights

SHOWN = 200     # members of a list that are counted and shown
OWNERS = ("process", "thread")


def who(value):
    """`pid 3 cow`, or of a thread `tid 3 cow`"""
    if value.type.strip_typedefs().tag == "process":
        return str(kernel.Process(value))
    thread = kernel.Thread(value)
    return f"tid {thread.tid} {thread.name or 'idle'}"


def state(value):
    """`2 threads`, or of a thread `sleeping`"""
    if value.type.strip_typedefs().tag == "thread":
        return kernel.Thread(value).state
    process = kernel.Process(value)
    if process.is_zombie:
        return "a zombie"
    return plural(sum(1 for _ in process.threads()), "thread")


class OwnerPrinter:
    """Who it is, then the fields (but for the FPU's)."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        try:
            return f"{who(self.value)}, {state(self.value)}"
        except gdb.error as error:
            kind = self.value.type.strip_typedefs().tag
            return f"a {kind} that cannot be read: {error}"

    def children(self):
        for field in self.value.type.fields():
            if field.name != "fpu":
                yield field.name, self.value[field.name]


class Printer:
    """What a function says of a value."""

    def __init__(self, say, value):
        self.say, self.value = say, value

    def to_string(self):
        return self.say(self.value)


def say_pointer(value):
    """The address of a process or thread, and who it is."""
    where = kernel.address(value)
    if where == 0:
        return "0x0"
    try:
        return f"{where:#x} ({who(value.dereference())})"
    except gdb.error:
        return f"{where:#x} (not to be read)"


def say_frame(value):
    """`frame 7f21: table of level 3, refs 2`"""
    number = ""
    if value.address is not None:
        place = kernel.address(value) - kernel.address(kernel.symbol("frames"))
        size = value.type.sizeof
        count = int(kernel.symbol("frames_count"))
        if 0 <= place < count * size and place % size == 0:
            number = f" {place // size:x}"
    kind = kernel.frame_kind(int(value["kind"]))
    level, flags = int(value["level"]), int(value["flags"])
    text = f"frame{number}: {kind}"
    text += f" of level {level}" if kind == "table" else ""
    text += f", refs {int(value['refs'])}"
    text += f", flags {flags:#x}" if flags else ""
    text += f", lines {int(value['lines']):#x}" if kind == "table" else ""
    return text


def say_entry(value):
    """`0x7f21007: frame 7f21, P W U`"""
    entry = int(value) & kernel.WORD
    if entry == 0:
        return "0x0: empty"
    frame = (entry & tables.ADDR) >> tables.PAGE_SHIFT
    words = tables.bits(entry)
    if not tables.is_edge(entry):
        return f"{entry:#x}: no edge{' ' if words else ''}{words}"
    return f"{entry:#x}: frame {frame:x}, {words}"


def say_address(value):
    """A paddr_t or vaddr_t, in hex."""
    return f"{int(value) & kernel.WORD:#x}"


def say_vma(value):
    """`400000-405000 r-x private, an object from page 1`"""
    flags = int(value["flags"])
    text = (f"{int(value['start']):x}-{int(value['end']):x} "
            f"{rights(int(value['prot']))} "
            f"{'shared' if flags & 1 else 'private'}")
    where = kernel.address(value["object"])
    if where == 0:
        return text + (", the stack" if flags & 2 else ", zeros")
    try:
        number = int(files.inode_of(value["object"])["ino"])
        what = f"inode {number}"
    except gdb.error:
        what = f"an object that cannot be read ({where:#x})"
    return f"{text}, {what} from page {int(value['offset'])}"


class VmaNodePrinter:
    """Of a tree of vmas: how many, how many links, the vmas themselves."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return (f"{plural(int(self.value['count']), 'vma')}, "
                f"refs {int(self.value['refs'])}")

    def children(self):
        for i, node in enumerate(kernel.vma_nodes(self.value.address)):
            yield str(i), node["vma"]

    def display_hint(self):
        return "array"


class ListPrinter:
    """How many others are on the list, and where; for a head that is all."""

    def __init__(self, value):
        self.value = value
        self.members, self.problem = self.follow()

    def follow(self):
        """=> the addresses of the other nodes, and what is wrong, or None"""
        if self.value.address is None:
            return [], "not in memory"
        start = kernel.address(self.value)
        members = []
        try:
            where = kernel.address(self.value["next"])
            while where != start:
                if where == 0:
                    return members, "then NULL" if members else "never set"
                if len(members) == SHOWN:
                    return members, "and more"
                members.append(where)
                node = kernel.at(where, self.value.type)
                where = kernel.address(node["next"])
        except gdb.error as error:
            return members, f"then {error}"
        return members, None

    def to_string(self):
        if not self.members:
            return f"list: {self.problem or 'empty'}"
        text = f"list of {len(self.members)}"
        return f"{text}, {self.problem}" if self.problem else text

    def children(self):
        pointer = self.value.type.unqualified().pointer()
        for i, where in enumerate(self.members):
            yield str(i), gdb.Value(where).cast(pointer)

    def display_hint(self):
        return "array"


def saying(say):
    return functools.partial(Printer, say)


STRUCTS = {"process": OwnerPrinter, "thread": OwnerPrinter,
           "frame": saying(say_frame), "vma": saying(say_vma),
           "vma_node": VmaNodePrinter, "list": ListPrinter}
SCALARS = {"pte_t": saying(say_entry), "paddr_t": saying(say_address),
           "vaddr_t": saying(say_address)}


class Printers(gdb.printing.PrettyPrinter):
    """Finds the printer of a value; of a program's structs, none."""

    def __init__(self):
        super().__init__("tine")

    def __call__(self, value):
        kind = value.type.unqualified()
        if kind.name in SCALARS:
            return SCALARS[kind.name](value)
        kind = kind.strip_typedefs().unqualified()
        pointer = kind.code == gdb.TYPE_CODE_PTR
        if pointer:
            kind = kind.target().unqualified()
        if kind.code != gdb.TYPE_CODE_STRUCT or kind.tag not in STRUCTS:
            return None
        if not of_kernel(kind):
            return None
        if pointer:
            return Printer(say_pointer, value) if kind.tag in OWNERS else None
        return STRUCTS[kind.tag](value)


def of_kernel(kind):
    try:
        return kind.objfile is not None \
            and kind.objfile.filename == kernel.objfile().filename
    except gdb.error:
        return False


def register():
    gdb.printing.register_pretty_printer(None, Printers(), replace=True)
