"""Letting the guest run to a place; tine enter, tine leave.

A breakpoint in user code stops every process that has code at that address. So
each of ours first asks which process runs: read Stop and run_to.
"""

import os
import re

import gdb
import tine_console
import tine_kernel as kernel
import tine_programs as programs
import tine_unwind
from tine_kernel import Command

ERRNO = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..",
                     "lib", "abi", "errno.h")
WORK_RESCHED = 1        # of kernel/arch/percpu.h
EXECVE = 59

returns = []            # breakpoints of tine syscall, at the end of calls
may_write = True        # not in a replay: see yield_cpu


class Stop(gdb.Breakpoint):
    """A breakpoint of ours at an address. There it calls its tests, and stops
    if one returns true: then hit is the number of that test."""

    def __init__(self, address, tests):
        super().__init__(f"*{address:#x}", gdb.BP_BREAKPOINT, internal=True)
        self.silent = not HUSH      # we say where we are, and why
        self.tests = tests
        self.hit = None

    def stop(self):
        if programs.is_still_there():
            return False
        for number, test in self.tests:
            try:
                if test():
                    self.hit = number
                    return True
            except gdb.error as error:
                gdb.write(f"! {error}\n")
        return False


def run_to(*places):
    """Let the guest run to one of some places, each (address, test).
    => the number of the place where it stopped; None if it stopped elsewhere
       (a breakpoint of the user's, Ctrl-C, the end): gdb has printed that"""
    if gdb.selected_thread() is None:
        raise gdb.GdbError("the machine is off; `quit` and start again")
    tests = {}
    for number, (address, test) in enumerate(places):
        tests.setdefault(address, []).append((number, test))
    stops = [Stop(*each) for each in tests.items()]
    programs.quiet = True
    hush("on")
    try:
        gdb.execute("continue", to_string=True)
    finally:
        hush("off")
        programs.quiet = False
        hits = [stop.hit for stop in stops if stop.hit is not None]
        for stop in stops:
            if stop.is_valid():
                stop.delete()
    tine_console.drain(True)
    if not hits:
        programs.tell_stop()
    return hits[0] if hits else None


def hush(how):
    """Keep gdb from printing where it stopped. (A silent breakpoint would not
    tell editors either.)"""
    if HUSH:
        gdb.execute("set suppress-cli-notifications " + how)


def can_hush():
    try:
        gdb.execute("set suppress-cli-notifications off")
        return True
    except gdb.error:
        return False


HUSH = can_hush()       # gdb 12 can


def tell(text):
    """Why we stopped, and where that is."""
    print(text)
    programs.show_place()


def function(name):
    """The address of a kernel function's first instruction."""
    try:
        return kernel.address(kernel.symbol(name))
    except gdb.error:   # clang's assembler describes no function of entry.S
        return tine_unwind.symbol_address(name)


def register_value(name):
    value = gdb.newest_frame().read_register(name)
    return int(value) & kernel.WORD


def word_at(where):
    return int.from_bytes(kernel.read(where, 8), "little")


def in_kernel():
    return gdb.newest_frame().pc() >= kernel.KERNEL_HALF


def the_thread():
    owner = kernel.current()
    if owner is None:
        raise gdb.GdbError("no process runs now")
    return owner


def number_of_call(owner):
    """The system call of a thread's trapframe, or None. It is the current one
    only if the thread is in the kernel."""
    frame = owner.value["frame"]
    if int(frame["vector"]) in (kernel.VECTOR_SYSCALL,
                                kernel.VECTOR_RESTART):
        return int(frame["error"])
    return None


def function_of_call(number):
    """The address of the function that serves a system call."""
    if not kernel.is_mapped():      # an editor's gdb begins at the reset
        run_to((function("kernel_main"), lambda: True))
    if number >= int(kernel.symbol("syscall_count")):
        return function("sys_enosys")
    return kernel.address(kernel.symbol("syscall_table")[number])


def user_rip(owner):
    return int(owner.value["frame"]["rip"]) & kernel.WORD


def result(value):
    """A system call's result: a number, or -ENAME."""
    number = value - (1 << 64) if value >> 63 else value
    if -4096 < number < 0:
        return f"-{errno_names().get(-number, -number)}"
    return str(number) if 0 <= number < 1 << 31 else f"{value:#x}"


def errno_names():
    with open(ERRNO, encoding="ascii") as file:
        return {int(number): name for name, number in
                re.findall(r"#define\s+(E\w+)\s+(\d+)", file.read())}


def yield_cpu():
    """Let the running thread leave the CPU before it returns to user mode, as
    if its time slice was over. Time passes for the guest during a stop in gdb,
    so ticks come where a normal run has none: this restores the order of the
    two sides of a fork."""
    if may_write:
        work = kernel.symbol("cpus")[kernel.cpu_number()]["work"]
        data = (int(work) | WORK_RESCHED).to_bytes(4, "little")
        gdb.selected_inferior().write_memory(int(work.address), data)


def yield_to(others):
    """The same, if another thread is wanted that waits for the CPU."""
    if not in_kernel() and any(each.state == "runnable" for each in others):
        yield_cpu()


# ---- In and out of the kernel ----


class Enter(Command):
    """Run until this thread is in the kernel, in its next system call.

    tine enter

    It stops at the first line of the call's function. Other threads may
    run in between. `stepi` and `step` go over the system call instruction,
    too, to the first line of the kernel: syscall_entry."""

    def run(self, _argument):
        owner = the_thread()
        if in_kernel() and not is_entering():
            raise gdb.GdbError(f"{owner} is in the kernel: "
                               f"{kernel.call_of(owner)}")
        if not in_kernel():
            which = run_to((function("syscall_entry"), is_thread(owner)),
                           *ending(owner))
            if which != 0:
                tell_ending(owner, which)
                return
        place = function_of_call(register_value("rax") & 0xffffffff)
        if run_to((place, is_thread(owner))) is not None:
            tell(f"{owner}: {kernel.call_of(owner)}")


class Leave(Command):
    """Run until this thread is back in user mode.

    tine leave

    After a system call it stops just past its instruction; after execve, at
    the first instruction of the new program; after a trap, where the trap
    happened. Other threads may run meanwhile."""

    def run(self, _argument):
        owner = the_thread()
        if not in_kernel():
            raise gdb.GdbError(f"{owner} is in user mode already")
        while returns:
            each = returns.pop()
            if each.is_valid():
                each.delete()       # we say it, a little later
        call = number_of_call(owner)
        what = kernel.call_of(owner)
        place = user_rip(owner), is_thread(owner)
        ends = ending(owner)
        places = [place, *ends]
        if call == EXECVE:
            places += [(address, is_thread(owner)) for address in ways_out()]
        which = run_to(*places)
        if which is None or 1 <= which < len(ends) + 1:
            tell_ending(owner, which)
            return
        if which > len(ends):
            gdb.execute("stepi", to_string=True)
        owner = the_thread()
        if call is not None:
            what += f" = {result(register_value('rax'))}"
        tell(f"{owner} is back in user mode after {what}")


def is_entering():
    """Are we in the entry code, and the call's function is still to come?"""
    try:
        return gdb.newest_frame().pc() in range(
            function("syscall_entry"),
            int(gdb.parse_and_eval("(unsigned long)&syscall_done")))
    except gdb.error:
        return False


def is_thread(owner):
    """A test for a Stop."""
    def test():
        here = kernel.current()
        return here is not None and here.where == owner.where
    return test


def ending(owner):
    """The places where a thread ends, with its process or alone."""
    return [(function(name), is_thread(owner))
            for name in ("proc_exit", "thread_exit")]


def tell_ending(owner, which):
    if which is not None:
        tell(f"{owner} ends: it will not be back in user mode")


def ways_out():
    """Where the instructions are that return to user mode."""
    frame = gdb.newest_frame()
    start, end = function("syscall_entry"), function("switch_to")
    for line in frame.architecture().disassemble(start, end - 1):
        if line["asm"].split()[0] in ("sysretq", "sysret", "iretq"):
            yield line["addr"]


def register():
    Enter("enter")
    Leave("leave")
