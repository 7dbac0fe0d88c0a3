"""Letting the guest run to what one wants to see: tine syscall, cow, trap."""

import gdb
import tine_kernel as kernel
import tine_programs as programs
import tine_tables as tables
import tine_tree
from tine_console import lastwords
from tine_kernel import Command
from tine_run import function, function_of_call, \
    register_value, result, returns, run_to, tell, the_thread, word_at

STRING_MAX = 60         # characters of an argument that are shown
PROT_WRITE = 2

TRAPS = {**lastwords.TRAPS,
         kernel.VECTOR_TIMER: ("timer", "timer interrupt")}
EXCEPTIONS = 32         # vectors below this are exceptions
FAULT_BITS = ((1, "page present", "page not present"), (2, "write", ""),
              (4, "in user mode", "in the kernel"),
              (8, "reserved bit set", ""), (16, "instruction fetch", ""))


# ---- tine syscall ----


class Return(gdb.Breakpoint):
    """Stops once, where a system call has returned into the entry code. It
    stays until then: for the next continue."""

    def __init__(self, owner, text):
        rsp = register_value("rsp")
        super().__init__(f"*{word_at(rsp):#x}", gdb.BP_BREAKPOINT,
                         internal=True, temporary=True)
        self.silent = True
        self.stack = rsp + 8        # no other thread has this stack
        self.text = f"{owner}: {text}"

    def stop(self):
        if register_value("rsp") != self.stack:
            return False
        programs.why = f"{self.text} = {result(register_value('rax'))}"
        return True


class Syscall(Command):
    """Run to the next system call of a name; the next stop is its return.

    tine syscall NAME               by any process
    tine syscall NAME PROGRAM       by this program

    It stops at the first line of the call's function and prints the
    arguments. `continue` stops where it returns, and prints its result (if
    the process does not end in it). `tine leave` goes on to user mode."""

    def run(self, argument):
        words = argument.split()
        if not 1 <= len(words) <= 2:
            raise gdb.GdbError("tine syscall NAME [PROGRAM]")
        name, program = words[0], words[1] if words[1:] else ""
        if program:
            programs.named(program)
        numbers = self.numbers()
        if name not in numbers:
            raise gdb.GdbError(f"no system call {name}: there are "
                               + " ".join(numbers))

        def wanted():
            owner = kernel.current()
            return owner is not None and programs.is_named(owner, program)

        place = function_of_call(numbers[name])
        if run_to((place, wanted)) is not None:
            owner = the_thread()
            text = call_text(owner)
            returns.append(Return(owner, text))
            tell(f"{owner}: {text}")

    @staticmethod
    def numbers():
        """The names of all calls, with their numbers."""
        table = kernel.symbol("syscall_texts")
        low, high = table.type.range()
        pointers = kernel.read(kernel.address(table), 16 * (high + 1))
        return {table[i]["name"].string(): i for i in range(low, high + 1)
                if any(pointers[16 * i:16 * i + 8])}

    def complete(self, _text, word):
        return [name for name in self.numbers() if name.startswith(word)]


def call_text(owner):
    """The call with its arguments, strings as what they say."""
    text = kernel.call_of(owner)
    name, _, rest = text.partition("(")
    number = int(owner.value["frame"]["error"])
    formats = kernel.symbol("syscall_texts")[number]["formats"].string()
    words = rest.rstrip(")").split(", ")
    for i, letter in enumerate(formats):
        if letter == "s":
            words[i] = string_at(int(words[i], 16)) or words[i]
    return f"{name}({', '.join(words)})"


def string_at(where):
    """A string of the running process in quotes, or None."""
    data = b""
    try:
        while b"\0" not in data and len(data) < STRING_MAX:
            data += kernel.read(where + len(data), 1)
    except gdb.error:
        return None
    text, end, _ = data.partition(b"\0")
    shown = text.decode(errors="backslashreplace")
    return f'"{shown}"' + ("" if end else "...")


# ---- tine cow ----


class Cow(Command):
    """Run to the next copy-on-write fault, and say what will be copied.

    tine cow                by any process
    tine cow PROGRAM        by this program

    That is a legal write of the program to a page that a fork has left shared.
    It stops at the first line of fault_serve; `tine pt . ADDRESS` shows the
    way to the page, `tine leave` lets the kernel copy."""

    def run(self, argument):
        if argument:
            programs.named(argument)

        def wanted():
            owner = kernel.current()
            return (owner is not None and programs.is_named(owner, argument)
                    and bool(self.plan(owner)))

        if run_to((function("fault_serve"), wanted)) is not None:
            owner, va = the_thread(), register_value("rsi")
            plan = self.plan(owner)
            tell(f"{owner} writes to {place(va)}, which is shared:\n"
                 f"{self.words(plan, va)}")

    @staticmethod
    def plan(owner):
        """fault_serve(as, addr, access): what it will do, if that is copying
        or taking back what was shared; else nothing."""
        access = int(gdb.parse_and_eval("(int)ACCESS_WRITE"))
        if register_value("rdx") & 0xffffffff != access:
            return []
        space = kernel.Space(kernel.at(register_value("rdi"),
                                       kernel.field_type("as")))
        va = register_value("rsi")
        vma = space.vma(va)
        if vma is None or not int(vma["prot"]) & PROT_WRITE:
            return []
        plan = tables.Tables().write_plan(space.root, va)
        if any(what in ("copy", "take") for what, _, _ in plan):
            return plan
        return []

    @staticmethod
    def words(plan, va):
        space = kernel.Space(kernel.at(register_value("rdi"),
                                       kernel.field_type("as")))
        words = list(tine_tree.plan_words(plan, space.vma(va), va))
        return f"  the kernel will {kernel.series(words)}"


def place(va):
    """An address, and what the program calls it."""
    text = gdb.execute(f"info symbol {va:#x}", to_string=True).strip()
    if text.startswith("No symbol"):
        return f"{va:x}"
    return f"{va:x} ({text.partition(' in section')[0]})"


# ---- tine trap ----


class Trap(Command):
    """Run to the next trap, and say what it is.

    tine trap               any exception (page faults are most of them)
    tine trap NAME          divide, opcode, protection, page, timer ...
    tine trap NUMBER        of its vector
    tine trap any           interrupts, too

    It stops at the first line of trap_dispatch: the registers are in *frame.
    A system call is no trap: see tine syscall."""

    def run(self, argument):
        wanted = vectors(argument)
        if run_to((function("trap_dispatch"),
                   lambda: vector_now() in wanted)) is not None:
            tell(describe(frame_now()))


def vectors(word):
    if word in ("", "any"):
        return range(256) if word else range(EXCEPTIONS)
    for number, (name, _) in TRAPS.items():
        if word == name:
            return (number,)
    try:
        return (kernel.evaluate(word),)
    except gdb.error:
        raise gdb.GdbError(f"no trap {word}: a number, any, or one of "
                           + " ".join(name for name, _ in TRAPS.values())
                           ) from None


def frame_now():
    """trap_dispatch's argument."""
    return kernel.at(register_value("rdi"), kernel.field_type("frame"))


def vector_now():
    return int(frame_now()["vector"])


def describe(frame):
    vector, error = int(frame["vector"]), int(frame["error"])
    text = TRAPS.get(vector, ("", "interrupt"))[1]
    text = f"trap {vector}, {text}"
    if vector == kernel.VECTOR_PF:
        bits = [yes if error & bit else no for bit, yes, no in FAULT_BITS]
        address = register_value("cr2")
        text += (f" at {place(address)}, error {error:#x}: "
                 + ", ".join(filter(None, bits)))
    elif error:
        text += f", error {error:#x}"
    user = int(frame["cs"]) & 3
    rip = int(frame["rip"]) & kernel.WORD
    owner = kernel.current()
    return (f"{text}\n  from {'user mode' if user else 'the kernel'}, at "
            f"{place(rip)}, {owner if owner else 'idle'}")


def register():
    Syscall("syscall")
    Cow("cow")
    Trap("trap")
