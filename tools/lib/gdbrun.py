"""A run under gdb: QEMU with its sockets, gdb in this terminal, one end.

The sockets are in a private folder, so that any number of sessions can be:
the gdb stub, and the console that other terminals attach to. gdb itself
reads COM1 and COM2 (tools/gdb/tine_console.py): so what the guest says comes
before what gdb says about the stop after it.

Whoever of the three ends first, the others end too: guest.guard sees to it if
that is us.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import guest

HERE = os.path.dirname(os.path.realpath(__file__))
START = os.path.join(os.path.dirname(HERE), "gdb", "start.py")
BATCH_LIMIT = 60    # seconds for a file of commands
PATIENCE = 20       # seconds for QEMU to listen
LINK = "gdb-console"    # beside the kernel: the console of the last session


def session(argv, inherited, config, script=None, limit=None):
    """argv: QEMU without its serial ports. config: for tine_session.py, which
    gets the sockets here. script: a file of gdb commands, or None for a
    person. => gdb's exit status"""
    folder = tempfile.mkdtemp(prefix="tine-gdb-")
    if len(folder) > 90:                # a socket's name has 107 bytes
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix="tine-gdb-", dir="/tmp")
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        qemu = Qemu(stack, folder, argv, inherited, config)
        link = os.path.join(os.path.dirname(config["kernel"]), LINK)
        stack.enter_context(linked(link, config["console"]))
        command = ["gdb", "-q", *(["-nx", "-batch"] if script else []),
                   "-x", START, *(["-x", script] if script else [])]
        status = debugger(command, folder, config,
                          limit or (BATCH_LIMIT if script else None),
                          script is None)
        qemu.tell_errors()
        return status


class Qemu:
    """QEMU, which is killed as the stack unwinds."""

    def __init__(self, stack, folder, argv, inherited, config):
        self.errors = os.path.join(folder, "qemu")
        argv = list(argv)
        ends = []
        for name in ("com1", "com2"):
            if config[name] is None:
                continue
            ours, theirs = socket.socketpair()
            stack.callback(ours.close)
            ends.append(theirs)
            config[name] = ours.fileno()
            argv += ["-chardev", f"socket,id={name},fd={theirs.fileno()}",
                     "-serial", f"chardev:{name}"]
        config["stub"] = os.path.join(folder, "stub")
        config["console"] = os.path.join(folder, "console")
        # A guest that ends stops, and gdb ends QEMU: QEMU's own end comes too
        # early for the last packet of their conversation.
        argv += ["-no-shutdown", "-monitor", "none", "-S", "-gdb",
                 f"unix:{config['stub']},server=on,wait=off"]
        null = os.open(os.devnull, os.O_RDONLY)
        log = os.open(self.errors, os.O_WRONLY | os.O_CREAT, 0o600)
        self.pid, word = guest.start(
            argv, null, log, log,
            inherited + [end.fileno() for end in ends])
        stack.callback(os.write, word, b"x")
        stack.callback(self.kill)
        for fd in (null, log):
            os.close(fd)
        for end in ends:
            end.close()
        self.wait_until_it_listens(config["stub"])

    def wait_until_it_listens(self, path):
        until = time.monotonic() + PATIENCE
        while not os.path.exists(path):
            if self.has_ended() or time.monotonic() > until:
                raise guest.Ended(guest.CRASHED, "QEMU could not run: "
                                  + self.said())
            time.sleep(0.01)

    def has_ended(self):
        if self.pid and os.waitpid(self.pid, os.WNOHANG)[0]:
            self.pid = 0
        return self.pid == 0

    def said(self):
        with open(self.errors, encoding="utf-8", errors="replace") as file:
            return file.read().strip()

    def tell_errors(self):
        lines = [line for line in self.said().splitlines()
                 if not line.endswith(("Terminated via GDBstub",
                                       "and no active timers"))]
        for line in lines:
            os.write(2, f"QEMU: {line}\n".encode())

    def kill(self):
        if not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0


@contextlib.contextmanager
def linked(link, target):
    """A link by which `make console` finds the last session's console."""
    def mine():
        return os.path.islink(link) and os.readlink(link) == target

    temporary = f"{link}.{os.getpid()}"
    try:
        os.symlink(target, temporary)
        os.replace(temporary, link)
    except OSError:
        pass                # a build folder that is not ours: no link
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if mine():
                os.unlink(link)


def debugger(command, folder, config, limit, interactive):
    """Run gdb to its end, or to the time's. => its status"""
    with open(os.path.join(folder, "session"), "w",
              encoding="utf-8") as file:
        json.dump(config, file)
    terminal = interactive and os.isatty(0)
    try:
        child = subprocess.Popen(
            command, env=dict(os.environ, TINE_GDB=file.name),
            stdin=None if interactive else subprocess.DEVNULL,
            pass_fds=[config[name] for name in ("com1", "com2")
                      if config[name] is not None],
            preexec_fn=take_terminal if terminal else os.setpgrp)
    except FileNotFoundError:
        raise guest.Ended(guest.CRASHED, "there is no gdb here; `tools/setup "
                          "gdb` installs it") from None
    word = guest.guard(lambda: clean_up(child.pid, folder))
    status = None
    try:
        status = wait(child.pid, limit, terminal)
        return status if status >= 0 else 128 - status
    finally:
        if status is None:
            end(child.pid, terminal)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child.pid, 0)
        child.returncode = 0        # subprocess need not look for it
        if terminal:
            set_foreground(os.getpgrp())
        os.write(word, b"x")
        os.close(word)


def wait(pid, limit, terminal):
    """=> its status, as subprocess has it"""
    until = time.monotonic() + limit if limit else None
    while True:
        found, status = os.waitpid(
            pid, os.WUNTRACED | (os.WNOHANG if limit else 0))
        if found and os.WIFSTOPPED(status):
            if terminal:            # Ctrl-Z: all of us stop, and go on
                set_foreground(os.getpgrp())
                os.killpg(0, signal.SIGTSTP)
                set_foreground(pid)
            os.killpg(pid, signal.SIGCONT)
        elif found:
            return os.waitstatus_to_exitcode(status)
        elif time.monotonic() > until:
            raise guest.Ended(guest.TIMED_OUT, "time-out")
        else:
            time.sleep(0.02)


def end(pid, terminal):
    """SIGTERM lets gdb put the terminal right, if it still listens."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM if terminal else signal.SIGKILL)
        for _ in range(50):
            if os.waitid(os.P_PID, pid,
                         os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(0.02)
        os.killpg(pid, signal.SIGKILL)


def clean_up(pid, folder):
    """What the guard does if we were killed."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        time.sleep(1)
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def take_terminal():
    """In gdb's process: Ctrl-C is gdb's alone, not make's too."""
    os.setpgrp()
    set_foreground(os.getpgrp())


def set_foreground(group):
    old = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.tcsetpgrp(0, group)
    signal.signal(signal.SIGTTOU, old)
