"""How gdb prints our structs (process, thread, frame, vma, list), and pte_t."""

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


class OwnerPointerPrinter:
    """The address, and who it is."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        where = kernel.address(self.value)
        if where == 0:
            return "0x0"
        try:
            return f"{where:#x} ({who(self.value.dereference())})"
        except gdb.error:
            return f"{where:#x} (not to be read)"


class FramePrinter:
    """`frame 7f21: table of level 3, refs 2`"""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        number = ""
        if self.value.address is not None:
            base = kernel.address(kernel.symbol("frames"))
            place = kernel.address(self.value) - base
            size = self.value.type.sizeof
            count = int(kernel.symbol("frames_count"))
            if 0 <= place < count * size and place % size == 0:
                number = f" {place // size:x}"
        kind = self.kind()
        level, flags = int(self.value["level"]), int(self.value["flags"])
        text = f"frame{number}: {kind}"
        text += f" of level {level}" if kind == "table" else ""
        text += f", refs {int(self.value['refs'])}"
        text += f", flags {flags:#x}" if flags else ""
        return text + f", lines {int(self.value['lines']):#x}" \
            if kind == "table" else text

    def kind(self):
        fields = gdb.lookup_type("enum frame_kind").fields()
        kind = int(self.value["kind"])
        if kind >= len(fields):
            return f"kind {kind}"
        return fields[kind].name.replace("FRAME_", "").lower()


class EntryPrinter:
    """`0x7f21007: frame 7f21, P W U`"""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        entry = int(self.value) & kernel.WORD
        if entry == 0:
            return "0x0: empty"
        frame = (entry & tables.ADDR) >> tables.PAGE_SHIFT
        words = tables.bits(entry)
        if not tables.is_edge(entry):
            return f"{entry:#x}: no edge{' ' if words else ''}{words}"
        return f"{entry:#x}: frame {frame:x}, {words}"


class AddressPrinter:
    """A paddr_t or vaddr_t, in hex."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return f"{int(self.value) & kernel.WORD:#x}"


class VmaPrinter:
    """`400000-405000 r-x private, an object from page 1`"""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        value, flags = self.value, int(self.value["flags"])
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


STRUCTS = {"process": OwnerPrinter, "thread": OwnerPrinter,
           "frame": FramePrinter, "vma": VmaPrinter,
           "vma_node": VmaNodePrinter, "list": ListPrinter}
SCALARS = {"pte_t": EntryPrinter, "paddr_t": AddressPrinter,
           "vaddr_t": AddressPrinter}


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
            return OwnerPointerPrinter(value) if kind.tag in OWNERS else None
        return STRUCTS[kind.tag](value)


def of_kernel(kind):
    try:
        return kind.objfile is not None \
            and kind.objfile.filename == kernel.objfile().filename
    except gdb.error:
        return False


def register():
    gdb.printing.register_pretty_printer(None, Printers(), replace=True)
