"""A recorded run under gdb, which can go back in it: QEMU's record/replay.

First the command runs to its end and QEMU notes what came from outside, and at
which instruction. Then QEMU replays that under gdb; to go back it loads its
snapshot of the beginning and replays up to the wanted place, in a tenth of a
second. The clock counts instructions, as with --icount, and a command has no
input: so even two recordings of it are the same. (A shell has what you type.)

Three traps of QEMU 7.2, and the ways around them:
- Loading a snapshot resets the machine. The device kvmvapic then waits for
  the processor's thread, which may wait for the lock that the waiter has: a
  hang at about every second step back. So there is no such device.
- A power-off is noted without the instruction at which it came, and the
  replay makes it happen at the last event before, thousands of instructions
  too early. So this machine cannot be switched off by the guest, which halts.
- When a replay has used up its recording, QEMU ends. So gdb stops it at the
  last instruction, the number of which we ask for when we end the recording.
"""

import os
import re
import select
import signal
import socket
import struct
import sys
import tempfile
import time

import gdbrun
import guest

RECORD_LIMIT = 10   # seconds, if there is no --timeout and nothing typed
PATIENCE = 10       # seconds for QEMU to end
PAUSE = 0.2         # seconds without an instruction: it is halted
TICKS = 15000000    # instructions in which its timer surely runs
DEBUG_EXIT = "isa-debug-exit,iobase=0xf4,iosize=4"
CLUSTER = 65536     # of a qcow2 image
DISK = 16 << 20     # bytes that it pretends to have


def session(argv, inherited, config, script, limit, recorder):
    """Record the run of argv, then as gdbrun.session."""
    with tempfile.TemporaryFile() as log, tempfile.TemporaryFile() as disk:
        disk.write(empty_qcow2())
        disk.flush()
        files = log.fileno(), disk.fileno()
        inherited = [*inherited, *files]
        if recorder.stdin:      # while nobody types, time is not to fly
            at = argv.index("-icount") + 1
            argv[at] = argv[at].replace(",sleep=off", "")
        recorder.record(machine(argv, "record", *files), inherited, limit,
                        script is None)
        return gdbrun.session(machine(argv, "replay", *files), inherited,
                              dict(config, end=recorder.end), script, limit)


def machine(argv, mode, log, disk):
    """QEMU's command line, changed to record or to replay."""
    argv = list(argv)
    at = argv.index(DEBUG_EXIT)
    del argv[at - 1:at + 1]
    argv[argv.index("-icount") + 1] += \
        f",rr={mode},rrfile=/dev/fd/{log},rrsnapshot=init"
    return argv + ["-machine", "pc,acpi=off",
                   "-global", "apic-common.vapic=off", "-drive",
                   f"file=/dev/fd/{disk},format=qcow2,if=none,id=snapshots"]


def empty_qcow2():
    """A disk image with nothing in it, where QEMU keeps the snapshot: the
    header, a table of one block of reference counts, that block, and a table
    of no data."""
    header = struct.pack(
        ">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, CLUSTER.bit_length() - 1,
        DISK, 0, 1, 3 * CLUSTER, CLUSTER, 1, 0, 0)
    clusters = (header, struct.pack(">Q", 2 * CLUSTER),
                struct.pack(">4H", 1, 1, 1, 1), b"")
    return b"".join(data.ljust(CLUSTER, b"\0") for data in clusters)


class Recorder(guest.Guest):
    """The run that is recorded. `end`: how many instructions it has had."""

    def __init__(self, kernel, terminal, stdin):
        """stdin: as for guest.Guest.run."""
        super().__init__(kernel, terminal)
        self.stdin = stdin
        self.qmp, self.theirs = socket.socketpair()
        self.sources = {}
        self.end = None
        self.how = ""

    def record(self, argv, inherited, limit, patient):
        """patient: Ctrl-C ends the recording, not all."""
        if limit is None and self.stdin is None:
            limit = RECORD_LIMIT
        pair = os.pipe()
        argv += ["-no-shutdown", "-monitor", "none",
                 "-chardev", "stdio,id=com1,signal=off",
                 "-serial", "chardev:com1",
                 "-chardev", f"file,id=com2,path=/dev/fd/{pair[1]}",
                 "-serial", "chardev:com2",
                 "-chardev", f"socket,id=qmp,fd={self.theirs.fileno()}",
                 "-mon", "chardev=qmp,mode=control"]
        self.say(b'{"execute": "qmp_capabilities"}')
        tell("recording" + (f", for {limit:g} s at most" if limit else ""))
        restore = guest.raw_terminal() if self.stdin == "terminal" \
            else lambda: None
        try:
            self.run(argv, pair, [*inherited, pair[1], self.theirs.fileno()],
                     self.stdin, limit)
        except guest.Ended as ended:
            stopped = ended.status == 128 + signal.SIGINT and patient
            if not (stopped or ended.status == guest.TIMED_OUT) \
                    or self.end is None:
                raise
            self.how = "Ctrl-C" if stopped else "time-out"
        finally:
            restore()
            self.qmp.close()
        if self.end is None:
            raise guest.Ended(guest.CRASHED, "the recording has failed")
        tell(f"recorded {self.end:,} instructions, up to {self.how}; "
             "now gdb, which can go back in them")

    def loop(self, sources, keys, stdin, voice):
        self.theirs.close()
        sources[self.qmp.fileno()] = self.take_events
        self.sources = sources
        super().loop(sources, keys, stdin, voice)

    # Whatever the end is, the machine still stands when we see it.

    def take_report(self, text):
        super().take_report(text)
        if self.status is not None:
            self.settle(self.status, text.decode(errors="replace"))

    def take(self, kind, text):
        super().take(kind, text)
        if self.panicked:
            self.settle(guest.CRASHED, "a panic")

    def take_events(self, data):
        if b'"SHUTDOWN"' in data:       # a reset: the machine has stopped
            self.settle(guest.CRASHED, "a reset")

    def settle(self, status, how):
        self.status, self.how = status, self.how or how
        self.deadline = time.monotonic()

    def kill(self):
        if self.pid and self.end is None:
            try:
                self.finish()
            except OSError:
                pass                    # it has ended, or it hangs
        super().kill()

    def finish(self):
        """Choose the end, and let QEMU complete its file. It notes how far
        the machine has come when a timer runs, and as long as the machine is
        halted, but not when we make it quit. So the end is a while back."""
        self.qmp.settimeout(PATIENCE)
        end = now = self.instruction()
        until, still = time.monotonic() + PATIENCE, 0
        enough = 1 if self.how else 10      # if it should halt, or might
        while still < enough and now < end + TICKS \
                and time.monotonic() < until:
            self.listen(PAUSE)
            before, now = now, self.instruction()
            still = still + 1 if now == before else 0
        end = now if still else end
        self.say(b'{"execute": "quit"}')
        while self.qmp.recv(4096):
            pass
        if self.wait() is not None:
            self.end = end

    def listen(self, seconds):
        """So that QEMU need not wait with what the guest says."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ports = [fd for fd in self.sources if fd != self.qmp.fileno()]
            for fd in select.select(ports, [], [], left)[0]:
                data = os.read(fd, 65536)
                self.sources[fd](data)
                if not data:
                    del self.sources[fd]

    def instruction(self):
        """How many the machine has executed."""
        self.say(b'{"execute": "query-replay"}')
        answer = b""
        while not (found := re.search(rb'"icount": *(\d+)', answer)):
            data = self.qmp.recv(4096)
            if not data:
                raise OSError
            answer += data
        return int(found[1])

    def say(self, data):
        self.qmp.sendall(data)


def tell(text):
    sys.stderr.write(f"tools/run: {text}\n")
