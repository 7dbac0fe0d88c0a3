"""Which program runs, and its symbols: gdb knows one program's at a time.

All programs are linked at the same addresses, so the symbols of two cannot be
told apart. follow() makes gdb know those of the process that runs: it is
called at each stop, and by breakpoints of one program before they let gdb
stop. A file is believed to be the running program's only if the process's
memory holds what is in the file.
"""

import contextlib
import glob
import os
import struct

import gdb
import tine_kernel as kernel

FOLDERS = ("bin", "tests", "tests/tine")
COMM = 15           # characters of a program's name that the kernel keeps
PAGE = 4096
PT_LOAD = 1

REGISTERS = ("rip rsp rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 "
             "r15 eflags cr3").split()

added = {}          # name in the guest: file on the host (tools/run --add)
loaded = None       # the file of which gdb has the symbols
known = None        # what runs: see key()
changed = False     # were the symbols changed at the last stop?
last = None         # the tid at the last stop that was announced
stopped_at = None   # the registers at the last stop
last_event = None   # gdb's, of the last stop
why = None          # what a silent breakpoint has to say about its stop
quiet = False       # a command of ours prints itself which process runs


def user_folder():
    """Where the build has the programs with their symbols."""
    build = os.path.dirname(os.path.realpath(kernel.objfile().filename))
    return os.path.join(build, "user")


def candidates(name):
    """The files that a program of this name may be: `cow`, `tests/kill`, or
    a path in the guest, as /bin/cow; cut to 15 characters, too."""
    wanted = name.strip("/")
    short = os.path.basename(wanted)
    paths = [path for target, path in added.items()
             if os.path.basename(target)[:COMM] == short[:COMM]]
    for folder in FOLDERS:
        pattern = os.path.join(glob.escape(user_folder()), folder, "*")
        for path in sorted(glob.glob(pattern)):
            base = os.path.basename(path)
            if os.path.isfile(path) and base[:COMM] == short[:COMM]:
                paths.append(path)
    exact = [path for path in paths if path.endswith("/" + wanted)]
    return exact or paths


def named(name):
    """The file of the program that a person means."""
    found = candidates(name)
    if not found:
        raise gdb.GdbError(f"no program {name} in {user_folder()}, and none "
                           "was added")
    return found[0]


def names():
    """All programs, for completion."""
    pattern = os.path.join(glob.escape(user_folder()), "*", "*")
    return sorted({os.path.basename(path) for path in glob.glob(pattern)
                   if os.path.isfile(path)}
                  | {os.path.basename(target) for target in added})


def bytes_at(path, address):
    """What the file has in the page of an address, as (start, bytes)."""
    with open(path, "rb") as file:
        head = file.read(64)
        if head[:4] != b"\x7fELF":
            return address, b""
        start, = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        file.seek(start)
        table = file.read(size * count)
        for i in range(count):
            kind, _, offset, va, _, length = struct.unpack_from(
                "<IIQQQQ", table, i * size)
            if kind == PT_LOAD and va <= address < va + length:
                first = max(va, address & -PAGE)
                end = min(va + length, (address & -PAGE) + PAGE)
                file.seek(offset + first - va)
                return first, file.read(end - first)
    return address, b""


def entry_point(path):
    with open(path, "rb") as file:
        return struct.unpack_from("<Q", file.read(32), 24)[0]


def fits(path, address):
    """Does the process that runs have this file's bytes around an address?
    None: its memory cannot tell."""
    try:
        start, data = bytes_at(path, address)
        return bool(data) and kernel.read(start, len(data)) == data
    except gdb.MemoryError:
        return None
    except OSError:
        return False


def is_named(owner, name):
    """Is it this program's process? The kernel keeps 15 characters."""
    short = name.rpartition("/")[2]
    return not name or owner.name == short[:COMM]


def file_of(owner):
    """The file that is most likely another process's program."""
    return (candidates(owner.name) or [None])[0]


def user_pc(owner):
    """Where the running process is, or was, in user mode."""
    pc = gdb.newest_frame().pc()
    if pc < kernel.KERNEL_HALF:
        return pc
    return int(owner.value["frame"]["rip"]) & kernel.WORD


def key(owner):
    """This changes when another program runs."""
    return owner.where, owner.space_at, owner.name


def load(path):
    """Make gdb know this file's symbols and no other program's; None: no
    program's at all."""
    global loaded
    if path == loaded:
        return
    if loaded is not None:
        gdb.execute(f'remove-symbol-file "{loaded}"', to_string=True)
    loaded = None
    if path is not None:
        gdb.execute(f'add-symbol-file "{path}"', to_string=True)
        loaded = path


def follow():
    """Let the symbols be those of the process that runs.
    => whether they changed"""
    global known
    try:
        owner = kernel.current()
        if owner is None or owner.space_at == 0 or key(owner) == known:
            return False
        before, sure = loaded, True
        pc = user_pc(owner)
        for path in candidates(owner.name):
            right = fits(path, pc)
            if right is not False:
                sure = right is not None
                load(path)
                break
        else:
            load(None)
        known = key(owner) if sure else None
        return loaded != before
    except gdb.error:
        return False        # too early in the boot, or the machine is off


def forget():
    """Look again at the next follow()."""
    global known
    known = None


@contextlib.contextmanager
def symbols_of(path):
    """For a while, let the symbols be another program's."""
    load(path)
    try:
        yield
    finally:
        forget()
        load(None)
        follow()


def is_still_there():
    """For a breakpoint of ours: has nothing run since the last stop? When an
    interrupt comes at the wrong moment, QEMU 7.2 ends a single step before
    the instruction; so it may be when gdb steps from under a breakpoint."""
    global stopped_at
    before, stopped_at = stopped_at, None       # once: a loop may look alike
    return before is not None and before == registers()


def registers():
    """What changes with any instruction; None: they cannot be read."""
    try:
        frame = gdb.newest_frame()
        return [int(frame.read_register(name)) for name in REGISTERS]
    except (gdb.error, ValueError):
        return None


def at_stop(event):
    global changed, last_event, stopped_at
    changed, last_event = follow(), event
    stopped_at = registers()
    if not quiet:
        if why is None and changed and in_user_mode():
            show_place()    # gdb did it with another program's symbols
        announce()


def tell_stop():
    """Tell of a stop at which we were quiet."""
    if last_event is None or gdb.selected_thread() is None:
        return
    if isinstance(last_event, gdb.BreakpointEvent):
        numbers = [str(each.number) for each in last_event.breakpoints
                   if each.is_valid() and each.number > 0]
        if numbers:
            print(f"\nBreakpoint {', '.join(numbers)}:")
    if why is None:
        show_place()
    announce()


def announce():
    """Who runs: gdb knows of no threads. And what a breakpoint of ours has
    to say."""
    global last, why
    owner = running()
    if why is not None:
        print(why)
        show_place()
        why = None
    if owner is not None and last not in (None, owner.tid):
        print(f"[{owner} runs now]")
    last = owner.tid if owner is not None else last


def show_place():
    """As `frame`; but at a function's first instruction the function's own
    line, not that of what is inlined there."""
    text = gdb.execute("frame", to_string=True)
    frame = gdb.newest_frame()
    function = frame.function()
    if function is not None and frame.older() is not None \
            and frame.pc() == int(function.value().address) \
            and str(frame.find_sal().symtab) != str(function.symtab):
        place = f"{function.symtab.filename}:{function.line}"
        line = gdb.execute(f"list {place},{place}", to_string=True)
        text = f"{text.rpartition(' at ')[0]} at {place}\n{line}"
    print(text, end="")


def running():
    """The thread that runs; None: none, or too early to tell."""
    try:
        return kernel.current()
    except gdb.error:
        return None


def in_user_mode():
    try:
        return gdb.newest_frame().pc() < kernel.KERNEL_HALF
    except gdb.error:
        return False


def register():
    gdb.events.stop.connect(at_stop)
