"""One run of a guest: starts QEMU, feeds COM1, takes COM2 apart, ends QEMU.

COM2 is a stream of records: a type byte, a 16-bit little-endian length, the
payload. Success is the exit record among them, never QEMU's own status: a
triple fault looks like a clean power-off from outside.
"""

import os
import select
import signal
import sys
import termios
import time

import lastwords

TIMED_OUT = 124
CRASHED = 125
NOT_STARTED = 126   # of our child, when there is no QEMU; QEMU itself says 1
DLE = b"\x10"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KEPT = 65536        # bytes of kernel log and console remembered for a bad end
BACKLOG = 1 << 20   # unwritten output at which the guest is held back
GRACE = 5           # seconds between the exit record and the power-off


class Ended(Exception):
    """The run ends now, with this status and this message."""

    def __init__(self, status, message=""):
        super().__init__(message)
        self.status = status
        self.message = message


def start(argv, stdin, stdout, stderr, inherited):
    """Start argv in its own process group; it dies when we die.

    It waits for a byte before it becomes QEMU, so that it has its guard by
    then. => its pid, the descriptor of guard()
    """
    go, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ready)
        if os.read(go, 1) == b"":
            os._exit(NOT_STARTED)
        try:
            os.setpgid(0, 0)
            for number, fd in enumerate((stdin, stdout, stderr)):
                os.dup2(fd, number)
            for fd in inherited:
                os.set_inheritable(fd, True)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            os.execvp(argv[0], argv)
        except OSError as error:
            os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        os._exit(NOT_STARTED)
    word = guard(lambda: os.kill(pid, signal.SIGKILL))
    os.write(ready, b"g")
    os.close(go)
    os.close(ready)
    return pid, word


def guard(end):
    """A process that calls end() if we vanish without a word on the pipe."""
    ours, word = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.dup2(ours, 0)
        os.closerange(1, 256)
        try:
            if os.read(0, 1) == b"":
                end()
        finally:
            os._exit(0)
    os.close(ours)
    return word


def raw_terminal():
    """Keys come at once and unread by the host; the guest cooks them.
    => a function that puts it back as it was"""
    old = termios.tcgetattr(0)
    new = termios.tcgetattr(0)
    new[0] &= ~(termios.IXON | termios.ICRNL | termios.INLCR | termios.ISTRIP)
    if os.isatty(1):
        new[1] &= ~termios.OPOST    # the guest has added each \r already
    new[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(0, termios.TCSADRAIN, new)
    return lambda: termios.tcsetattr(0, termios.TCSADRAIN, old)


def records(buffer):
    """The whole records in a bytearray, taken out of it. Zeros between them are
    what ended one that a panic cut short."""
    at = 0
    while True:
        while at < len(buffer) and buffer[at] == 0:
            at += 1
        if len(buffer) - at < 3:
            break
        end = at + 3 + (buffer[at + 1] | buffer[at + 2] << 8)
        if len(buffer) < end:
            break
        yield chr(buffer[at]), bytes(buffer[at + 3:end])
        at = end
    del buffer[:at]


class Guest:
    """The state of one run. Guest(...).run(...) returns an exit status."""

    def __init__(self, kernel, terminal=None, raw_console=False, log=None,
                 copy=None):
        self.words = lastwords.Explained(kernel)
        self.terminal = terminal        # descriptor for the console's bytes
        self.raw_console = raw_console  # no records: COM1 is all there is
        self.log_file = log             # descriptor for kernel log text
        self.copy = copy                # descriptor for COM2 as it comes
        self.log = bytearray()          # as far as stderr has not shown it
        self.console = bytearray()
        self.errors = bytearray()       # QEMU's own messages
        self.records = bytearray()
        self.pending = {}               # descriptor: bytes still to write
        self.keys = bytearray()         # bytes still to go to COM1
        self.prefix = False             # Ctrl-A was typed
        self.awake = False              # the guest has said something
        self.status = None
        self.killed = 0                 # the signal, if one killed it
        self.panicked = False
        self.pid = 0

    # Output.

    def emit(self, fd, data):
        self.pending.setdefault(fd, bytearray()).extend(data)

    def flush_some(self, fd):
        data = self.pending[fd]
        try:
            del data[:os.write(fd, data[:4096])]
        except BlockingIOError:
            return
        except BrokenPipeError:
            if fd != 2:
                raise Ended(128 + signal.SIGPIPE) from None
            data.clear()
        except OSError as error:
            data.clear()
            raise Ended(CRASHED, f"writing: {error.strerror}") from None
        if not data:
            del self.pending[fd]

    def keep(self, where, data):
        where += data
        del where[:-KEPT]

    # COM2's records.

    def take_records(self, data):
        if self.copy is not None:
            self.emit(self.copy, data)
        self.records += data
        for kind, text in records(self.records):
            self.take(kind, text)

    def take(self, kind, text):
        if kind == "o":
            self.emit(1, text)
        elif kind == "e":
            self.emit(2, text)
        elif kind in "kwp":
            self.take_log(kind, text)
        elif kind == "r":
            self.take_report(text)
        elif kind != "g":       # coverage is for the reader of --records
            raise Ended(CRASHED, f"COM2 carries a record of type {kind!r}")

    def take_log(self, kind, text):
        if kind == "p":
            self.panicked = True
            text = self.words.feed(text)
        if self.log_file is not None:
            self.emit(self.log_file, text)
        if kind != "k" and self.log_file != 2:
            self.emit(2, text if self.terminal is None else
                      text.replace(b"\n", b"\r\n"))
        elif self.log_file != 2:
            self.keep(self.log, text)

    def take_report(self, text):
        words = text.split()
        if (len(words) == 2 and words[0] in (b"exit", b"signal")
                and words[1].isdigit()): # a panic may have cut it short
            number = int(words[1])
            self.status = number if words[0] == b"exit" else 128 + number
            self.killed = 0 if words[0] == b"exit" else number
            self.deadline = min(self.deadline, time.monotonic() + GRACE)

    def take_console(self, data):
        if self.raw_console:
            data = self.words.feed(data)
        self.keep(self.console, data)
        if self.terminal is not None:
            self.emit(self.terminal, data)

    def take_events(self, data):
        """QMP, when there is no COM2: why did the machine stop?"""
        self.records += data
        if b'"guest-shutdown"' in self.records:
            self.status = 0

    # Input.

    def take_stdin(self, from_terminal):
        data = os.read(0, 65536)
        if from_terminal:
            self.keys += self.typed(data)
        elif self.raw_console:
            self.keys += data or b"\x04"
        else:
            self.keys += data.replace(DLE, DLE + DLE) or DLE + b"E"
        return data != b""

    def typed(self, data):
        """Keys as the guest shall see them: Ctrl-A X ends the run."""
        keys = bytearray()
        for key in data:
            if self.prefix and key in b"xX":
                raise Ended(130, "ended by Ctrl-A X")
            if key == 1 and not self.prefix:
                self.prefix = True
                continue
            keys.append(key)
            self.prefix = False
        return keys

    def feed(self, fd):
        try:
            del self.keys[:os.write(fd, self.keys[:4096])]
        except BlockingIOError:
            pass
        except OSError:
            self.keys.clear()

    # The run.

    def run(self, argv, records, inherited, stdin=None, timeout=None):
        """records: (our end, QEMU's end) of COM2's pipe or QMP's socket.
        stdin: None, "pipe" or "terminal"."""
        self.deadline = time.monotonic() + (timeout or 1e9)
        in_end, keys = os.pipe()
        console, out_end = os.pipe()
        errors, err_end = os.pipe()
        os.set_blocking(keys, False)
        sources = {console: self.take_console,
                   errors: lambda data: self.keep(self.errors, data)}
        ours = [in_end, out_end, err_end]
        if records:
            sources[records[0]] = (
                self.take_events if self.raw_console else self.take_records)
            ours.append(records[1])
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        self.pid, word = start(argv, in_end, out_end, err_end, inherited)
        for fd in ours:
            os.close(fd)
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            voice = console if self.raw_console else records[0]
            self.loop(sources, keys, stdin, voice)
            ended = self.wait()
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            self.kill()
            os.write(word, b"x")
            self.drain()
        return self.verdict(ended)

    def drain(self):
        """After a bad end: write what can be written without waiting."""
        while self.pending:
            free = select.select([], list(self.pending), [], 0)[1]
            if not free:
                break
            for fd in free:
                self.flush_some(fd)

    def loop(self, sources, keys, stdin, voice):
        """voice: where the guest's first word shows that its driver of COM1
        is up; a byte sent before that would leave the UART's FIFO off."""
        while sources or self.pending:
            backlog = sum(map(len, self.pending.values()))
            readers = list(sources) if backlog < BACKLOG else []
            if stdin and sources and len(self.keys) < 65536:
                readers.append(0)
            writers = list(self.pending)
            if self.keys and self.awake:
                writers.append(keys)
            left = self.deadline - time.monotonic() if sources else 60
            if left <= 0 and self.status is None:
                raise Ended(TIMED_OUT, "time-out" if self.raw_console else
                            "time-out: the command has not ended, or init's "
                            "wait has not returned")
            if left <= 0:
                self.kill()
                self.deadline = left = 60
            ready, free, _ = select.select(readers, writers, [], min(left, 60))
            for fd in free:
                if fd == keys:
                    self.feed(fd)
                else:
                    self.flush_some(fd)
            for fd in ready:
                if fd == 0:
                    if not self.take_stdin(stdin == "terminal"):
                        stdin = None
                    continue
                try:
                    data = os.read(fd, 65536)
                except ConnectionResetError:
                    data = b""      # it ended, and had not read all
                sources[fd](data)
                self.awake |= fd == voice
                if not data:
                    del sources[fd]

    def wait(self):
        """QEMU's status if it ended by itself, else None."""
        for _ in range(100 if self.pid else 0):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        return None

    def kill(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0

    def verdict(self, ended):
        self.panicked |= self.raw_console and ended == CRASHED
        if self.panicked or (self.status is not None and ended):
            return CRASHED
        if self.status is None:
            raise Ended(CRASHED, "QEMU could not run"
                        if ended in (1, NOT_STARTED) else
                        "the machine stopped without an exit record "
                        f"(power-off, reset or triple fault; QEMU's {ended})")
        return self.status

    def last_words(self, message):
        """For a bad end: what QEMU, the console and the kernel said last."""
        parts = [f"tools/run: {message}\n".encode()]
        for name, text in (("QEMU", self.errors), ("console", self.console),
                           ("kernel log", self.log)):
            hidden = name == "console" and self.terminal is not None
            if text.strip() and not hidden:
                lines = text.rstrip().splitlines()[-25:]
                parts.append(b"--- the last of the %s:\n" % name.encode())
                parts += [line + b"\n" for line in lines]
        sys.stderr.buffer.write(b"".join(parts))
        sys.stderr.flush()
