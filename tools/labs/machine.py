"""One boot of a graded kernel: its records, and limits it cannot argue with.

The clock counts instructions (-icount), so what a test sees does not depend
on how busy this host is, and a boot repeats to the instruction. The limits
are of processor time for the same reason. A machine that no interrupt can
wake uses none: whether it stands still is seen from the host's scheduler.
"""

import os
import resource
import select
import signal
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import guest  # noqa: E402
import newc  # noqa: E402

MEMORY = 128            # MiB
# 2^3 ns an instruction: two seconds of a test that hangs are 250 million.
# 2^0: the TSC counts instructions, one by one.
QUICK, EXACT = 3, 0
BYTES = 2 << 20         # of records in one boot
STILL = 5               # seconds without any work: it will never do any
CLOCK = os.sysconf("SC_CLK_TCK")


class Budget:
    """What a grading may use in all."""

    def __init__(self, cpu, wall):
        self.cpu_limit = cpu
        self.wall_limit = wall
        self.cpu_begin = self.cpu_now()
        self.cpu_more = 0.0     # of what no rusage of ours counts
        self.begin = time.monotonic()

    @staticmethod
    def cpu_now():
        return sum(used.ru_utime + used.ru_stime for used in
                   map(resource.getrusage, (resource.RUSAGE_SELF,
                                            resource.RUSAGE_CHILDREN)))

    def cpu(self):
        return self.cpu_now() - self.cpu_begin + self.cpu_more

    def wall(self):
        return time.monotonic() - self.begin

    def cpu_left(self):
        return self.cpu_limit - self.cpu()

    def wall_left(self):
        return self.wall_limit - self.wall()


def process_cpu(pid):
    """Seconds that a process has used, with its threads."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii",
                  errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK
    except (OSError, IndexError):
        return 0.0


def work(pid):
    """Seconds that its threads have run or waited for a processor."""
    total = 0
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat",
                      encoding="ascii") as file:
                ran, waited, _ = map(int, file.read().split())
            total += ran + waited
    except (OSError, ValueError):
        return time.monotonic()     # not known: never still
    return total / 1e9


class Machine:
    """A boot that runs one command as the first child of init."""

    def __init__(self, kernel, initrd, command, words="", shift=QUICK,
                 gdb=None):
        stdio = b"null pipe pipe\n"
        args = b"".join(os.fsencode(word) + b"\0" for word in command)
        parcel = newc.archive([("run/tine/args", 0o600, args),
                               ("run/tine/env", 0o600, b""),
                               ("run/tine/stdio", 0o600, stdio)])
        fd = os.memfd_create("initrd", 0)
        with open(os.dup(fd), "wb") as file:
            file.write(newc.padded(initrd) + parcel)
        self.stream, records = os.pipe()
        argv = ["qemu-system-x86_64", "-accel", "tcg", "-cpu",
                "max,-erms,-fsrm", "-smp", "1", "-m", str(MEMORY),
                "-no-reboot", "-nodefaults", "-display", "none",
                "-monitor", "none", "-serial", "null",
                "-chardev", f"file,id=com2,path=/dev/fd/{records}",
                "-serial", "chardev:com2",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                "-icount", f"shift={shift},sleep=off", "-seed", "1",
                "-rtc", "base=2020-01-01,clock=vm",
                "-kernel", kernel, "-append", f"run=1 {words}".strip(),
                "-initrd", f"/dev/fd/{fd}"]
        if gdb:
            argv += ["-S", "-gdb", f"unix:{gdb},server=on,wait=off"]
        null = os.open(os.devnull, os.O_RDWR)
        self.pid, self.word = guest.start(argv, null, null, null,
                                          [records, fd])
        for end in (null, records, fd):
            os.close(end)
        self.buffer = bytearray()
        self.taken = 0
        self.status = None
        self.still_since = time.monotonic()
        self.worked = 0.0

    def cpu(self):
        return process_cpu(self.pid) if self.status is None else 0.0

    def records(self, patience, other=None):
        """=> the records of the next moment; None: there are no more. other:
        a socket for which not to wait longer, either"""
        streams = [self.stream] + ([other] if other else [])
        if self.stream not in select.select(streams, [], [], patience)[0]:
            return []
        data = os.read(self.stream, 65536)
        if not data:
            return None
        self.taken += len(data)
        self.buffer += data
        return list(guest.records(self.buffer))

    def exceeded(self, cpu, wall):
        """Why it has to end now, or None. cpu: what it may use; wall: until
        when."""
        if self.taken > BYTES:
            return "output"
        if self.cpu() > cpu:
            return "cpu"
        if time.monotonic() > wall:
            return "wall"
        return "halted" if self.still() else None

    def still(self):
        now, worked = time.monotonic(), work(self.pid)
        if worked - self.worked > 0.02:
            self.worked, self.still_since = worked, now
        return now - self.still_since > STILL

    def wakes(self):
        """Somebody else had stopped it until now."""
        self.still_since = time.monotonic()

    def end(self):
        """End it, if it has not ended; => QEMU's status"""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.reap()
        return self.status

    def wait(self):
        """It has closed its records; a little later it ends."""
        for _ in range(200):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.finish(status)
                return self.status
            time.sleep(0.01)
        return self.end()

    def reap(self):
        self.finish(os.waitpid(self.pid, 0)[1])

    def finish(self, status):
        self.status = os.waitstatus_to_exitcode(status)
        os.write(self.word, b"x")
        os.close(self.word)
        os.close(self.stream)
