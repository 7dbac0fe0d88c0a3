"""The tour's stops: their places, the side that stops there, and the facts.

Facts come from the machine as it stands: tour.txt names them in {braces}.
"""

import re

import gdb
import tine_kernel as kernel
import tine_programs as programs
import tine_run
import tine_stops
import tine_tables as tables
import tine_user
from tine_run import function, register_value
from tine_unwind import symbol_address

PROGRAM = "hello-fork"
CALL = "= fork()"           # in its source
SYSCALL = b"\x0f\x05"
FORK = 57
PF_WRITE = 2
STEP = re.compile(r"/\* \d[ \w]* \*/|/\* ---- ")


class Cast:
    """The two threads: the parent is the thread that reaches the first stop,
    the child is the thread of its process's child. turn: the side that gets
    the CPU if both want it."""

    def __init__(self):
        self.parent = self.pid = None
        self.turn = "child"

    def side(self):
        """The side that runs: `parent`, `child` or None."""
        owner = kernel.current()
        if self.parent is None or owner is None:
            return None
        if owner.where == self.parent:
            return "parent"
        return "child" if owner.parent_pid == self.pid else None

    def parent_thread(self):
        return next((each for each in kernel.threads()
                     if each.where == self.parent), None)

    def child(self):
        """The child, as soon as it has a thread, or None."""
        for each in kernel.threads():
            if each.where != self.parent and (
                    each.state == "embryo" or each.parent_pid == self.pid):
                return each
        return None

    @property
    def mode(self):
        return kernel.symbol("fork_mode")["name"].string()


# ---- Whose turn it is ----


class Turn(gdb.Breakpoint):
    """Never stops. Where a side is about to leave the kernel, it makes the
    order that the tour needs, as a tick that comes, or does not."""

    def __init__(self, cast, address, arrange):
        super().__init__(f"*{address:#x}", gdb.BP_BREAKPOINT, internal=True)
        self.cast, self.arrange = cast, arrange

    def stop(self):
        try:
            side = self.cast.side()
            if side is not None:
                self.arrange(self.cast, side)
        except gdb.error:
            pass                # then as it comes
        return False


def take_turns(cast):
    """First the child, until it has a page of its own, then the parent."""
    return [Turn(cast, function("on_user_return"), at_way_out),
            Turn(cast, symbol_address("syscall_done"), at_result),
            Turn(cast, function("pt_own_page"), at_page)]


def at_way_out(cast, side):
    if side == cast.turn:
        keep_cpu()
    else:
        other = cast.child() if side == "parent" else cast.parent_thread()
        if other is not None and other.state == "runnable":
            tine_run.yield_cpu()


def at_result(cast, side):
    if side == "child":
        cast.turn = "parent"    # it had no page to copy
    at_way_out(cast, side)


def at_page(cast, side):
    if side == cast.turn == "child":
        cast.turn = "parent"
        tine_run.yield_cpu()


def keep_cpu():
    """The opposite of yield_cpu: drops a tick that came."""
    if tine_run.may_write:
        work = kernel.symbol("cpus")[kernel.cpu_number()]["work"]
        data = (int(work) & ~tine_run.WORK_RESCHED).to_bytes(4, "little")
        gdb.selected_inferior().write_memory(int(work.address), data)


# ---- Places ----


class Stop:
    """A stop of the tour: the name of its text, where, and who has to be
    there; `more` is one more test. `page` says which user address it is
    about, if it is about one."""

    def __init__(self, name, address, side, more=None, page=None):
        self.name, self.address, self.side = name, address, side
        self.more, self.page = more or (lambda: True), page

    def test(self, cast):
        return cast.side() == self.side and self.more()


class First(Stop):
    """The stop that finds the parent: the first thread of this program."""

    def __init__(self, name, address, path):
        super().__init__(name, address, "parent")
        self.path = path

    def test(self, cast):
        if not tine_user.runs(self.path):
            return False
        owner = kernel.current()
        cast.parent, cast.pid = owner.where, owner.pid
        return True


class Left(Stop):
    """At thread_free of the child's thread, in whichever thread runs next."""

    def __init__(self, name, address):
        super().__init__(name, address, None)

    def test(self, cast):
        dead = kernel.Thread(kernel.at(register_value("rdi"),
                                       kernel.thread_type()))
        return dead.pid != cast.pid and dead.parent_pid == cast.pid


def all_stops():
    path = programs.named(PROGRAM)
    syscall = syscall_of(path, "fork")
    back = syscall + len(SYSCALL)
    trap = function("trap_dispatch")
    return [
        First("call", tine_user.user_address(path, line_of(path, CALL)),
              path),
        Stop("insn", syscall, "parent"),
        Stop("entry", symbol_address("syscall_entry"), "parent",
             lambda: register_value("rax") == FORK),
        Stop("sys_fork", tine_run.function_of_call(FORK), "parent"),
        Stop("clone", function("proc_clone"), "parent"),
        Stop("before", function("pt_share"), "parent"),
        Stop("after", after_call("as_fork", "pt_share"), "parent"),
        Stop("frame", function("context_prepare"), "parent"),
        Stop("first", function("fork_return"), "child"),
        Stop("zero", back, "child", is_fresh,
             page=lambda: register_value("rsp") - 8),
        Stop("fault", trap, "child", is_fault_at(back), fault_address),
        *(Stop(f"l{level}", table_copy(), "child", copies(level, back),
               fault_address)
          for level in (3, 2, 1)),
        Stop("page", function("pt_own_page"), "child", is_in_fault_at(back),
             fault_address),
        Stop("pid", back, "parent", is_fresh),
        Stop("back", trap, "parent", is_fault_at(back), fault_address),
        Stop("exit", function("proc_exit"), "child"),
        Left("free", function("thread_free")),
        Stop("reap", function("proc_unlink"), "parent"),
    ]


def fault_address():
    return register_value("cr2")


def is_fresh():
    """No fault since the system call."""
    return int(kernel.current().value["frame"]["vector"]) != kernel.VECTOR_PF


def is_write_of(frame, rip):
    """A page fault of this instruction, which writes."""
    return (int(frame["vector"]) == kernel.VECTOR_PF
            and int(frame["error"]) & PF_WRITE != 0
            and int(frame["rip"]) == rip)


def is_fault_at(rip):
    """At trap_dispatch."""
    return lambda: is_write_of(tine_stops.frame_now(), rip)


def is_in_fault_at(rip):
    return lambda: is_write_of(kernel.current().value["frame"], rip)


def table_copy():
    """copy_table, or, if that is a part of pt_own, what it calls first."""
    try:
        return function("copy_table")
    except gdb.error:
        return function("frame_alloc_zero")


def copies(level, rip):
    """In such a fault, when this level comes next."""
    def test():
        return is_in_fault_at(rip)() and next_copy(fault_address())[0] == level
    return test


def next_copy(address):
    """What a write of the running process copies first: (level, frame)."""
    space = kernel.World().space_of(kernel.current())
    plan = tables.Tables().write_plan(space.root, address)
    return next(((level, frame) for what, level, frame in plan
                 if what == "copy"), (None, None))


def line_of(path, text):
    """The number of the line of main's file that has this text."""
    with programs.symbols_of(path):
        main = gdb.lookup_objfile(path).lookup_global_symbol("main")
        for number, line in enumerate(lines_of(main.symtab), 1):
            if text in line:
                return str(number)
    raise gdb.GdbError(f"{main.symtab} has no line with {text}")


def lines_of(symtab):
    with open(symtab.fullname(), encoding="utf-8") as source:
        return source.read().splitlines()


def syscall_of(path, name):
    """The address of the syscall instruction in a stub of the library."""
    start = tine_user.user_address(path, name)
    first, data = programs.bytes_at(path, start)
    return start + data[start - first:].index(SYSCALL)


def after_call(caller, callee):
    """Where a function of the kernel goes on after it has called another."""
    start = function(caller)
    block = gdb.block_for_pc(start)
    code = gdb.selected_frame().architecture().disassemble(
        start, block.end - 1)
    for line, following in zip(code, code[1:]):
        if line["asm"].startswith("call") \
                and line["asm"].endswith(f"<{callee}>"):
            return following["addr"]
    raise gdb.GdbError(f"{caller} does not call {callee}")


# ---- Facts ----


def child_pid(cast):
    """Of the child, or of the zombie that it has become."""
    child = cast.child()
    return child.pid if child is not None else next(
        (each.pid for each in kernel.processes()
         if each.pid != cast.pid and each.parent_pid == cast.pid), "none")


def root(owner):
    return kernel.World().space_of(owner).root


def nodes(cast, level):
    """Those of the parent's tree."""
    reader = tables.Tables()
    return [each for each in reader.walk(reader.root(root(
        cast.parent_thread()))) if each.level in level]


def l3(cast):
    """The table of level 3 that the root names."""
    return nodes(cast, (3,))[0].frame


def entries(count):
    return "1 entry" if count == 1 else f"{count} entries"


def old(stop):
    """The frame that is going to be copied."""
    return next_copy(stop.page())[1]


def copying(stop):
    """What a write there copies."""
    plan = tables.Tables().write_plan(root(kernel.current()), stop.page())
    names = [tables.node_name(level, frame)
             for what, level, frame in plan if what == "copy"]
    return kernel.series(names) + " will be copied"


# What tour.txt names in braces: of the cast, and of the stop.
OF_CAST = {
    "parent": lambda cast: f"pid {cast.pid}",
    "child": lambda cast: f"pid {child_pid(cast)}",
    "parent_pid": lambda cast: cast.pid,
    "child_pid": child_pid,
    "next": lambda _: kernel.current() or "the idle thread",
    "mode": lambda cast: cast.mode,
    "child_root": lambda cast: f"{root(cast.child()):x}",
    "tables": lambda cast: kernel.plural(len(nodes(cast, (1, 2, 3))),
                                         "table"),
    "pages": lambda cast: kernel.plural(len(nodes(cast, (0,))), "page"),
    "edges": lambda cast: entries(len(nodes(cast, (3,)))),
    "l3": lambda cast: f"{l3(cast):x}",
    "l3_refs": lambda cast: tables.Tables().refs(l3(cast)),
    "status": lambda _: f"{register_value('rdi') & 0xffffffff:#x}",
    "error": lambda _: f"{int(tine_stops.frame_now()['error']):#x}",
}
OF_STOP = {
    "address": lambda stop: f"{stop.page():x}",
    "old": lambda stop: f"{old(stop):x}",
    "old_refs": lambda stop: tables.Tables().refs(old(stop)),
    "old_children": lambda stop: entries(sum(map(
        tables.is_edge, tables.Tables().entries(old(stop))))),
    "copying": copying,
}


class Facts:
    """What tour.txt names, read when it is asked for."""

    def __init__(self, cast, stop):
        self.cast, self.stop = cast, stop

    def __getitem__(self, name):
        try:
            fact = OF_CAST[name](self.cast) if name in OF_CAST else \
                OF_STOP[name](self.stop)
        except gdb.error as error:
            return f"({error})"
        # If the order of events was another, some facts do not exist.
        return "nothing" if fact is None or fact == "" else fact

    def drawing(self, words):
        name, *words = words.split()
        return getattr(self, "draw_" + name)(
            *(int(word) if word.isdigit() else word for word in words))

    def draw_fault(self):
        yield tine_stops.describe(tine_stops.frame_now())

    def draw_source(self, before, after, name=None):
        """Lines around the one where we are, or where the caller of this name
        is: in the function itself, even if that begins with what is inlined
        there."""
        frame = gdb.newest_frame()
        while name is not None and frame.name() != name:
            frame = frame.older()
        place, function = frame.find_sal(), frame.function()
        file, line = place.symtab, place.line
        if function is not None and str(file) != str(function.symtab):
            file, line = function.symtab, function.line
        yield f"{file.filename}:"
        lines = lines_of(file)
        last = min(line + after, len(lines))
        for number in range(line - before, last + 1):
            mark = "=>" if number == line else "  "
            yield f"{mark} {number:4}  {lines[number - 1]}".rstrip()

    def draw_steps(self):
        """The numbered lines of proc_clone."""
        symbol = gdb.selected_frame().function()
        lines = lines_of(symbol.symtab)
        for number in range(symbol.line, len(lines)):
            if STEP.search(lines[number]):
                yield f"{number + 1:4}  {lines[number]}"
            if lines[number] == "}":
                return

    def draw_frame(self):
        """The trapframe of the thread that runs."""
        frame = kernel.current().value["frame"]
        names = [field.name for field in frame.type.target().fields()]
        cells = [f"{name:>8} {int(frame[name]) & kernel.WORD:<11x}"
                 for name in names]
        for i in range(0, len(cells), 4):
            yield "".join(cells[i:i + 4]).rstrip()

    def draw_frames(self):
        """The trapframes of both sides."""
        sides = self.cast.parent_thread(), self.cast.child()
        yield f"{'':12}{str(sides[0]):24}{sides[1]}"
        for name in ("rip", "rsp", "rax"):
            yield f"  {name:10}" + "".join(
                f"{int(each.value['frame'][name]) & kernel.WORD:<#24x}"
                for each in sides).rstrip()
