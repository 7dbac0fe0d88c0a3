"""The two sides of a fork: tine fork, child, parent.

The kernel decides which side returns to user mode first. Time passes for the
guest during a stop in gdb, so it may be either. Here the command decides: the
other side yields the CPU (ParentFirst, and child_first in Child).
"""

import gdb
import tine_kernel as kernel
import tine_programs as programs
from tine_kernel import Command
from tine_run import function_of_call, in_kernel, \
    number_of_call, register_value, result, run_to, tell, the_thread, \
    user_rip, word_at, yield_cpu, yield_to

FORKS = {56: "clone", 57: "fork", 58: "vfork"}

last_fork = None        # the Fork of the last tine fork, child or parent


class Fork:
    """A fork that is under way, or has been: by a thread of the process pid."""

    def __init__(self, parent):
        self.parent = parent.where
        self.pid = parent.pid
        self.call = FORKS[number_of_call(parent)]
        self.rip = user_rip(parent)     # just past the syscall instruction
        frame = kernel.address(parent.value["frame"])
        self.back = word_at(frame - 8)  # where the call's function returns
        self.over = False               # the parent is known to be back
        self.before = {each.pid for each in kernel.threads()
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
        return [each for each in kernel.threads() if self.is_child(each)]


def fork_now():
    """The fork that the commands mean: the one that the running process is
    in; or else the fork of the command before; or else the last one that can
    be found."""
    global last_fork
    owner = kernel.current()
    if owner is not None and in_kernel() and number_of_call(owner) in FORKS \
            and int(owner.value["frame"]["rax"]) != 0:
        if last_fork is None or last_fork.over \
                or not last_fork.is_parent(owner):
            last_fork = Fork(owner)
    if last_fork is None:
        raise gdb.GdbError("no fork yet: `tine fork` runs to the next one")
    return last_fork


class ParentFirst(gdb.Breakpoint):
    """Stops nothing. At a child's first step its parent may wait for the CPU,
    and be at the same instruction of user mode as the child. Then the parent
    goes first, as without gdb. So a `next` over fork stays in the parent."""

    wanted = True

    def __init__(self):
        super().__init__("fork_return", gdb.BP_BREAKPOINT, internal=True)

    def stop(self):
        try:
            child = kernel.current()
            if self.wanted and any(
                    each.pid == child.parent_pid and each.state == "runnable"
                    and user_rip(each) == user_rip(child)
                    for each in kernel.threads()):
                yield_cpu()
        except (gdb.error, AttributeError):
            pass            # it cannot be told: then as it comes
        return False


class ForkCommand(Command):
    """Run to the next fork: to its first line in the kernel.

    tine fork               by any process
    tine fork PROGRAM       by this program

    vfork and clone count, too. Then `tine child` or `tine parent`."""

    def run(self, argument):
        global last_fork
        if argument:
            programs.named(argument)    # else it would run for ever

        def wanted():
            owner = kernel.current()
            return owner is not None and programs.is_named(owner, argument)

        if run_to(*((function_of_call(number), wanted)
                    for number in FORKS)) is not None:
            owner = the_thread()
            last_fork = Fork(owner)
            tell(f"{owner} calls {last_fork.call}:")


class Child(Command):
    """Run until the child of the last fork is in user mode.

    tine child

    It is just past the system call instruction, where fork has returned 0."""

    def run(self, _argument):
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
            tell(f"{the_thread()}, the child of pid {fork.pid}: "
                 f"{fork.call} has returned 0")
        elif which == 1:
            tell(f"there is no child: {fork.call} has returned "
                 f"{result(register_value('rax'))} to pid {fork.pid}")


class Parent(Command):
    """Run until the parent of the last fork is in user mode.

    tine parent

    It is just past the system call instruction, where fork has returned the
    child's pid."""

    def run(self, _argument):
        fork = fork_now()
        parent = next(filter(fork.is_parent, kernel.threads()), None)
        if parent is None:
            raise gdb.GdbError(f"the parent, pid {fork.pid}, is gone")
        if not fork.returning(parent):
            raise gdb.GdbError(f"the parent, {parent}, has been back in user "
                               "mode")
        yield_to([parent])
        place = fork.rip, lambda: fork.is_parent(kernel.current())
        if run_to(place) is not None:
            fork.over = True
            tell(f"{the_thread()}, the parent: {fork.call} has returned "
                 f"{result(register_value('rax'))}")


def register():
    ForkCommand("fork")
    Child("child")
    Parent("parent")
