"""The beginning of a session that tools/run --gdb has started.

TINE_GDB names a file that says where the sockets are. Without it an editor or
a person has started gdb: then all works except the connection and the console,
which are theirs.
"""

import json
import os

import gdb
import tine_console
import tine_fork
import tine_kernel as kernel
import tine_programs as programs
import tine_reverse
import tine_run
import tine_tour
import tine_user

SETTINGS = ("confirm off", "pagination off", "remotetimeout 60",
            "debuginfod enabled off", "print inferior-events off")
# A step in user mode goes over a page fault as if there was none.
SKIPPED = ("trap_vectors", "trap_common")
WELCOME = """\
Stopped before the {what}. `help tine` lists the commands for
processes, page tables and fork; `continue` lets it run, Ctrl-C stops it, `tine
type TEXT` types at its console, `quit` ends all."""
TO_PROGRAM = """\
`tine user {name}` and `continue` go to its main, `tine user {name}:LINE` to a
line of it; with --main one begins there."""
OPTIMIZED = """\
(Lines jump, variables are "optimized out": `make gdb OPT=-Og` has less of it.)\
"""

prepared = False


class Panic(gdb.Breakpoint):
    """Stops when the kernel has printed a panic."""

    def __init__(self):
        super().__init__("machine_fail", gdb.BP_BREAKPOINT, internal=True)
        self.silent = True

    def stop(self):
        tine_console.drain(True)
        programs.why = ("The kernel has panicked. `bt` shows where; commands "
                        "that only look still work.")
        return True


class PowerOff(gdb.Breakpoint):
    """Stops at the machine's end; then end() is called."""

    hit = False

    def __init__(self):
        super().__init__("machine_power_off", gdb.BP_BREAKPOINT, internal=True)
        self.silent = True

    def stop(self):
        PowerOff.hit = programs.quiet = True
        return True


def end(event):
    """At a stop: is it the machine's last?"""
    if PowerOff.hit:
        PowerOff.hit = False
        tine_console.tell_end()
        if tine_reverse.end is None:
            leave()
    elif getattr(event, "stop_signal", None) == "SIGQUIT":
        # QEMU's sign for a machine that has stopped by itself.
        print("[the machine has reset itself: a triple fault? `bt` shows "
              "where; it cannot go on]")


def leave(_event=None):
    """End the machine, rather than to let it run on without gdb."""
    try:
        gdb.execute("kill", to_string=True)
    except gdb.error:
        pass                # it has ended, or was so quick to end


def setting(text):
    try:
        gdb.execute("set " + text)
    except gdb.error:
        pass                # an older gdb does not know it


def prepare():
    """Once, when the kernel's symbols are there."""
    global prepared
    prepared = True
    for name in SKIPPED:
        gdb.execute(f"skip function {name}", to_string=True)
    for each in (Panic, PowerOff, tine_fork.ParentFirst):
        try:
            each()
        except gdb.error:
            pass            # a kernel without this function
    gdb.events.stop.connect(end)


def new_file(_event):
    if not prepared:
        try:
            kernel.objfile()
        except gdb.error:
            return
        prepare()


def begin(config):
    for text in SETTINGS:
        setting(text)
    gdb.execute(f'file "{config["kernel"]}"', to_string=True)
    # gdb knows files by the paths that no link is in
    programs.added.update({target: os.path.realpath(path)
                           for target, path in config["added"].items()})
    tine_console.start(config["com1"], config["com2"], config["console"])
    tine_run.hush("on")     # the BIOS is of no interest
    gdb.execute(f"target remote {config['stub']}", to_string=True)
    gdb.events.gdb_exiting.connect(leave)
    tine_reverse.start(config)
    if "TINE_TOUR" in os.environ:       # make tour
        tine_tour.begin()
    else:
        run_to_start(config["program"], config["command"])
    tine_reverse.started()


def is_optimized():
    """Was the kernel built for speed, and not for a debugger?"""
    place = gdb.lookup_global_symbol("kernel_main")
    made_by = getattr(place.symtab, "producer", None) if place else None
    return " -O2" in (made_by or "")


def welcome(what, command=None):
    """What a session begins with. command: what is still to start."""
    words = [WELCOME.format(what=what)]
    if command:
        words.append(TO_PROGRAM.format(name=os.path.basename(command)))
    if is_optimized():
        words.append(OPTIMIZED)
    tine_run.tell("\n".join(words))


def run_to_start(program, command):
    """To the kernel's first line of C, and then to main of a program."""
    start = tine_run.function("kernel_main"), lambda: True
    if tine_run.run_to(start) is None:
        return
    if not program:
        welcome("kernel's first line of C", command)
        return
    path = programs.named(program)
    address = tine_user.user_address(path, "main")
    if tine_run.run_to((address, lambda: tine_user.runs(path))) is not None:
        welcome(f"first line of {program}")


def start():
    gdb.events.new_objfile.connect(new_file)
    new_file(None)
    path = os.environ.get("TINE_GDB")
    if path:
        with open(path, encoding="utf-8") as file:
            begin(json.load(file))
