"""Frames across the boundary: so bt, up, finish, step and next go from the
kernel to the user's functions, and back.

entry.S saves the user's registers in a struct trapframe, and its unwind
information tells gdb so, wherever C has been called from there. What it does
not tell is how to unwind in the middle of that saving and loading: Entry does,
for the innermost frame. Then gdb sees the syscall instruction as a call of
syscall_entry.
"""

import gdb
import gdb.unwinder
import tine_kernel as kernel
from gdb.FrameDecorator import FrameDecorator

FRAME_SIZE = 176
SLOTS = ("r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8",
         "rax", "rcx", "rdx", "rsi", "rdi", None, None, "rip", "cs", "eflags",
         "rsp", "ss")       # of struct trapframe; vector and error are none
# Where the registers are that have no slot yet: syscall puts two into others.
BEFORE = {"rip": "rcx", "eflags": "r11"}
USER_CS, USER_SS = 0x33, 0x2b
# These have no caller: a stack ends there.
OUTERMOST = ("high_half", "switch_start", "_start")


def symbol_address(name):
    value = gdb.parse_and_eval(f"(unsigned long)&{name}")
    return int(value)


class Bounds:
    """Where the entry code is; asked again when symbols are loaded."""

    def __init__(self):
        self.range = None
        gdb.events.new_objfile.connect(lambda event: self.forget())
        gdb.events.clear_objfiles.connect(lambda event: self.forget())

    def forget(self):
        self.range = None

    def holds(self, pc):
        if pc < kernel.KERNEL_HALF:
            return False
        if self.range is None:
            try:
                self.range = range(symbol_address("syscall_entry"),
                                   symbol_address("switch_to"))
            except gdb.error:
                self.range = range(0)
        return pc in self.range


class Id:
    """What names a frame: a stack address, and the function's start."""

    def __init__(self, sp, pc):
        word = gdb.lookup_type("unsigned long")
        self.sp = gdb.Value(sp).cast(word)
        self.pc = gdb.Value(pc).cast(word)


class Entry(gdb.unwinder.Unwinder):
    """The innermost frame, if it is in the entry code and came from user mode.

    The trapframe is on top of the thread's kernel stack. A register
    whose slot is above the stack pointer has been saved there, or is not
    loaded from it yet; any other is still, or again, what it was."""

    def __init__(self, bounds):
        super().__init__("tine-entry")
        self.bounds = bounds

    def __call__(self, pending):
        if pending.level() > 0:
            return None
        pc = int(pending.read_register("rip")) & kernel.WORD
        if not self.bounds.holds(pc):
            return None
        try:
            return self.unwind(pending, pc)
        except gdb.error:
            return None

    def unwind(self, pending, pc):
        owner = kernel.on_cpu(kernel.cpu_number())
        if owner is None:
            return None
        top = int(owner["frame"]) & kernel.WORD
        rsp = int(pending.read_register("rsp")) & kernel.WORD
        if rsp < kernel.KERNEL_HALF:
            saved = top + FRAME_SIZE        # all is in the registers
        elif top <= rsp <= top + FRAME_SIZE:
            saved = rsp
        else:
            return None                     # a trap in the kernel
        info = pending.create_unwind_info(Id(top, function_start(pc)))
        for index, name in enumerate(SLOTS):
            if name is None:
                continue
            where = top + 8 * index
            if where >= saved:
                value = int.from_bytes(kernel.read(where, 8), "little")
            elif name == "rsp" and rsp >= kernel.KERNEL_HALF:
                cpu = kernel.symbol("cpus")[kernel.cpu_number()]
                value = int(cpu["user_rsp"])
            elif name in ("cs", "ss"):
                value = USER_CS if name == "cs" else USER_SS
            else:
                value = int(pending.read_register(BEFORE.get(name, name)))
            kind = pending.read_register(name).type
            data = (value & (1 << 8 * kind.sizeof) - 1).to_bytes(
                kind.sizeof, "little")
            info.add_saved_register(name, gdb.Value(data, kind))
        return info


def function_start(pc):
    """Where the symbol begins that gdb shows for an address."""
    text = gdb.execute(f"info symbol {pc:#x}", to_string=True)
    name, _, rest = text.partition(" ")
    offset = rest.split()[1] if rest.startswith("+") else "0"
    return pc - int(offset) if name else pc


class Named(FrameDecorator):
    """A frame by the name that gdb's own backtrace gives it: a decorator
    does not know a function that was left by a tail call."""

    def function(self):
        return self.inferior_frame().name() or super().function()


class Boundary(FrameDecorator):
    """A frame of the entry code, with the name that a backtrace shows."""

    def __init__(self, frame):
        super().__init__(frame)
        self.text = boundary(self.inferior_frame())

    def function(self):
        return self.text

    def nothing(self):
        return None

    address = filename = line = frame_args = frame_locals = nothing


def boundary(frame):
    """Why the kernel was entered here: `system call fork from user mode`."""
    where = int(frame.read_register("rsp")) & kernel.WORD
    saved = kernel.at(where, kernel.field_type("frame"))
    mode = "user mode" if int(saved["cs"]) & 3 else "the kernel"
    return f"{reason(saved)} from {mode}"


def reason(saved):
    vector, error = int(saved["vector"]), int(saved["error"])
    if vector == kernel.VECTOR_CHANGED:
        return "start of a program"
    if vector in (kernel.VECTOR_SYSCALL, kernel.VECTOR_RESTART):
        return f"system call {syscall_name(error)} ({error})"
    if vector == kernel.VECTOR_PF:
        return f"page fault (14, error {error:#x})"
    return "the timer" if vector == kernel.VECTOR_TIMER else f"trap {vector}"


def syscall_name(number):
    if number >= int(kernel.symbol("syscall_count")):
        return "?"
    name = kernel.symbol("syscall_texts")[number]["name"]
    return name.string() if kernel.address(name) else "?"


class Filter:
    """For bt: the boundary in words, and no frames below the outermost."""

    def __init__(self, bounds):
        self.name, self.enabled, self.priority = "tine", True, 100
        self.bounds = bounds
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        for each in frames:
            frame = each.inferior_frame()
            if frame.pc() == 0:
                return
            sigtramp = frame.type() == gdb.SIGTRAMP_FRAME
            if sigtramp and self.bounds.holds(frame.pc()):
                yield Boundary(each)
            else:
                yield Named(each)
            if frame.name() in OUTERMOST:
                return


def register():
    bounds = Bounds()
    gdb.unwinder.register_unwinder(None, Entry(bounds), True)
    Filter(bounds)
