"""tine ps, vmas, files: what the processes are, map and have open."""

import gdb
import tine_files as files
import tine_kernel as kernel
import tine_tables as tables
from tine_kernel import Command, plural, series

PROT_WORDS = ((1, "r"), (2, "w"), (4, "x"))
VMA_SHARED, VMA_STACK, VMA_NEVER_W = 1, 2, 4

# The files that every sleep goes through, and what in them has a reason to
# sleep; and the name of helpers that only wait.
SLEEP_FILES = ("proc/sched.c", "proc/sleep.c")
REASONS = {"sleep_until", "mutex_lock"}
HELPERS = {"wait_for"}


def rights(prot):
    return "".join(letter if prot & bit else "-" for bit, letter in PROT_WORDS)


# ---- tine ps ----


class Ps(Command):
    """The processes as a tree: state, CPU, address space, what they wait for.

    tine ps

    A line is a process and its first thread; its other threads, if it has
    any, are on lines below it, as `+ tid 5`. A zombie is a process without a
    thread. `=>` is the thread that runs on the CPU that gdb looks at. SPACE
    is the frame of the root of its page tables (`tine pt PID`), or
    the owner of a borrowed space (vfork). WHAT IT DOES is the system call
    with its arguments as they are in the registers, and the function of the
    kernel that sleeps."""

    LINE = "{:2} {:14} {:8} {:>3} {:10} {:12} {}"

    def run(self, _argument):
        world = kernel.World()
        if not world.processes:
            if kernel.is_mapped():
                world.tell_problems()
            print("no processes yet" if kernel.is_mapped() else
                  "no processes yet: the kernel's memory is not mapped")
            return
        print(self.LINE.format("", "PID", "STATE", "CPU", "SPACE", "COMMAND",
                               "WHAT IT DOES"))
        known = {each.where for each in world.processes}
        children = {}
        for each in world.processes:
            parent = kernel.address(each.value["parent"])
            if parent == 0 and self.is_embryo(world, each):
                maker = kernel.current()    # it is not preempted in fork
                parent = maker.process.where if maker is not None else 0
            top = parent == each.where or parent not in known
            children.setdefault(None if top else parent, []).append(each)
        self.branch(world, children, None, "")
        world.tell_problems()

    @staticmethod
    def is_embryo(world, process):
        return any(thread.state == "embryo"
                   for thread in world.threads[process.where])

    def branch(self, world, children, parent, indent):
        family = children.pop(parent, [])
        for each in family:
            last = each is family[-1]
            stem = "" if parent is None else "`-" if last else "|-"
            more = "" if parent is None else "  " if last else "| "
            self.process(world, each, indent + stem, indent + more)
            self.branch(world, children, each.where, indent + more)

    def process(self, world, each, stem, below):
        """The lines of a process and its threads."""
        others = list(world.threads[each.where])
        if others and others[0].tid == each.pid:
            self.thread(world, others.pop(0), stem + str(each.pid))
        else:
            state, text = ended_words(each, others)
            print(self.LINE.format("", stem + str(each.pid), state, "-", "-",
                                   each.name, text))
        for thread in others:
            self.thread(world, thread, f"{below}+ tid {thread.tid}")

    def thread(self, world, each, label):
        try:
            text = doing(each)
        except gdb.error as error:
            text = f"! {error}"
        running = kernel.current()
        here = running is not None and running.where == each.where
        print(self.LINE.format(
            "=>" if here else "", label, each.state, each.cpu,
            self.space(world, each), each.name, text).rstrip())

    @staticmethod
    def space(world, each):
        try:
            space = world.space_of(each)
            if space is None:
                return "-"
            first = world.users.get(space.where, [each])[0]
            if first.where != each.where:
                return f"pid {first.pid}'s"
            return f"root {space.root:x}"
        except gdb.error:
            return "! bad"


def ended_words(process, others):
    """The state of a process without its first thread, and what is left."""
    if others:
        return "ended", "its first thread has ended"
    if not process.is_zombie:
        return "?", "! its threads cannot be followed"
    text = f"{ended(int(process.value['exit_status']))}; not waited for"
    for number in range(int(kernel.symbol("cpu_count"))):
        last = kernel.current(number)
        if last is not None and last.process.where == process.where:
            text += f"; its last thread leaves CPU {number}"
    return "zombie", text


def doing(owner):
    """What a thread does or waits for, in a few words."""
    state = owner.state
    if owner.value["on_cpu"]:       # perhaps just going to sleep
        return running(owner)
    if state == "embryo":
        return "is being made"
    if state == "stopped":
        return "a signal stopped it; waits for SIGCONT"
    functions = kernel.saved_functions(owner)
    names = [name for name, file in functions if has_reason(name, file)]
    if names[:1] == ["switch_start"]:
        return "never ran; begins in " + series(names[1:])
    where = names[0] if names else "?"
    return f"{kernel.call_of(owner)} in {where}"


def has_reason(name, file):
    """Whether a function on a sleeper's stack is the one that wanted it."""
    return name in REASONS or (name not in HELPERS
                               and not file.endswith(SLEEP_FILES))


def running(owner):
    here = kernel.current()
    if here is None or here.where != owner.where:
        return f"runs on CPU {owner.cpu}"
    pc = gdb.newest_frame().pc()
    if pc < kernel.KERNEL_HALF:
        return "runs in user mode"
    names = kernel.functions_at(pc) or ["?"]
    return f"{kernel.call_of(owner)} in {names[-1]}"


def ended(status):
    """An exit status as wait4 tells it."""
    if status & 0x7f:
        return f"killed by signal {status & 0x7f}"
    return f"ended with status {status >> 8 & 0xff}"


# ---- tine vmas ----


class Vmas(Command):
    """What a process has mapped: its vmas, and how much has been touched.

    tine vmas [PID|.]

    PAGES counts how many pages of the vma are in the page tables already: the
    others come with a fault."""

    LINE = "{:>11}-{:<11} {:4} {:7} {:>11}  {}"

    def run(self, argument):
        owner = kernel.named_thread(argument)
        world = kernel.World()
        space = world.space_or_error(owner)
        vmas, links = space.vmas()
        shared = f"; {links} links to their root" if links > 1 else ""
        print(f"{owner}: {plural(len(vmas), 'vma')}{shared}; the break is "
              f"{int(space.value['brk']):x}")
        print(self.LINE.format("FROM", "TO", "PROT", "", "PAGES", "WHAT"))
        reader, names = tables.Tables(), files.Names()
        touched = [node.va for node in reader.walk(reader.root(space.root))
                   if node.level == 0]
        for vma in vmas:
            try:
                self.line(vma, touched, names)
            except gdb.error as error:
                print(f"! {error}")
        for teller in (reader, world, names):
            for problem in teller.problems:
                print(f"! {problem}")

    def line(self, vma, touched, names):
        start, end = int(vma["start"]), int(vma["end"])
        flags = int(vma["flags"])
        here = sum(start <= va < end for va in touched)
        print(self.LINE.format(
            f"{start:x}", f"{end:x}", rights(int(vma["prot"])),
            "shared" if flags & VMA_SHARED else "private",
            f"{here} of {(end - start) // tables.PAGE}",
            what_is_mapped(vma, names)))


def what_is_mapped(vma, names):
    flags = int(vma["flags"])
    if kernel.address(vma["object"]) != 0:
        text = names.of_object(vma["object"])
        offset = int(vma["offset"])
        text += f" from page {offset}" if offset else ""
    else:
        text = "the stack" if flags & VMA_STACK else "zeros"
    return text + (", never writable" if flags & VMA_NEVER_W else "")


# ---- tine files ----


class Files(Command):
    """What a process has open.

    tine files [PID|.]

    KIND: file (in memory), pipe, tty, device, dir, proc, host (the run's own
    stdin and so on). REFS counts the descriptor tables and running calls that
    hold the open file; it has one OFFSET for all. A fork shares the whole
    table, which is copied when one side changes it."""

    LINE = "{:>3} {:7} {:4} {:>8} {:>4}  {}"

    def run(self, argument):
        owner = kernel.named_thread(argument)
        world = kernel.World()
        table = files.table_of(owner)
        others = self.sharers(world, owner, table)
        count = int(table["count"])
        shared = f", shared with {others} (count {count})" if others else ""
        print(f"{owner}: a table for {plural(int(table['capacity']), 'file')}"
              f"{shared}")
        print(self.LINE.format("FD", "KIND", "MODE", "OFFSET", "REFS", "WHAT"))
        names, holders = files.Names(), files.Holders(world)
        for fd, each in files.descriptors(owner):
            try:
                if each is None:
                    raise gdb.error("what is behind it cannot be read")
                self.line(holders, each, names)
            except gdb.error as error:
                print(f"{fd:3} ! {error}")
        for problem in names.problems:
            print(f"! {problem}")

    def line(self, holders, each, names):
        what = names.of(each.inode)
        if each.kind == "pipe":
            what += self.pipe(holders, each)
        print(self.LINE.format(each.number, each.kind, each.access,
                               each.offset, each.refs,
                               "; ".join([what] + each.words())))

    @staticmethod
    def pipe(holders, each):
        pipe = files.Pipe(each.inode)
        ends = [f"fd {fd} of pid {pid}"
                for pid, fd in holders.other_ends(each)]
        other = "read end" if each.access == "w" else "write end"
        return (f", {plural(pipe.bytes, 'byte')} in it; {other}: "
                f"{series(ends) or 'closed'}")

    @staticmethod
    def sharers(world, owner, table):
        pids = []
        for each in world.all_threads():
            try:
                if (each.where != owner.where
                        and files.table_of(each).address == table.address):
                    pids.append(str(each) if each.pid == owner.pid
                                else f"pid {each.pid}")
            except gdb.error:
                continue        # it has no files
        return series(dict.fromkeys(pids))


def register():
    for each, name in (Ps, "ps"), (Vmas, "vmas"), (Files, "files"):
        each(name, gdb.COMMAND_DATA, gdb.COMPLETE_NONE)
