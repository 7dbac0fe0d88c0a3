"""Going back in a recorded run (tools/run --gdb-reverse): tine who-wrote, tine
instruction.

QEMU goes back by replaying from a snapshot; it stops where it last was at a
breakpoint or had just written to a watched address. It watches virtual
addresses, in any process. So each page of a process has two addresses to
watch: the process's own, which other processes use too, and one in the direct
map, by which the kernel fills and copies pages. Read Search first.
"""

import contextlib
import os
import re
import time

import gdb
import tine_console
import tine_kernel as kernel
import tine_programs as programs
import tine_run
import tine_tables as tables

RESET = 0xfff0          # where the processor begins
PATIENCE = 60           # seconds for one question
SHORT = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ENUM,
         gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_FLT)
WELCOME = """\
A recording: reverse-step, -next, -finish and -continue go back in it, and
`tine who-wrote VARIABLE` goes back to who wrote it last."""
# An instruction's last operand, if it is memory: as -0x8(%rax,%rbx,4).
OPERAND = re.compile(r"(?<!\$)(?:%(\w)s:)?(-?0x[0-9a-f]+)?"
                     r"(?:\((%\w+)?(?:,(%\w+)(?:,([1248]))?)?\))?$")
WIDEST = 64             # bytes that one instruction writes

end = None              # of the recording: how many instructions it has
busy = False            # the machine runs for a purpose of ours


# ---- Where in the recording ----


def instruction():
    """How many instructions have been replayed."""
    text = gdb.execute("monitor info replay", to_string=True)
    return int(text.rpartition("=")[2])


def stop_at(count):
    """Let QEMU stop there when it comes by. (It knows one such place.)"""
    gdb.execute(f"monitor replay_break {count}", to_string=True)


def at_beginning():
    return gdb.newest_frame().pc() == RESET and instruction() == 0


@contextlib.contextmanager
def alone():
    """For a while, no breakpoints but ours, and not a word at stops."""
    global busy
    others = [each for each in gdb.breakpoints()
              if each.is_valid() and each.enabled]
    for each in others:
        each.enabled = False
    busy = programs.quiet = True
    gdb.flush()
    keep, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)            # gdb knows no other way to say nothing
    try:
        yield
    finally:
        gdb.flush()
        os.dup2(keep, 1)
        os.close(keep)
        os.close(null)
        busy = programs.quiet = False
        for each in others:
            each.enabled = True


def run(command):
    gdb.execute(command, to_string=True)


def go_to(count):
    """To the place before this instruction."""
    with alone():
        if count < instruction():
            run("reverse-continue")
        if count > instruction():
            stop_at(count)
            run("continue")
        stop_at(end)


class Instruction(kernel.Command):
    """Print how many instructions of the recorded run have been executed.

    tine instruction        print it
    tine instruction N      go there, back or forward

    The number names a point of the run: it is the same in each recording of a
    command, as long as kernel and programs are the same."""

    def run(self, argument):
        recorded()
        if argument.strip():
            go_to(min(kernel.evaluate(argument.replace(",", "")), end))
            programs.announce()
            programs.show_place()
        print(f"instruction {instruction():,} of {end:,}")


def recorded():
    if end is None:
        raise gdb.GdbError("this is no recording: start with `make "
                           "gdb-reverse` or tools/run --gdb-reverse")
    if gdb.selected_thread() is None:
        raise gdb.GdbError("the machine is off; `quit` and start again")


# ---- Who wrote ----


class WhoWrote(kernel.Command):
    """Go back to the last write to a piece of memory, and say who did it.

    tine who-wrote EXPRESSION       a variable, as steps, name[3] or *list
    tine who-wrote ADDRESS          the 8 bytes there, or what a pointer is to
    tine who-wrote page ADDRESS     the whole page around it

    It stops before the instruction that writes; the same command again finds
    the write before that. A process's memory may have been written by its
    parent before the fork, and copied by the kernel later: the command follows
    the page, not the process. Only in a recorded run."""

    def run(self, argument):
        recorded()
        search = Search(parse(argument))
        begin = instruction()
        found = search.run()
        if not found:
            go_to(begin)
        for line in search.copies:
            print(line)
        if not found:
            raise gdb.GdbError("nothing has been written there since the "
                               "machine was switched on; you did not move")
        search.tell()
        ago = kernel.plural(begin - instruction(), "instruction")
        print(f"  {ago} ago; `tine instruction {begin}` returns")


class Place:
    """A piece of memory: of the kernel, or of the process that runs."""

    def __init__(self, where, size, kind=None):
        self.where, self.size, self.kind = where, size, kind
        self.frame = None
        if where < kernel.KERNEL_HALF:
            self.frame = frame_at(where)
            if self.frame is None:
                raise gdb.GdbError(f"nothing is mapped at {where:#x} now")

    def addresses(self):
        """Those by which it is written."""
        if self.frame is None:
            return [self.where]
        inside = self.where % tables.PAGE
        return [self.where,
                kernel.DIRECT_MAP + self.frame * tables.PAGE + inside]

    def value(self):
        """What it holds, in words; None if that is long."""
        if self.kind is None or self.kind.strip_typedefs().code not in SHORT:
            return None
        return kernel.at(self.addresses()[-1], self.kind).format_string()


def parse(text):
    """The place that a person means."""
    word, _, rest = text.partition(" ")
    if word == "page" and rest:
        where = kernel.hex_or_expression(rest.strip())
        return Place(where & -tables.PAGE, tables.PAGE)
    if not text:
        raise gdb.GdbError("tine who-wrote EXPRESSION, ADDRESS or page "
                           "ADDRESS")
    if text[0].isdigit():
        return Place(kernel.hex_or_expression(text), 8)
    value = gdb.parse_and_eval(text)
    if value.address is not None:
        return Place(int(value.address) & kernel.WORD, value.type.sizeof,
                     value.type)
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR:
        target = kind.target()
        known = target.strip_typedefs().code in SHORT
        return Place(kernel.address(value), target.sizeof if known else 8,
                     target if known else None)
    if text[0] == "$":
        return Place(int(value) & kernel.WORD, 8)
    raise gdb.GdbError(f"{text} is not in memory, but in a register")


def frame_at(va):
    """The frame that the running process has at an address, or None."""
    owner = kernel.current()
    if owner is None or owner.space_at == 0:
        return None
    space = kernel.Space(kernel.at(owner.space_at, kernel.field_type("as")))
    return tables.Tables().page_at(space.root, va)


class Search:
    """A way back, from write to write, to the one that is meant."""

    def __init__(self, place):
        self.place = place
        self.asker = kernel.current()
        self.last = place.value()
        self.copies = []        # what is to be told of those on the way

    def run(self):
        """Go to the last write. => whether there is one"""
        until = time.monotonic() + PATIENCE
        with alone():
            if instruction() < end:
                run("stepi")        # so that the one just before counts
            while time.monotonic() < until:
                if not self.back():
                    return False
                run("reverse-stepi")    # QEMU stops behind the write
                if not self.is_ours():
                    continue
                if not self.is_copy():
                    return True
        raise gdb.GdbError("there are too many other writes to this page; "
                           "this is how far it got")

    def back(self):
        """To behind the last write by an address of the place."""
        watches = [gdb.Breakpoint(
            f"*(char (*)[{self.place.size}]) {where:#x}", gdb.BP_WATCHPOINT,
            gdb.WP_WRITE, internal=True) for where in self.place.addresses()]
        try:
            run("reverse-continue")
        finally:
            for watch in watches:
                watch.delete()
        return not at_beginning()

    def is_ours(self):
        """Does the instruction write to the place? QEMU also stops at other
        unaligned writes to the same page; and the address may be another
        process's, with another page."""
        try:
            where = written_address()
            if where is not None and not any(
                    start - WIDEST < where < start + self.place.size
                    for start in self.place.addresses()):
                return False
            if self.place.frame is None or (
                    where is not None and where >= kernel.KERNEL_HALF):
                return True
            return frame_at(self.place.where) == self.place.frame
        except gdb.error:
            return False        # before there are processes

    def is_copy(self):
        """Is it the kernel, copying the page from another frame? Then go on
        with that one."""
        pc = gdb.newest_frame().pc()
        source = tine_run.register_value("rsi") - kernel.DIRECT_MAP
        if self.place.frame is None or pc < kernel.KERNEL_HALF \
                or "page_copy" not in kernel.functions_at(pc) \
                or not 0 <= source < kernel.KERNEL_HALF:
            return False
        old, self.place.frame = self.place.frame, source // tables.PAGE
        self.copies.append(f"frame {old:x} is a copy of frame "
                           f"{self.place.frame:x}, made for "
                           f"{kernel.current() or 'no process'}")
        return True

    def tell(self):
        owner = kernel.current()
        programs.last = owner and owner.tid
        text = str(owner)
        if gdb.newest_frame().pc() >= kernel.KERNEL_HALF:
            text = "the kernel" + ("" if owner is None else f", for {owner},")
        text += " wrote here"
        if self.asker and kernel.process(self.asker.pid) is None:
            text += f", before there was a pid {self.asker.pid}"
        print(text + ":")
        programs.show_place()
        if self.last is not None:
            print(f"  it was {self.place.value()}, and became {self.last}")


def written_address():
    """Where the instruction that comes next writes to; None if its text does
    not tell."""
    frame = gdb.newest_frame()
    text = frame.architecture().disassemble(frame.pc())[0]["asm"]
    if text.startswith(("push", "call")):
        return tine_run.register_value("rsp") - 8
    text, known, address = text.partition("#")
    if known:                   # relative to %rip
        return int(address.split()[0], 16)
    segment, offset, base, index, scale = OPERAND.search(
        text.rstrip()).groups()
    if base is None and index is None and offset is None:
        return None
    where = int(offset or "0", 16)
    if segment in ("f", "g"):
        where += tine_run.register_value(segment + "s_base")
    for name, factor in ((base, 1), (index, int(scale or 1))):
        if name is not None:
            where += factor * tine_run.register_value(name[1:])
    return where & kernel.WORD


# ---- The session ----


def direction(_event):
    """The machine is to run: what it says on a replay back is not news."""
    text = gdb.execute("show exec-direction", to_string=True)
    tine_console.console.mute = text.startswith("Reverse")


def at_stop(event):
    console = tine_console.console
    if console.mute:
        console.mute = False
        stop_at(end)            # QEMU has forgotten it
    if busy:
        return
    programs.quiet = False
    if at_beginning():
        print("[the beginning of the recording: the processor is reset]")
    elif is_end(event):
        print("[the end of the recording: you can go back]")


def is_end(event):
    """Is it where the machine is switched off, or where QEMU stopped?"""
    if isinstance(event, gdb.SignalEvent):
        return event.stop_signal == "SIGINT" and instruction() >= end
    return gdb.newest_frame().pc() == tine_run.function("machine_power_off")


def start(config):
    """Before the machine runs."""
    global end
    end = config.get("end")
    if end is None:
        return
    tine_run.may_write = False  # the replay would not be the recording
    gdb.events.cont.connect(direction)
    gdb.events.stop.connect(at_stop)
    stop_at(end)


def started():
    """At the start of what one wants to see. A snapshot makes going back from
    later places fast. (Not at each stop: a write by the instruction before a
    snapshot is one that QEMU does not see when it goes back over that.)"""
    if end is not None:
        gdb.execute("monitor savevm started", to_string=True)
        print(WELCOME)


def register():
    Instruction("instruction")
    WhoWrote("who-wrote")
