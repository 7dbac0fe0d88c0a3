"""tine signal: which signals wait for a process, and what they would do."""

import gdb
import tine_kernel as kernel
from tine_kernel import Command, series

NAMES = ("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM "
         "TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF "
         "WINCH IO PWR SYS").split()
RTMIN, SIGNAL_MAX = 34, 64
DEFAULT, IGNORE = 0, 1
FLAGS = ((0x1, "NOCLDSTOP"), (0x2, "NOCLDWAIT"), (0x4, "SIGINFO"),
         (0x08000000, "ONSTACK"), (0x10000000, "RESTART"),
         (0x40000000, "NODEFER"), (0x80000000, "RESETHAND"))


def name_of(number):
    if number <= len(NAMES):
        return NAMES[number - 1]
    return f"RTMIN+{number - RTMIN}" if number >= RTMIN else str(number)


def names_of(mask):
    """The signals of a set, in words: the shorter of two ways."""
    there = [name_of(n) for n in range(1, SIGNAL_MAX + 1)
             if mask >> (n - 1) & 1]
    if len(there) <= SIGNAL_MAX // 2:
        return series(there, SIGNAL_MAX) or "none"
    absent = [name_of(n) for n in range(1, SIGNAL_MAX + 1)
              if not mask >> (n - 1) & 1]
    return "all" + (f" but {series(absent, SIGNAL_MAX)}" if absent else "")


class Signal(Command):
    """The signals of a process: pending, blocked, ignored, caught.

    tine signal [PID|.]

    A signal that kill sent is pending for the process, and the first thread
    that does not block it takes it; one of tgkill, or of a fault, is for the
    thread alone. A signal that is not listed has its default action."""

    def run(self, argument):
        owner = kernel.named_thread(argument)
        process, thread = owner.process.value, owner.value
        print(f"{owner}:")
        self.line("pending", f"{names_of(int(process['pending']))} for the "
                  f"process, {names_of(int(thread['pending']))} for the thread")
        self.line("blocked", names_of(int(thread["blocked"])))
        if kernel.address(process["sigacts"]) == 0:
            raise gdb.error("it has no actions")
        actions = process["sigacts"]["action"]
        ignored, caught = 0, []
        for number in range(1, SIGNAL_MAX + 1):
            action = actions[number - 1]
            handler = kernel.address(action["handler"])
            if handler == IGNORE:
                ignored |= 1 << number - 1
            elif handler != DEFAULT:
                caught.append((number, handler, action))
        self.line("ignored", names_of(ignored))
        for number, handler, action in caught:
            self.line(name_of(number), self.handler(handler, action))
        if not caught:
            self.line("caught", "none")

    @staticmethod
    def line(title, text):
        print(f"  {title:9} {text}")

    @staticmethod
    def handler(where, action):
        found = gdb.execute(f"info symbol {where:#x}", to_string=True)
        text = found.split(" in section")[0] if " in section" in found else \
            f"{where:#x}"
        flags = int(action["flags"])
        words = [word for bit, word in FLAGS if flags & bit]
        mask = int(action["mask"])
        return text + "".join(f", {word}" for word in words) + (
            f", blocks {names_of(mask)}" if mask else "")


def register():
    Signal("signal", gdb.COMMAND_DATA, gdb.COMPLETE_NONE)
