"""A recorded run under gdb, which can go back in it: QEMU's record/replay.

First the command runs to its end and QEMU notes what came from outside, and at
which instruction. Then QEMU replays that under gdb; to go back it loads its
snapshot of the beginning and replays up to the wanted place, in a tenth of a
second. The clock counts instructions, as with --icount, and nothing is typed:
so even two recordings of a command are the same.

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
import signal
import socket
import struct
import sys
import tempfile
import time

import gdbrun
import guest

RECORD_LIMIT = 60   # seconds, if there is no --timeout
SETTLE = 0.3        # seconds from the exit record to the halt
PATIENCE = 10       # seconds for QEMU to end
DEBUG_EXIT = "isa-debug-exit,iobase=0xf4,iosize=4"
CLUSTER = 65536     # of a qcow2 image
DISK = 16 << 20     # bytes that it pretends to have


def session(argv, inherited, config, script=None, limit=None, terminal=None):
    """Record the run of argv, then as gdbrun.session. terminal: a descriptor
    for the console's bytes of the recorded run."""
    with tempfile.TemporaryFile() as log, tempfile.TemporaryFile() as disk:
        disk.write(empty_qcow2())
        disk.flush()
        files = log.fileno(), disk.fileno()
        inherited = [*inherited, *files]
        recorder = Recorder(terminal)
        recorder.record(machine(argv, "record", *files), inherited,
                        limit or RECORD_LIMIT, script is None)
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

    def __init__(self, terminal):
        super().__init__(terminal)
        self.qmp, self.theirs = socket.socketpair()
        self.end = None
        self.how = ""

    def record(self, argv, inherited, limit, patient):
        """patient: Ctrl-C ends the recording, not all."""
        pair = os.pipe()
        argv += ["-no-shutdown", "-monitor", "none",
                 "-chardev", "stdio,id=com1,signal=off",
                 "-serial", "chardev:com1",
                 "-chardev", f"file,id=com2,path=/dev/fd/{pair[1]}",
                 "-serial", "chardev:com2",
                 "-chardev", f"socket,id=qmp,fd={self.theirs.fileno()}",
                 "-mon", "chardev=qmp,mode=control"]
        self.say(b'{"execute": "qmp_capabilities"}')
        tell(f"recording, for {limit:g} s at most")
        try:
            self.run(argv, pair, [*inherited, pair[1], self.theirs.fileno()],
                     timeout=limit)
        except guest.Ended as ended:
            stopped = ended.status == 128 + signal.SIGINT and patient
            if not (stopped or ended.status == guest.TIMED_OUT) \
                    or self.end is None:
                raise
            self.how = "Ctrl-C" if stopped else "time-out"
        finally:
            self.qmp.close()
        if self.end is None:
            raise guest.Ended(guest.CRASHED, "the recording has failed")
        tell(f"recorded {self.end:,} instructions, up to {self.how}; "
             "now gdb, which can go back in them")

    def loop(self, sources, keys, stdin, voice):
        self.theirs.close()
        sources[self.qmp.fileno()] = self.take_events
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
        self.deadline = min(self.deadline, time.monotonic() + SETTLE)

    def kill(self):
        if self.pid and self.end is None:
            try:
                self.finish()
            except OSError:
                pass                    # it has ended, or it hangs
        super().kill()

    def finish(self):
        """Stop the machine where it is, and let QEMU complete its file."""
        for word in ("stop", "query-replay", "quit"):
            self.say(b'{"execute": "%s"}' % word.encode())
        self.qmp.settimeout(PATIENCE)
        answer = b""
        while True:
            data = self.qmp.recv(4096)
            if not data:
                break
            answer += data
        count = re.search(rb'"icount": *(\d+)', answer)
        if self.wait() is not None and count:
            self.end = int(count[1])

    def say(self, data):
        self.qmp.sendall(data)


def tell(text):
    sys.stderr.write(f"tools/run: {text}\n")
