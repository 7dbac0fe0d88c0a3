"""tools/run --gdb-reverse: gdb goes back in a recorded run."""

import os
import shutil

from host import test
from hosttests_gdb import says
from hosttests_run import machines

STRAY = ("--", "stray")


def session(host, commands, *words, status=0, stdin=b""):
    """Record, and run gdb on these commands. => its Result"""
    script = host.file("commands", "\n".join(commands).encode() + b"\n")
    return host.tine(f"--gdb-reverse={script}", "--timeout", "20", *words,
                     stdin=stdin, limit=60).expect(status)


def reverse_test(function):
    """A host test that needs gdb."""
    def run(host):
        if not shutil.which("gdb"):
            return "skipped: no gdb here"
        return function(host)

    run.__name__ = function.__name__
    return test(run)


@reverse_test
def reverse_to_the_writer(host):
    """From a wrong value to the line that wrote it, long before, in the
    parent, and not to the parent's later write at the same address."""
    result = session(host, [
        "tine user stray:notice", "continue", "p station.limit",
        "tine who-wrote station.limit", "p station.limit", "stepi",
        "p station.limit", "finish", "tine who-wrote station.limit",
        "tine instruction"], *STRAY)
    says(result,
         r"limit 30\nchild: limit 0\nparent: limit 35\n",   # recorded
         r"Breakpoint 1, notice \(\) at user/demos/stray\.c", r"\$1 = 0\n",
         r"frame [0-9a-f]+ is a copy of frame [0-9a-f]+, made for pid 3 stray",
         r"pid 2 stray wrote here, before there was a pid 3:\n"
         r"#0  clear \(.*\) at user/demos/stray\.c:\d+\n"
         r"\d+\s+numbers\[i\] = 0;\n  it was 30, and became 0\n",
         r"instructions ago; `tine instruction \d+` returns",
         r"\$2 = 30\n", r"\$3 = 0\n", r"main \(\) at user/demos/stray\.c",
         r"pid 2 stray wrote here:\n#0  clear", r"instruction [\d,]+ of")


@reverse_test
def reverse_back_and_forth(host):
    """gdb's own commands, as often as one likes: QEMU does not hang."""
    turns = 5
    result = session(host, [
        "break sys_fork", "continue", "break proc_exit", "continue",
        *["reverse-continue", "reverse-stepi", "continue", "continue"] * turns,
        "reverse-continue", "next", "next", "reverse-next", "reverse-finish",
        "delete", "reverse-continue"], "--main", *STRAY)
    says(result, *[r"Breakpoint 1, sys_fork", r"Breakpoint 2, proc_exit"]
         * turns, r"Breakpoint 1, sys_fork", r"syscall_entry \(\)",
         r"\[the beginning of the recording")


@reverse_test
def reverse_from_the_end(host):
    """gdb stops at the end of the recording, whatever it is."""
    commands = ["continue", "reverse-stepi", "tine instruction", "continue",
                "continue", "reverse-continue", "tine instruction"]
    says(session(host, commands, *STRAY),
         r"\[the machine is off; the command ended with exit 0\]",
         r"\[the end of the recording: you can go back\]", r"instruction ",
         r"the machine is off", r"SIGINT", r"\[the end of the recording")
    says(session(host, commands, "--append", "init=/bin/true", *STRAY),
         r"BUG: panic", r"The kernel has panicked", r"#0  machine_fail",
         r"instruction ", r"The kernel has panicked", r"SIGINT",
         r"\[the end of the recording")


@reverse_test
def reverse_of_the_kernel(host):
    """Who wrote the kernel's memory, and a page that nobody has written to
    since boot; a typed session is recorded, too."""
    result = session(host, [
        "tine fork stray", "tine who-wrote last_pid",
        "tine who-wrote page 401000", "bt", "tine who-wrote 1000"],
        stdin=b"stray\nexit 4\n", status=1)
    says(result, r"pid \d+ stray calls fork",
         r"the kernel, for pid \d+ sh, wrote here.*:\n#0 .* pid_take \(",
         r"it was 2, and became 3",
         r"the kernel, for pid 1 init, wrote here",
         r"in unpack_initrd \(\)|unpack_initrd \(\) at")
    for text in (b"up to exit 4", b"nothing is mapped at 0x1000 now"):
        if text not in result.err:
            result.fail(f"it does not say {text!r}")


@reverse_test
def reverse_leaves_nothing(host):
    """No file and no machine is left, and it says what it cannot do."""
    folder = host.new_directory()
    script = host.file("commands", b"tine instruction\n")
    mark = os.path.basename(folder)
    result = host.command(
        [host.path("tools", "run"), *host.words, f"--gdb-reverse={script}",
         "--timeout", "3", "--qemu", f"-name {mark}", "--", "wc", "/dev/zero"],
        env=dict(os.environ, TMPDIR=folder), limit=30)
    if b"up to time-out" not in result.err:
        result.fail("a hang is not recorded")
    if os.listdir(folder) or machines(mark):
        result.fail(f"left: {os.listdir(folder)} or a machine")
    host.tine("--gdb-reverse", "--iso", *STRAY).expect(2)
    script = host.file("commands", b"tine who-wrote all_processes\n")
    host.tine(f"--gdb={script}", "--timeout", "30", *STRAY).expect(
        1, None, b"this is no recording")
