"""The guest's console in gdb's terminal, `tine type`, and `make console`.

Bytes come from QEMU on two sockets: COM1 is the console, COM2 carries records
(tools/README.md). A thread prints them while the guest runs. At a stop,
drain() takes what is still in the sockets, so that all the guest has said
stands above what gdb says: gdb runs hook-stop before its first word.

A listening socket lets other terminals in: tools/console, which `make console`
starts. They see the console's bytes, and what they send is typed.
"""

import os
import select
import signal
import socket
import sys
import textwrap
import threading

import gdb

LIB = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "lib")
sys.path.insert(0, LIB)
import lastwords  # noqa: E402, F401: tine_stops asks for it here
from guest import records  # noqa: E402

RECENT = 4096       # bytes of the console that a new terminal is shown

console = None      # the Console, in a session that tools/run started


class Console:
    """com1, com2: descriptors of sockets; com2 may be None. path: where to
    listen for other terminals."""

    def __init__(self, com1, com2, path):
        self.com1 = socket.socket(fileno=com1)
        self.com2 = socket.socket(fileno=com2) if com2 is not None else None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path + "-")
        self.listener.listen()
        os.rename(path + "-", path)     # now a client can connect
        self.clients = []
        self.recent = bytearray()   # what the console said last
        self.line = bytearray()     # of the console, not yet printed
        self.other = bytearray()    # of COM2, not yet printed
        self.records = bytearray()
        self.keys = bytearray()     # not yet sent
        self.awake = False          # bytes sent before its first word are lost
        self.ended = None           # how the command ended: `exit 0`
        self.mute = False           # a replay back: all has been said before
        self.lock = threading.Lock()
        self.over, self.wake = os.pipe()
        self.thread = threading.Thread(target=self.run, daemon=True)
        every = signal.pthread_sigmask(signal.SIG_BLOCK,
                                       signal.valid_signals())
        self.thread.start()         # signals are gdb's
        signal.pthread_sigmask(signal.SIG_SETMASK, every)

    def close(self):
        os.close(self.wake)
        self.thread.join()

    def run(self):
        while True:
            with self.lock:
                sources = [self.listener, *self.sources(), *self.clients]
            ready = select.select([self.over, *sources], [], [])[0]
            if self.over in ready:
                return
            with self.lock:
                self.take(ready)
                self.show()

    def sources(self):
        return [port for port in (self.com1, self.com2) if port is not None]

    def drain(self, whole=False):
        """Print all that the guest has said; if whole, also a last line
        without an end."""
        with self.lock:
            while True:
                ready = select.select(self.sources(), [], [], 0)[0]
                if not ready:
                    break
                self.take(ready)
            self.show(whole)

    def take(self, ready):
        for source in ready:
            if source is self.listener:
                client = source.accept()[0]
                self.clients.append(client)
                self.send(client, self.recent)
                continue
            try:
                data = source.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue            # drain() was here first
            except OSError:
                data = b""
            if source in self.clients:
                self.take_typed(source, data)
            elif data and self.mute:
                self.records.clear()
            elif source is self.com1:
                self.take_console(data)
            elif source is self.com2:
                self.take_records(data)

    def take_typed(self, client, data):
        if not data:
            self.clients.remove(client)
            client.close()
        self.keys += data
        self.feed()

    def take_console(self, data):
        if not data:
            self.com1 = None        # the machine has ended
            return
        self.hear(self.com2 is None)
        self.recent += data
        del self.recent[:-RECENT]
        self.line += data
        for client in self.clients:
            self.send(client, data)

    def take_records(self, data):
        if not data:
            self.com2 = None
            return
        self.hear(True)
        self.records += data
        for kind, text in records(self.records):
            if kind == "r":
                self.ended = text.decode(errors="replace")
            else:
                self.other += text

    def hear(self, awake):
        if awake and not self.awake:
            self.awake = True
            self.feed()

    @staticmethod
    def send(client, data):
        try:
            client.send(data, socket.MSG_DONTWAIT)
        except OSError:
            pass                    # it is slow or gone: it misses this

    def feed(self):
        if self.awake and self.com1 is not None and self.keys:
            self.com1.sendall(self.keys)
            self.keys.clear()

    def type(self, text):
        with self.lock:
            self.keys += text.encode()
            self.feed()

    def show(self, whole=False):
        """Print whole lines, each port's for itself."""
        for buffer in (self.other, self.line):
            end = len(buffer) if whole else buffer.rfind(b"\n") + 1
            text = bytes(buffer[:end]).replace(b"\r\n", b"\n")
            del buffer[:end]
            if whole and text and not text.endswith(b"\n"):
                text += b"\n"       # gdb's prompt begins a line
            while text:
                text = text[os.write(1, text):]


class Type(gdb.Command):
    """Type a line at the guest's console.

    tine type TEXT      the text and Enter
    tine type ""        Enter alone

    The guest reads it when it runs: give `continue` after it."""

    def __init__(self):
        super().__init__("tine type", gdb.COMMAND_RUNNING)

    def invoke(self, argument, _from_tty):
        if console is None:
            raise gdb.GdbError("the console is not ours: gdb was not started "
                               "by tools/run --gdb or make gdb")
        if not argument:
            print(textwrap.dedent("    " + self.__doc__))
            return
        console.type(("" if argument == '""' else argument) + "\n")


def drain(whole=False):
    if console is not None:
        console.drain(whole)


def tell_end():
    drain(True)
    how = console and console.ended
    print("[the machine is off"
          + (f"; the command ended with {how}]" if how else "]"))


def exited(_event):
    """The connection is over: the machine has ended, or we quit."""
    drain(True)
    if console.com1 is None:
        tell_end()


def start(com1, com2, path):
    global console
    console = Console(com1, com2, path)
    # What gdb has still to say belongs above what the guest says next.
    gdb.events.cont.connect(lambda event: gdb.flush())
    gdb.execute("define hook-stop\n"
                "python import tine_console; tine_console.drain()\nend")
    gdb.events.before_prompt.connect(lambda: drain(True))
    gdb.events.exited.connect(exited)
    gdb.events.gdb_exiting.connect(lambda event: console.close())


def register():
    Type()
