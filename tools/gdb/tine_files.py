"""Reading open files: descriptor tables, inodes and their names, pipes.

A path is found by walking the tree of names from the root (Names), once a
command.
"""

import struct

import gdb
import tine_kernel as kernel

S_IFMT = 0o170000
KINDS = {0o010000: "pipe", 0o020000: "device", 0o040000: "dir",
         0o100000: "file"}
O_ACCMODE = 3
O_APPEND, O_NONBLOCK = 0o2000, 0o4000
ACCESS = ("r", "w", "rw", "?")
DEPTH_MAX = 64
PAGE, SLOTS = 4096, 512     # of a node in a file's tree of pages


class Names:
    """Paths of inodes."""

    def __init__(self):
        self.paths = {}     # address of an inode: its path
        self.inodes = {}    # address: the struct inode, of all that have one
        self.problems = []
        try:
            root = kernel.symbol("root_inode")
            if kernel.address(root) != 0:
                self.visit(root.dereference(), "", 0)
        except gdb.error as error:
            self.problems.append(f"the tree of names: {error}")

    def visit(self, inode, path, depth):
        where = kernel.address(inode)
        self.paths[where] = path or "/"
        self.inodes[where] = inode
        try:
            if depth < DEPTH_MAX and is_dir(inode):
                for entry in entries_of(inode):
                    self.visit(entry["inode"].dereference(),
                               f"{path}/{name_of(entry)}", depth + 1)
        except gdb.error as error:
            self.problems.append(f"directory {path or '/'}: {error}")

    def of(self, inode):
        """What a person calls this inode."""
        where = kernel.address(inode)
        if where in self.paths:
            return self.paths[where]
        kind, number = kind_of(inode), int(inode["ino"])
        if kind == "pipe":
            return f"pipe {number}"
        for entry in kernel.list_entries(inode["names"], entry_type(inode),
                                         "also"):
            what = "removed" if int(inode["nlink"]) == 0 else "inode"
            return f"{name_of(entry)} ({what} {number})"
        if kind == "file" and kernel.address(inode["object"]["ops"]) != 0:
            return f"memory without a name (inode {number})"
        return f"inode {number}"

    def of_object(self, pointer):
        """The same, of the object that a vma maps."""
        return self.of(inode_of(pointer))


def inode_of(pointer):
    """The inode around a struct object *."""
    kind = inode_type()
    where = kernel.address(pointer) - kernel.offset_of(kind, "object")
    return kernel.at(where, kind)


def entry_type(inode):
    return inode["buckets"].type.target().target()


def entries_of(inode):
    """The entries of a directory, in the order of their keys."""
    for bucket in range(1 << int(inode["bits"])):
        pointer = inode["buckets"][bucket]
        while kernel.address(pointer) != 0:
            entry = pointer.dereference()
            yield entry
            pointer = entry["next"]


def name_of(entry):
    text = entry["name"].address.cast(gdb.lookup_type("char").pointer())
    return text.string(errors="replace")


def inode_type():
    return kernel.symbol("root_inode").type.target()


def is_dir(inode):
    return int(inode["mode"]) & S_IFMT == 0o040000


def kind_of(inode):
    """pipe, file, dir, tty, device, proc, host (a /dev/run file), or a mode
    that is none of them."""
    mode = int(inode["mode"]) & S_IFMT
    kind = KINDS.get(mode, f"mode {mode:o}")
    if kind == "pipe" and int(inode["rdev"]) != 0:
        return "host"
    if kind == "device" and int(inode["rdev"]) >> 8 in (5, 136):
        return "tty"    # the console, /dev/tty, /dev/ptmx; a slave
    if kind == "file" and kernel.address(inode["object"]["ops"]) == 0:
        return "proc"
    return kind


class Descriptor:
    """One entry of a descriptor table, and the open file behind it."""

    def __init__(self, number, file, cloexec):
        self.number, self.cloexec = number, cloexec
        self.where = kernel.address(file)
        self.file = file
        self.inode = file["inode"].dereference()
        self.inode_at = kernel.address(self.inode)
        self.kind = kind_of(self.inode)
        self.refs = int(file["refs"])
        self.offset = int(file["offset"])
        self.flags = int(file["flags"])

    @property
    def access(self):
        return ACCESS[self.flags & O_ACCMODE]

    def words(self):
        """What is set besides the access mode."""
        return [word for word, there in (
            ("close-on-exec", self.cloexec),
            ("append", self.flags & O_APPEND),
            ("nonblock", self.flags & O_NONBLOCK)) if there]


def descriptors(owner):
    """Each descriptor of a thread, in order: (number, Descriptor, or None
    where what is behind it cannot be read)."""
    table = table_of(owner)
    for fd, file in enumerate(pointers(table)):
        if file == 0:
            continue
        word = int(table["cloexec"][fd // 64])
        try:
            yield fd, Descriptor(fd, table["file"][fd].dereference(),
                                 word >> fd % 64 & 1)
        except gdb.error:
            yield fd, None


def table_of(owner):
    """The struct fdtable of a thread.  => gdb.error if it has none"""
    files = owner.value["files"]
    if kernel.address(files) == 0:
        raise gdb.error("it has no files")
    return files["table"].dereference()


def pointers(table):
    """The addresses of a table's files, 0 where there is none."""
    data = kernel.read(kernel.address(table["file"]),
                       8 * int(table["capacity"]))
    return [file for (file,) in struct.iter_unpack("<Q", data)]


class Pipe:
    """The pipe of an inode that is one."""

    def __init__(self, inode):
        kind = kernel.struct_type("pipe", "pipe_create")
        self.value = kernel.at(kernel.address(inode), kind)
        self.bytes = int(self.value["head"]) - int(self.value["tail"])
        self.readers = int(self.value["readers"])
        self.writers = int(self.value["writers"])

    def frames(self):
        """Its ring's pages: (number in the ring, frame)."""
        pages = self.value["page"]
        low, high = pages.type.range()
        for i in range(low, high + 1):
            if int(pages[i]) != 0:
                yield i, int(pages[i]) >> 12


class Holders:
    """The processes and descriptors that lead to an open file."""

    def __init__(self, world):
        self.of = {}        # address of a struct file: {(pid, number)}
        for owner in world.all_threads():
            try:
                files = pointers(table_of(owner))
            except gdb.error:
                continue    # it has no files, or none that can be read
            for fd, file in enumerate(files):
                self.of.setdefault(file, set()).add((owner.pid, fd))

    def other_ends(self, descriptor):
        """The descriptors of a pipe's other end: [(pid, number)]."""
        kind, found = descriptor.file.type, []
        for where, holders in self.of.items():
            if where == 0:
                continue
            file = kernel.at(where, kind)
            mode = int(file["flags"]) & O_ACCMODE
            if (kernel.address(file["inode"]) == descriptor.inode_at
                    and mode != descriptor.flags & O_ACCMODE):
                found += sorted(holders)
        return found


def cached_frames(inode):
    """The frames of a regular file: (what, frame), pages and inner nodes."""
    kind = kernel.struct_type("tmpfs_file", "tmpfs_file")
    tree = kernel.at(kernel.address(inode), kind)["tree"]
    pages = -(-int(inode["size"]) // PAGE)
    yield from tree_frames(int(tree["root"]), int(tree["height"]), 0, pages)


def tree_frames(slot, height, first, pages):
    """The frames below a slot; `first` is its first page, of so many."""
    if slot == 0:
        return
    if height == 0:
        yield f"page {first}", slot // PAGE
        return
    yield "a node of its tree of pages", slot // PAGE
    each = SLOTS ** (height - 1)        # pages below one slot
    count = max(min(SLOTS, -(-(pages - first) // each)), 1)
    data = kernel.read(kernel.DIRECT_MAP + slot, 8 * count)
    for i, (below,) in enumerate(struct.iter_unpack("<Q", data)):
        yield from tree_frames(below, height - 1, first + i * each, pages)
