"""Letting the guest run to a place: tine fork, child, parent, enter, leave,
and tine user, a breakpoint in one program.

A breakpoint in user code stops every process that has code at that address.
So each of ours asks first who runs: read Stop and run_to.
"""

import gdb
import tine_console
import tine_kernel as kernel
import tine_programs as programs

FORKS = {56: "clone", 57: "fork", 58: "vfork"}

WORK_RESCHED = 1        # of kernel/arch/percpu.h

last_fork = None        # the Fork of the last tine fork, child or parent
returns = []            # breakpoints of tine syscall, at the end of calls
may_write = True        # not in a replay: see yield_cpu


class Stop(gdb.Breakpoint):
    """A breakpoint of ours at an address, which stops if test(), called when
    the guest is there, returns true."""

    def __init__(self, address, test):
        super().__init__(f"*{address:#x}", gdb.BP_BREAKPOINT, internal=True)
        self.silent = not HUSH      # we say where we are, and why
        self.test = test
        self.hit = False

    def stop(self):
        try:
            self.hit = bool(self.test())
        except gdb.error as error:
            gdb.write(f"! {error}\n")
            self.hit = True     # better once too often
        return self.hit


def run_to(*places):
    """Let the guest run to one of some places, each (address, test).
    => the number of the one where it stopped; None if it stopped elsewhere
       (a breakpoint of the user's, Ctrl-C, the end), which has been told"""
    if gdb.selected_thread() is None:
        raise gdb.GdbError("the machine is off; `quit` and start again")
    stops = [Stop(*place) for place in places]
    programs.quiet = True
    hush("on")
    try:
        gdb.execute("continue", to_string=True)
    finally:
        hush("off")
        programs.quiet = False
        hits = [i for i, stop in enumerate(stops) if stop.hit]
        for stop in stops:
            if stop.is_valid():
                stop.delete()
    tine_console.drain(True)
    if not hits:
        programs.tell_stop()
    return hits[0] if hits else None


def hush(how):
    """gdb itself is not to say where it stopped. (A breakpoint that is
    silent would not say it to editors either.)"""
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
    return kernel.address(kernel.symbol(name))


def register_value(name):
    value = gdb.newest_frame().read_register(name)
    return int(value) & kernel.WORD


def word_at(where):
    return int.from_bytes(kernel.read(where, 8), "little")


def in_kernel():
    return gdb.newest_frame().pc() >= kernel.KERNEL_HALF


def the_process():
    owner = kernel.current()
    if owner is None:
        raise gdb.GdbError("no process runs now")
    return owner


def number_of_call(owner):
    """The system call that its trapframe is of, or None. It tells about now
    only if the process is in the kernel."""
    frame = owner.value["frame"]
    if int(frame["cs"]) & 3 and int(frame["vector"]) in (
            kernel.VECTOR_SYSCALL, kernel.VECTOR_CHANGED):
        return int(frame["error"])
    return None


def user_rip(owner):
    return int(owner.value["frame"]["rip"]) & kernel.WORD


# ---- The two sides of a fork ----


class Fork:
    """A fork that is under way, or has been."""

    def __init__(self, parent):
        self.parent = parent.where
        self.pid = parent.pid
        self.call = FORKS[number_of_call(parent)]
        self.rip = user_rip(parent)     # just past the syscall instruction
        frame = kernel.address(parent.value["frame"])
        self.back = word_at(frame - 8)  # where the call's function returns
        self.before = {each.pid for each in kernel.processes()
                       if not self.is_fresh(each)}

    def is_fresh(self, owner):
        """Is it made, or just being made, by this call?"""
        return owner.state == "embryo" or (
            owner.parent_pid == self.pid and self.returning(owner)
            and int(owner.value["frame"]["rax"]) == 0)

    def is_parent(self, owner):
        return owner is not None and owner.where == self.parent

    def is_child(self, owner):
        return (owner is not None and owner.where != self.parent
                and owner.parent_pid == self.pid
                and owner.pid not in self.before)

    def returning(self, owner):
        """Is it in the kernel still, on the way out of this call?"""
        here = kernel.current()
        if here is not None and here.where == owner.where \
                and not in_kernel():
            return False
        return (number_of_call(owner) in FORKS
                and user_rip(owner) == self.rip)

    def children(self):
        return [each for each in kernel.processes() if self.is_child(each)]


def fork_now():
    """The fork that the commands mean: the one that the running process is
    in, or else the one they meant before, or else the last that can be
    seen."""
    global last_fork
    owner = kernel.current()
    if owner is not None and in_kernel() and number_of_call(owner) in FORKS \
            and int(owner.value["frame"]["rax"]) != 0:
        if last_fork is None or not last_fork.is_parent(owner) \
                or not last_fork.returning(owner):
            last_fork = Fork(owner)
    if last_fork is None:
        raise gdb.GdbError("no fork yet: `tine fork` runs to the next one")
    return last_fork


def yield_cpu():
    """Let the running process leave the CPU before it is back in user mode,
    as if its time slice was over. A stop in gdb takes the guest's time, so
    that ticks come where in a normal run there are none: this gives order
    back to the two sides of a fork."""
    if may_write:
        work = kernel.symbol("cpus")[kernel.cpu_number()]["work"]
        data = (int(work) | WORK_RESCHED).to_bytes(4, "little")
        gdb.selected_inferior().write_memory(int(work.address), data)


def yield_to(others):
    """The same, if another process is wanted that waits for the CPU."""
    if not in_kernel() and any(each.state == "runnable" for each in others):
        yield_cpu()


class ParentFirst(gdb.Breakpoint):
    """At a child's first step: does its parent wait for the CPU, and has not
    yet come further in user mode than the child will be? Then the parent goes
    first, as if nobody looked. So a `next` over fork stays in the parent."""

    wanted = True

    def __init__(self):
        super().__init__("fork_return", gdb.BP_BREAKPOINT, internal=True)

    def stop(self):
        try:
            child = kernel.current()
            parent = kernel.process(child.parent_pid)
            if self.wanted and parent is not None \
                    and parent.state == "runnable" \
                    and user_rip(parent) == user_rip(child):
                yield_cpu()
        except (gdb.error, AttributeError):
            pass            # it cannot be told: then as it comes
        return False


class ForkCommand(gdb.Command):
    """Run to the next fork: to its first line in the kernel.

    tine fork               by whatever process
    tine fork PROGRAM       by this program

    vfork and clone count, too. Then `tine child` or `tine parent`."""

    def __init__(self):
        super().__init__("tine fork", gdb.COMMAND_RUNNING)

    def invoke(self, argument, _from_tty):
        global last_fork
        name = argument.strip()
        if name:
            programs.named(name)        # else it would run for ever

        def wanted():
            owner = kernel.current()
            return owner is not None and is_named(owner, name)

        if run_to(*((function("sys_" + call), wanted)
                    for call in FORKS.values())) is not None:
            owner = the_process()
            last_fork = Fork(owner)
            tell(f"{owner} calls {last_fork.call}:")


def is_named(owner, name):
    """Is it this program's process? The kernel keeps 15 characters."""
    short = name.rpartition("/")[2]
    return not name or owner.name == short[:programs.COMM]


class Child(gdb.Command):
    """Run until the child of the last fork is in user mode.

    tine child

    It is just past the system call instruction, where fork has returned 0."""

    def __init__(self):
        super().__init__("tine child", gdb.COMMAND_RUNNING)

    def invoke(self, _argument, _from_tty):
        fork = fork_now()
        born = fork.children()
        if born and not any(map(fork.returning, born)):
            raise gdb.GdbError(f"the child, {born[-1]}, has been back in user "
                               "mode")

        def child():
            owner = kernel.current()
            return fork.is_child(owner) and register_value("rax") == 0

        def failed():
            return (fork.is_parent(kernel.current())
                    and register_value("rax") > kernel.WORD - 4095)

        def child_first():
            if fork.is_parent(kernel.current()):
                yield_cpu()
            return False

        yield_to(born)
        ParentFirst.wanted = False
        try:
            which = run_to((fork.rip, child), (fork.rip, failed),
                           (fork.back, child_first))
        finally:
            ParentFirst.wanted = True
        if which == 0:
            tell(f"{the_process()}, the child of pid {fork.pid}: "
                 f"{fork.call} has returned 0")
        elif which == 1:
            tell(f"there is no child: {fork.call} has returned "
                 f"{register_value('rax') - kernel.WORD - 1} to pid "
                 f"{fork.pid}")


class Parent(gdb.Command):
    """Run until the parent of the last fork is in user mode.

    tine parent

    It is just past the system call instruction, where fork has returned the
    child's pid."""

    def __init__(self):
        super().__init__("tine parent", gdb.COMMAND_RUNNING)

    def invoke(self, _argument, _from_tty):
        fork = fork_now()
        parent = kernel.process(fork.pid)
        if parent is None or parent.where != fork.parent:
            raise gdb.GdbError(f"the parent, pid {fork.pid}, is gone")
        if not fork.returning(parent):
            raise gdb.GdbError(f"the parent, {parent}, has been back in user "
                               "mode")
        yield_to([parent])
        place = fork.rip, lambda: fork.is_parent(kernel.current())
        if run_to(place) is not None:
            tell(f"{the_process()}, the parent: {fork.call} has returned "
                 f"{signed(register_value('rax'))}")


def signed(value):
    return value - (1 << 64) if value >> 63 else value


# ---- In and out of the kernel ----


class Enter(gdb.Command):
    """Run until this process is in the kernel, in its next system call.

    tine enter

    It stops at the first line of the call's function. Other processes may
    run in between. `stepi` and `step` go over the system call instruction,
    too, to the first line of the kernel: syscall_entry."""

    def __init__(self):
        super().__init__("tine enter", gdb.COMMAND_RUNNING)

    def invoke(self, _argument, _from_tty):
        owner = the_process()
        if in_kernel() and not is_entering():
            raise gdb.GdbError(f"{owner} is in the kernel: "
                               f"{kernel.call_of(owner)}")
        if not in_kernel() and run_to(
                (function("syscall_entry"), is_process(owner)),
                *ending(owner)) != 0:
            return
        number = register_value("rax") & 0xffffffff
        table = kernel.symbol("syscall_table")
        known = number < int(kernel.symbol("syscall_count"))
        place = kernel.address(table[number]) if known \
            else function("sys_enosys")
        if run_to((place, is_process(owner))) is not None:
            tell(f"{owner}: {kernel.call_of(owner)}")


class Leave(gdb.Command):
    """Run until this process is back in user mode.

    tine leave

    After a system call that is just past its instruction; after execve, the
    first instruction of the new program; after a trap, where it came from.
    Others may run meanwhile: it is this process that is back."""

    def __init__(self):
        super().__init__("tine leave", gdb.COMMAND_RUNNING)

    def invoke(self, _argument, _from_tty):
        owner = the_process()
        if not in_kernel():
            raise gdb.GdbError(f"{owner} is in user mode already")
        while returns:
            each = returns.pop()
            if each.is_valid():
                each.delete()       # we say it, a little later
        call = number_of_call(owner)
        what = kernel.call_of(owner)
        place = user_rip(owner), is_process(owner)
        places = [place, *ending(owner)]
        if call == EXECVE:
            places += [(address, is_process(owner)) for address in ways_out()]
        which = run_to(*places)
        if which is None or which == 1:
            if which == 1:
                tell(f"{owner} ends in this call: it will not be back")
            return
        if which > 1:
            gdb.execute("stepi", to_string=True)
        owner = the_process()
        result = f" = {signed(register_value('rax'))}" \
            if call is not None else ""
        tell(f"{owner} is back in user mode after {what}{result}")


EXECVE = 59


def is_entering():
    """Are we in the entry code, and the call's function is still to come?"""
    try:
        return gdb.newest_frame().pc() in range(
            function("syscall_entry"),
            int(gdb.parse_and_eval("(unsigned long)&syscall_done")))
    except gdb.error:
        return False


def is_process(owner):
    """A test for a Stop."""
    def test():
        here = kernel.current()
        return here is not None and here.where == owner.where
    return test


def ending(owner):
    """The place where a process ends."""
    return [(function("proc_exit"), is_process(owner))]


def ways_out():
    """Where the instructions are that return to user mode."""
    frame = gdb.newest_frame()
    start, end = function("syscall_entry"), function("switch_to")
    for line in frame.architecture().disassemble(start, end - 1):
        if line["asm"].split()[0] in ("sysretq", "sysret", "iretq"):
            yield line["addr"]


# ---- A breakpoint in one program ----


class UserBreakpoint(gdb.Breakpoint):
    """Stops where one program is at this address, and an expression of the
    user's is true."""

    def __init__(self, path, address, text, expression):
        super().__init__(f"*{address:#x}", gdb.BP_BREAKPOINT)
        self.path, self.text, self.only_if = path, text, expression

    def stop(self):
        try:
            return runs(self.path) and (
                not self.only_if
                or bool(gdb.parse_and_eval(self.only_if)))
        except gdb.error as error:
            gdb.write(f"! {self.text}: {error}\n")
            return True


def runs(path):
    """Does this program run? If so, its symbols are known."""
    owner = kernel.current()
    if owner is None or not is_named(owner, path):
        return False
    programs.follow()
    return programs.loaded == path


class User(gdb.Command):
    """Set a breakpoint in one program, not in every one with that address.

    tine user PROGRAM                   at its main
    tine user PROGRAM:FUNCTION
    tine user PROGRAM:LINE              of the file that has main
    tine user PROGRAM:FILE:LINE
    tine user ... if EXPRESSION         only if this is true there
    tine user                           list them

    The program need not run yet, nor its symbols be known: for the rest it is
    a breakpoint like others (`delete N`, `disable N`)."""

    def __init__(self):
        super().__init__("tine user", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, _from_tty):
        if argument.strip():
            set_user_breakpoint(argument.strip())
            return
        for each in gdb.breakpoints():
            if isinstance(each, UserBreakpoint):
                print(f"{each.number:<4} {each.text}")

    def complete(self, _text, word):
        return [name for name in programs.names() if name.startswith(word)]


def set_user_breakpoint(text):
    where, _, expression = text.partition(" if ")
    name, _, place = where.strip().partition(":")
    path = programs.named(name)
    with programs.symbols_of(path):     # so that gdb can say where it is
        address = resolve(path, place or "main")
        UserBreakpoint(path, address, text, expression.strip())


def user_address(path, place):
    with programs.symbols_of(path):
        return resolve(path, place)


def resolve(path, place):
    """The address of FUNCTION, LINE or FILE:LINE in a loaded program."""
    file = gdb.lookup_objfile(path)
    main = file.lookup_global_symbol("main")
    if main is None and place == "main":
        return programs.entry_point(path)
    if main is None and place.isdigit():
        raise gdb.GdbError(f"{path} has no main; FILE:{place}?")
    if place.isdigit():
        place = f"{main.symtab.filename}:{place}"
    try:
        found = gdb.decode_line(place)[1] or ()
    except gdb.error as error:
        raise gdb.GdbError(f"{path}: {error}") from None
    for each in found:
        if each.symtab is not None and each.symtab.objfile == file \
                or each.symtab is None and each.pc < kernel.KERNEL_HALF:
            return each.pc
    raise gdb.GdbError(f"{place} is not in {path}")


def register():
    ForkCommand()
    Child()
    Parent()
    Enter()
    Leave()
    User()
