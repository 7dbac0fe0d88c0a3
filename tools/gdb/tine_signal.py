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
    thread alone. Of each that has an entry in a queue, the next lines say who
    sent it. A signal that is not listed has its default action."""

    def run(self, argument):
        owner = kernel.named_thread(argument)
        process, thread = owner.process.value, owner.value
        print(f"{owner}:")
        waiting = process["pending"], thread["pending"]
        words = [names_of(int(pending["set"])) for pending in waiting]
        self.line("pending", f"{words[0]} for the process, {words[1]} for the "
                  "thread")
        for pending in waiting:
            self.queue(pending)
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

    def queue(self, pending):
        """What is known of each: the oldest first."""
        kind = gdb.lookup_type("struct sigqueue")
        for entry in kernel.list_entries(pending["queue"], kind, "link"):
            info = entry["info"]
            self.line("", f"{name_of(int(info['si_signo']))}, code "
                      f"{int(info['si_code'])}, pid {int(info['si_pid'])}")

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
