"""Reading the stopped kernel: symbols, lists, processes, threads, spaces.

Nothing here writes memory or calls a function of the kernel: so it works at
any stop, after a panic too. What cannot be read raises gdb.error, with a
sentence for the person at the prompt (gdb.MemoryError is a gdb.error). A
command that shows many things catches it, prints it and goes on.

Read Process, Thread and World first. A command's `owner` is a thread.
"""

import contextlib
import os
import re
import struct

import gdb

LIST_MAX = 100000       # links; a longer list is taken for a broken one
WORD = (1 << 64) - 1
KERNEL_HALF = 1 << 63
with open(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..",
                       "kernel", "core", "memlayout.h")) as layout:
    LAYOUT = {name: int(value, 16) for name, value in re.findall(
        r"^#define (\w+)\s+(0x[0-9a-f]+)", layout.read(), re.M)}
DIRECT_MAP, KSTACK_BASE = LAYOUT["DIRECT_MAP"], LAYOUT["KSTACK_BASE"]
KSTACK_SLOT, KSTACK_SIZE = 16384, 8192  # kernel/mm/kmap.c, .h
HEX = re.compile("[0-9a-f]+")

VECTOR_PF, VECTOR_TIMER = 14, 0x40      # kernel/arch/trap.h
VECTOR_SYSCALL, VECTOR_CHANGED, VECTOR_RESTART = 0x80, 0x81, 0x82
VECTORS = {VECTOR_PF: "page fault", VECTOR_TIMER: "timer",
           VECTOR_CHANGED: "start of a new program"}


def frame_kind(number):
    """`anon`: the name of a kind of frame."""
    kinds = gdb.lookup_type("enum frame_kind").fields()
    return kinds[number].name.replace("FRAME_", "").lower() \
        if number < len(kinds) else f"kind {number}"


def plural(count, what):
    return f"{count} {what}{'' if count == 1 else 's'}"


def series(words, most=6):
    """`a, b and c`; of many words, the first and how many more."""
    words = list(words)
    if len(words) > most:
        words = words[:most - 1] + [f"{len(words) - most + 1} more"]
    return ", ".join(words[:-1]) + (" and " if words[1:] else "") \
        + "".join(words[-1:])


class Command(gdb.Command):
    """A command of ours, with run(argument); if something cannot be read or
    done, it ends with one sentence."""

    def __init__(self, name, kind=gdb.COMMAND_RUNNING, *complete):
        super().__init__("tine " + name, kind, *complete)
        self.name = name

    def invoke(self, argument, _from_tty):
        try:
            self.run(argument.strip())
        except gdb.GdbError:
            raise
        except gdb.error as error:
            early = "" if is_mapped() else \
                "; the kernel's memory is not mapped yet, or not any more"
            raise gdb.GdbError(f"tine {self.name}: {error}{early}") from None

    def run(self, argument):
        raise NotImplementedError


# ---- Symbols and memory ----


def objfile():
    """The kernel among the files that gdb has symbols of."""
    for candidate in gdb.objfiles():
        if candidate.lookup_global_symbol("kernel_main") is not None:
            return candidate
    raise gdb.error("gdb has not loaded the kernel's symbols (tine.elf)")


def symbol(name):
    """A variable of the kernel, static ones too, whatever program runs."""
    file = objfile()
    found = (file.lookup_global_symbol(name)
             or file.lookup_static_symbol(name))
    if found is None:
        raise gdb.error(f"this kernel has no {name}")
    return found.value()


def struct_type(name, function):
    """The kernel's struct of this name, as the file with this function has
    it: a program may have another of the same name."""
    file = objfile()
    near = (file.lookup_global_symbol(function)
            or file.lookup_static_symbol(function))
    if near is None:
        raise gdb.error(f"this kernel has no {function}")
    return gdb.lookup_type("struct " + name, near.symtab.static_block())


def offset_of(kind, member):
    return kind[member].bitpos // 8


def address(value):
    """A pointer's value, or where an object is, as a number."""
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        return int(value) & WORD
    return int(value.address) & WORD


def at(where, kind):
    """The object of this type at an address."""
    return gdb.Value(where).cast(kind.pointer()).dereference()


def read(where, size):
    return bytes(gdb.selected_inferior().read_memory(where, size))


def is_mapped():
    """Whether the loaded page tables map the kernel."""
    try:
        read(address(symbol("kernel_main")), 1)
        return True
    except gdb.error:
        return False


def evaluate(text):
    """The value of the user's expression; if it is no number, its address."""
    value = gdb.parse_and_eval(text)
    if value.type.strip_typedefs().code in (
            gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_FUNC, gdb.TYPE_CODE_STRUCT):
        value = value.address
    return int(value) & WORD


def hex_or_expression(text):
    """The number that a word means, as our own output is in plain hex: so
    `401000` and `7f2a` are hex; the rest is an expression, as `&steps`."""
    try:
        return int(text, 16) if text[0].isdigit() else evaluate(text)
    except ValueError:
        return evaluate(text)
    except gdb.error:
        if HEX.fullmatch(text):
            return int(text, 16)
        raise


def list_entries(head, kind, member):
    """The objects of this type whose `member` is on the list, in order.
    => gdb.error at a link that is broken, after the objects before it"""
    end = address(head)
    where = address(head["next"])
    for _ in range(LIST_MAX):
        if where == end:
            return
        if where == 0:
            raise gdb.error(f"the list at {end:#x} has a link that is NULL")
        entry = at(where - offset_of(kind, member), kind)
        where = address(entry[member]["next"])
        yield entry
    raise gdb.error(f"the list at {end:#x} does not come back to its head")


# ---- Processes and threads ----


class Process:
    """A struct process; `value` has the other fields."""

    def __init__(self, value):
        self.value = value
        self.where = address(value)
        self.pid = int(value["pid"])
        self.name = value["comm"].string(errors="replace")

    def __str__(self):
        return f"pid {self.pid} {self.name}".rstrip()

    @property
    def parent_pid(self):
        return int(self.value["ppid"])

    def threads(self):
        """Those that live, oldest first; a zombie has none.
        => gdb.error if their list cannot be followed, after those before"""
        for entry in list_entries(self.value["threads"], thread_type(),
                                  "link"):
            yield Thread(entry)

    @property
    def is_zombie(self):
        head = self.value["threads"]
        return address(head["next"]) == address(head)


class Thread:
    """A struct thread, and what its process says of it."""

    def __init__(self, value):
        self.value = value
        self.where = address(value)
        self.tid = int(value["tid"])
        self.state = str(value["state"]).replace("THREAD_", "").lower()
        self.cpu = int(value["cpu"])
        self.space_at = address(value["as"])
        self.process = Process(value["process"].dereference())
        self.pid, self.name = self.process.pid, self.process.name

    def __str__(self):
        if self.tid == self.pid:
            return str(self.process)
        return f"tid {self.tid} of {self.process}"

    @property
    def parent_pid(self):
        return self.process.parent_pid


def process_type():
    return symbol("init_process").type.target()


def thread_type():
    return symbol("idle_threads").type.target()


def field_type(name):
    """What this field of a thread points to."""
    return thread_type()[name].type.target()


def processes():
    """All processes, oldest first, and one that is being made by a fork.
    => gdb.error if their list cannot be followed, after all that have a
       thread"""
    found, problem = set(), None
    try:
        for entry in list_entries(symbol("all_processes"), process_type(),
                                  "all_link"):
            found.add(address(entry))
            yield Process(entry)
    except gdb.error as error:
        problem = error
    for thread in stacked_threads():
        if thread.process.where not in found:
            found.add(thread.process.where)
            yield thread.process
    if problem is not None:
        raise problem


def stacked_threads():
    """The threads at the top of each kernel stack that are in a process's
    list. That of an embryo is nowhere else, until fork enqueues it."""
    kind = thread_type()
    slots = symbol("free_slots")
    free = {int(slots[i]) for i in range(int(symbol("free_count")))}
    for slot in set(range(slots.type.range()[1] + 1)) - free:
        top = KSTACK_BASE + (slot + 1) * KSTACK_SLOT
        value = at(top - kind.sizeof, kind)
        if int(value["kstack"]) & WORD == top - KSTACK_SIZE \
                and address(value["link"]["next"]) != address(value["link"]):
            yield Thread(value)


def threads():
    """The threads of all processes, as far as these can be followed."""
    with contextlib.suppress(gdb.error):
        for each in processes():
            with contextlib.suppress(gdb.error):
                yield from each.threads()


def process(pid):
    """The process of this pid, or None."""
    return next((each for each in processes() if each.pid == pid), None)


def cpu_number():
    """The CPU that gdb looks at: its threads are QEMU's processors."""
    thread = gdb.selected_thread()
    return thread.num - 1 if thread is not None else 0


def on_cpu(number):
    """The struct thread that a CPU runs, or None: too early in the boot."""
    where = address(symbol("cpus")[number]["thread"])
    return at(where, thread_type()) if where != 0 else None


def current(cpu=None):
    """The thread that runs on a CPU (that of gdb's thread); None: idle."""
    value = on_cpu(cpu_number() if cpu is None else cpu)
    running = Thread(value) if value is not None else None
    return running if running is not None and running.pid != 0 else None


def named_thread(word):
    """The thread that a PID argument means: of a process the oldest, or the
    one of this tid, or for `.` or nothing the one that runs."""
    if word in ("", "."):
        found = current()
        if found is None:
            raise gdb.GdbError(f"CPU {cpu_number()} runs no process now")
        return found
    number = evaluate(word)
    found = next((each for each in threads()
                  if number in (each.pid, each.tid)), None)
    if found is None:
        other = process(number)
        if other is not None:
            raise gdb.GdbError(f"{other} is a zombie: it has no thread, memory "
                               "or files" if other.is_zombie else
                               f"the threads of {other} cannot be followed")
        raise gdb.GdbError(f"there is no process {word}; see `tine ps`")
    return found


# ---- Address spaces ----


def vma_nodes(root):
    """The nodes of a tree of vmas, a pointer each, in order."""
    above = []
    while address(root) != 0 or above:
        while address(root) != 0:
            above.append(root)
            root = root["left"]
        node = above.pop()
        yield node
        root = node["right"]


class Space:
    """A struct as; its root is a frame number."""

    def __init__(self, value):
        self.value = value
        self.where = address(value)
        self.root = int(value["root"]) >> 12

    def vmas(self):
        """Its vmas in order, and how many links their root has."""
        root = self.value["vmas"]
        links = int(root["refs"]) if address(root) != 0 else 0
        return [node["vma"] for node in vma_nodes(root)], links

    def vma(self, addr):
        """The vma that holds an address, or None."""
        for vma in self.vmas()[0]:
            if int(vma["start"]) <= addr < int(vma["end"]):
                return vma
        return None


class World:
    """All processes, threads and spaces at this stop. What could not be
    followed is in `problems`; the rest is there."""

    def __init__(self):
        self.processes, self.spaces, self.problems = [], [], []
        self.threads = {}   # address of a process: its threads
        self.gather(self.processes, processes(), "all_processes")
        self.gather(self.spaces, map(Space, list_entries(
            symbol("all_spaces"), field_type("as"), "link")), "all_spaces")
        self.users = {}     # address of a space: the threads that use it
        for each in self.processes:
            mine = self.threads.setdefault(each.where, [])
            self.gather(mine, each.threads(), f"the threads of {each}")
            for thread in mine:
                self.users.setdefault(thread.space_at, []).append(thread)
        self.match_embryo()

    def all_threads(self):
        return [thread for each in self.processes
                for thread in self.threads[each.where]]

    def match_embryo(self):
        """While fork makes a space, nothing names it but all_spaces: it is
        the newest one without a thread."""
        unused = [each for each in self.spaces
                  if each.where not in self.users]
        for each in self.all_threads():
            if each.state == "embryo" and each.space_at == 0 and unused:
                each.space_at = unused[-1].where
                self.users[each.space_at] = [each]

    def gather(self, into, items, what):
        try:
            into.extend(items)
        except gdb.error as error:
            self.problems.append(f"{what}: {error}")

    def space_of(self, owner):
        """A thread's space, or None."""
        owner = next((each for each in self.all_threads()
                      if each.where == owner.where), owner)
        if owner.space_at == 0:
            return None
        return Space(at(owner.space_at, field_type("as")))

    def space_or_error(self, owner):
        space = self.space_of(owner)
        if space is None:
            raise gdb.GdbError(f"{owner} is {owner.state} and has no memory")
        return space

    def names(self, wheres):
        """The owners of these spaces: `pid 3`, or `pids 3, 5 and 8`."""
        words = [str(pid) for pid in sorted(
            {user.pid for where in wheres
             for user in self.users.get(where, [])})]
        text = ("pids " if words[1:] else "pid ") + series(words) \
            if words else ""
        alone = {where for where in wheres if where not in self.users}
        if alone:
            what = "exec's template" if alone <= templates() \
                else "a space without a process"
            text += f"{' and ' if text else ''}{what}"
        return text

    def tell_problems(self):
        for problem in self.problems:
            print(f"! {problem}")


def templates():
    """Where the spaces are that exec keeps of programs (proc/template.h)."""
    try:
        table = gdb.parse_and_eval("templates")
    except gdb.error:   # a kernel without them
        return set()
    return {int(table[i]["as"]) for i in range(table.type.range()[1] + 1)}


# ---- Where a thread is ----


def functions_at(pc):
    """The names of the functions around an address, inlined ones first; none
    if it is in no function."""
    return [name for name, _ in located_functions(pc)]


def located_functions(pc):
    """The same as (name, file); assembly has no file."""
    found = []
    block = gdb.block_for_pc(pc)
    while block is not None and not block.is_static:
        if block.function is not None:
            found.append((block.function.name,
                          block.function.symtab.filename))
        block = block.superblock
    if not found:
        text = gdb.execute(f"info symbol {pc:#x}", to_string=True)
        if not text.startswith("No symbol"):
            found.append((text.split()[0], ""))
    return found


def saved_stack(owner):
    """Where a thread that does not run goes on. => whether it never ran, then
    switch_start and its function; or else the return addresses on its kernel
    stack, from the one that left the CPU outward, along the frame pointers"""
    low = int(owner.value["kstack"]) & WORD
    high = address(owner.value["frame"])
    stack = int(owner.value["kernel_rsp"]) & WORD
    if not low <= stack <= high - 56 or stack % 8:
        raise gdb.error(f"its saved stack pointer {stack:#x} is not on its "
                        "stack")
    words = struct.unpack(f"<{(high - stack) // 8}Q",
                          read(stack, (high - stack) // 8 * 8))
    found = [words[6]]                  # switch_to has pushed six
    if functions_at(words[6]) == ["switch_start"]:
        return True, [*found, words[4]]
    base, last = words[5], stack
    while last < base <= high - 16 and base % 8 == 0:
        index = (base - stack) // 8
        found.append(words[index + 1])
        base, last = words[index], base
    return False, found


def saved_functions(owner):
    """The functions, (name, file), on the stack of such a thread."""
    fresh, found = saved_stack(owner)
    return [each for pc in found
            for each in located_functions(pc if fresh else pc - 1)]


def call_of(owner):
    """Why a thread is in the kernel, from the frame that it came with."""
    frame = owner.value["frame"]
    vector, error = int(frame["vector"]), int(frame["error"])
    if int(frame["cs"]) & 3 != 3:
        return "the kernel's own work"      # it was never in user mode
    if vector not in (VECTOR_SYSCALL, VECTOR_RESTART):
        return VECTORS.get(vector, f"trap {vector}")
    count = int(symbol("syscall_count"))
    name = symbol("syscall_texts")[error]["name"] if error < count else None
    if name is None or address(name) == 0:
        return f"system call {error}"
    formats = symbol("syscall_texts")[error]["formats"].string()
    registers = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
    words = [argument(letter, int(frame[register]) & WORD)
             for letter, register in zip(formats, registers)]
    return f"{name.string()}({', '.join(words)})"


def argument(letter, value):
    if letter == "d":
        value &= 0xffffffff
        return str(value - (1 << 32) if value >> 31 else value)
    return str(value) if letter == "u" else f"{value:#x}"
