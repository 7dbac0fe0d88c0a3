"""tine stack: kernel and user frames in one backtrace."""

import gdb
import tine_kernel as kernel
import tine_programs as programs
import tine_tables as tables
import tine_unwind as unwind
from tine_kernel import Command
from tine_run import in_kernel, the_thread

BOUNDARY = (" from user mode ()", " from the kernel ()")
DEPTH = 64              # frames of a program
SYSCALL, PUSH_RDX = b"\x0f\x05", b"\x52"


class Stack(Command):
    """The frames of the kernel and of the program in one backtrace.

    tine stack          of the thread that runs
    tine stack PID      of a waiting thread: a process's first, or the thread
                        with this tid

    For the thread that runs, `frame N` selects one of them, and `up`, `bt`
    and `finish` cross the boundary, too."""

    def run(self, argument):
        show(the_thread() if argument in ("", ".") else
             kernel.named_thread(argument))


def show(owner):
    here = kernel.current()
    if here is not None and here.where == owner.where:
        running(owner)
    elif owner.value["on_cpu"]:
        raise gdb.GdbError(f"{owner} runs on CPU {owner.cpu}: `thread "
                           f"{owner.cpu + 1}`, then `tine stack`")
    else:
        waiting(owner)


def running(owner):
    """gdb's own frames, with a line where the mode changes."""
    crossed = not in_kernel()
    for line in gdb.execute("backtrace", to_string=True).splitlines():
        text = line.partition("  ")[2]
        if text.endswith(BOUNDARY):
            print(f"--- {text[:-3]} ---")
            crossed = crossed or "user mode" in text
        else:
            print(line)
    if not crossed:
        entered(owner)


def waiting(owner):
    """The same of a stack that is not in use."""
    fresh, found = kernel.saved_stack(owner)
    if fresh:
        print(described(found[1], False) + ", when it runs first")
    else:
        for pc in found:
            print(described(pc))
    entered(owner)


def entered(owner):
    """The boundary and what is below it, from the frame that the entry code
    has made: where gdb has no frames of its own."""
    frame = owner.value["frame"].dereference()
    if not int(frame["cs"]) & 3:
        return              # it has never been in user mode
    print(f"--- {unwind.reason(frame)} from user mode ---")
    with programs.symbols_of(programs.file_of(owner)):
        first, *others = Memory(owner).returns(frame)
        print(described(first, False))
        for pc in others:
            print(described(pc))


def described(pc, returned=True):
    """A line of a backtrace, for where a function is: at an instruction, or
    before a return address."""
    names = kernel.functions_at(pc - returned)
    line = gdb.find_pc_line(pc - returned)
    text = f"    {pc:#018x} in {names[-1] if names else '??'} ()"
    if line.symtab is not None:
        text += f" at {line.symtab.filename}:{line.line}"
    return text


class Memory:
    """A thread's user memory, whatever page tables are loaded."""

    def __init__(self, owner):
        space = kernel.World().space_of(owner)
        self.root = space.root if space is not None else None
        self.tables = tables.Tables()

    def word(self, va):
        """8 bytes at an address, None if they are not there."""
        frame = None if self.root is None or va % 8 else \
            self.tables.page_at(self.root, va)
        if frame is None:
            return None
        where = tables.DIRECT_MAP + frame * tables.PAGE + va % tables.PAGE
        return int.from_bytes(kernel.read(where, 8), "little")

    def code(self, va):
        words = self.word(va & -8), self.word((va & -8) + 8)
        data = b"".join(word.to_bytes(8, "little") for word in words
                        if word is not None)
        return data[va % 8:]

    def returns(self, frame):
        """Where the thread goes on in user mode, and the return addresses
        from there outward, along the frame pointers."""
        registers = {name: int(frame[name]) & kernel.WORD
                     for name in ("rip", "rsp", "rbp", "rdx")}
        pc, base = registers["rip"], registers["rbp"]
        yield pc
        if self.code(pc - 2).startswith(SYSCALL):
            # A stub of the C library: it has no frame of its own, and that
            # of fork keeps its return address in rdx (lib/c/stubs.S).
            kept = self.code(pc).startswith(PUSH_RDX)
            pc = registers["rdx"] if kept else self.word(registers["rsp"])
            if not pc or not kernel.functions_at(pc - 1):
                return      # a new thread: its stack is empty
            yield pc
        for _ in range(DEPTH):
            pc, below = self.word(base + 8), self.word(base)
            if not pc or not kernel.functions_at(pc - 1):
                return
            yield pc
            if below is None or below <= base:
                return
            base = below


def register():
    Stack("stack", gdb.COMMAND_STACK)
