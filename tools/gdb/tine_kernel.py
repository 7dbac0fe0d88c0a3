"""Reading the stopped kernel: symbols, lists, processes, spaces, stacks.

Nothing here writes memory or calls a function of the kernel: so it works at
any stop, after a panic too. What cannot be read raises gdb.error, with a
sentence for the person at the prompt (gdb.MemoryError is a gdb.error); who
shows many things catches it, says so and goes on.

Read Process and World first.
"""

import re
import struct

import gdb

LIST_MAX = 100000       # links; a longer list is taken for a broken one
WORD = (1 << 64) - 1
KERNEL_HALF = 1 << 63
DIRECT_MAP = 0xffff800000000000         # where all physical memory is
HEX = re.compile("[0-9a-f]+")

VECTOR_PF, VECTOR_TIMER = 14, 0x40      # kernel/arch/trap.h
VECTOR_SYSCALL, VECTOR_CHANGED = 0x80, 0x81
VECTORS = {VECTOR_PF: "page fault", VECTOR_TIMER: "timer",
           VECTOR_CHANGED: "start of a new program"}


def plural(count, what):
    return f"{count} {what}{'' if count == 1 else 's'}"


def series(words, most=6):
    """`a, b and c`; of many words, the first and how many more."""
    words = list(words)
    if len(words) > most:
        words = words[:most - 1] + [f"{len(words) - most + 1} more"]
    return ", ".join(words[:-1]) + (" and " if words[1:] else "") \
        + "".join(words[-1:])


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
    """Whether page tables are loaded that have the kernel in them."""
    try:
        read(address(symbol("kernel_main")), 1)
        return True
    except gdb.error:
        return False


def evaluate(text):
    """The number that an expression of the user stands for; the address of
    what is no number."""
    value = gdb.parse_and_eval(text)
    if value.type.strip_typedefs().code in (
            gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_FUNC, gdb.TYPE_CODE_STRUCT):
        value = value.address
    return int(value) & WORD


def hex_or_expression(text):
    """The number that a word means where ours are printed in plain hex: so
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
    => gdb.error where it cannot be followed, after those before it"""
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


# ---- Processes ----


class Process:
    """A struct process; `value` has the other fields."""

    def __init__(self, value):
        self.value = value
        self.where = address(value)
        self.pid = int(value["pid"])
        self.state = str(value["state"]).replace("PROC_", "").lower()
        self.name = value["comm"].string(errors="replace")
        self.space_at = address(value["as"])

    def __str__(self):
        return f"pid {self.pid} {self.name}".rstrip()

    @property
    def parent_pid(self):
        return int(self.value["ppid"])


def process_type():
    return symbol("init_process").type.target()


def processes():
    """All processes, oldest first, and one that is being made by a fork.
    => gdb.error if their list cannot be followed, after all that the table
    of pids has"""
    found, problem = set(), None
    try:
        for entry in list_entries(symbol("all_processes"), process_type(),
                                  "all_link"):
            found.add(address(entry))
            yield Process(entry)
    except gdb.error as error:
        problem = error
    for where in pid_table():
        if where not in found:
            yield Process(at(where, process_type()))
    if problem is not None:
        raise problem


def pid_table():
    """The addresses of the processes that have a pid; it is given before
    anything else knows of them."""
    pids = symbol("pids")
    count = min(int(symbol("last_pid")) + 1, pids.type.range()[1] + 1)
    slot = pids.type.target()
    data = read(address(pids), count * slot.sizeof)
    start = offset_of(slot, "process")
    for i in range(count):
        where = i * slot.sizeof + start
        value = int.from_bytes(data[where:where + 8], "little")
        if value != 0:
            yield value


def process(pid):
    """The process of this pid, or None."""
    return next((each for each in processes() if each.pid == pid), None)


def cpu_number():
    """The CPU that gdb looks at: its threads are QEMU's processors."""
    thread = gdb.selected_thread()
    return thread.num - 1 if thread is not None else 0


def current(cpu=None):
    """The process that runs on a CPU (that of gdb's thread); None: idle."""
    number = cpu_number() if cpu is None else cpu
    where = address(symbol("cpus")[number]["process"])
    running = Process(at(where, process_type())) if where != 0 else None
    return running if running is not None and running.pid != 0 else None


def named_process(word):
    """The process that a PID argument means: a number, or `.` or nothing for
    the one that runs."""
    if word in ("", "."):
        found = current()
        if found is None:
            raise gdb.GdbError(f"CPU {cpu_number()} runs no process now")
        return found
    found = process(evaluate(word))
    if found is None:
        raise gdb.GdbError(f"there is no process {word}; see `tine ps`")
    return found


# ---- Address spaces ----


class Space:
    """A struct as; its root is a frame number."""

    def __init__(self, value):
        self.value = value
        self.where = address(value)
        self.root = int(value["root"]) >> 12

    def vmas(self):
        """Its vmas in order, and how many spaces share the set."""
        vmas = self.value["vmas"]
        first = vmas["vma"]
        return ([first[i] for i in range(int(vmas["count"]))],
                int(vmas["refs"]))

    def vma(self, addr):
        """The vma that holds an address, or None."""
        for vma in self.vmas()[0]:
            if int(vma["start"]) <= addr < int(vma["end"]):
                return vma
        return None


class World:
    """All processes and spaces at this stop. What could not be followed is in
    `problems`; the rest is there."""

    def __init__(self):
        self.processes, self.spaces, self.problems = [], [], []
        self.gather(self.processes, processes(), "all_processes")
        kind = process_type()["as"].type.target()
        self.gather(self.spaces, map(Space, list_entries(
            symbol("all_spaces"), kind, "link")), "all_spaces")
        self.users = {}     # address of a space: the processes that have it
        for each in self.processes:
            self.users.setdefault(each.space_at, []).append(each)
        self.match_embryo()

    def match_embryo(self):
        """While fork makes a space, nothing names it but all_spaces: it is
        the newest one without a process."""
        unused = [each for each in self.spaces
                  if each.where not in self.users]
        for each in self.processes:
            if each.state == "embryo" and each.space_at == 0 and unused:
                each.space_at = unused[-1].where
                self.users[each.space_at] = [each]

    def gather(self, into, items, what):
        try:
            into.extend(items)
        except gdb.error as error:
            self.problems.append(f"{what}: {error}")

    def space_of(self, owner):
        """A process's space, or None."""
        owner = next((each for each in self.processes
                      if each.where == owner.where), owner)
        if owner.space_at == 0:
            return None
        return Space(at(owner.space_at, owner.value["as"].type.target()))

    def names(self, wheres):
        """Whose spaces these are: `pid 3`, or `pids 3, 5 and 8`."""
        words = [str(pid) for pid in sorted(
            user.pid for where in wheres
            for user in self.users.get(where, []))]
        text = ("pids " if words[1:] else "pid ") + series(words) \
            if words else ""
        if any(where not in self.users for where in wheres):
            text += f"{' and ' if text else ''}a space without a process"
        return text

    def tell_problems(self):
        for problem in self.problems:
            print(f"! {problem}")


# ---- Where a process is ----


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


def saved_functions(owner):
    """The functions, (name, file), on the stack of a process that does not
    run, from the one that left the CPU outward, along the frame pointers. The
    first is switch_start if it never ran."""
    low = int(owner.value["kstack"]) & WORD
    high = address(owner.value["frame"])
    stack = int(owner.value["kernel_rsp"]) & WORD
    if not low <= stack <= high - 56 or stack % 8:
        raise gdb.error(f"its saved stack pointer {stack:#x} is not on its "
                        "stack")
    words = struct.unpack(f"<{(high - stack) // 8}Q",
                          read(stack, (high - stack) // 8 * 8))
    if functions_at(words[6]) == ["switch_start"]:
        return located_functions(words[6]) + located_functions(words[4])
    found = located_functions(words[6] - 1)     # switch_to has pushed six
    base, last = words[5], stack
    while last < base <= high - 16 and base % 8 == 0:
        index = (base - stack) // 8
        found += located_functions(words[index + 1] - 1)
        base, last = words[index], base
    return found


def call_of(owner):
    """Why a process is in the kernel, from the frame that it came with."""
    frame = owner.value["frame"]
    vector, error = int(frame["vector"]), int(frame["error"])
    if int(frame["cs"]) & 3 != 3:
        return "the kernel's own work"      # it was never in user mode
    if vector != VECTOR_SYSCALL:
        return VECTORS.get(vector, f"trap {vector}")
    count = int(symbol("syscall_count"))
    name = symbol("syscall_names")[error] if error < count else None
    if name is None or address(name) == 0:
        return f"system call {error}"
    formats = symbol("syscall_formats")[error].string()
    registers = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
    words = [argument(letter, int(frame[register]) & WORD)
             for letter, register in zip(formats, registers)]
    return f"{name.string()}({', '.join(words)})"


def argument(letter, value):
    if letter == "d":
        value &= 0xffffffff
        return str(value - (1 << 32) if value >> 31 else value)
    return str(value) if letter == "u" else f"{value:#x}"
