"""Run a compiler on a stranger's files: limits, and a view of nearly nothing.

The command sees /usr, the libraries, and what is bound for it; no network, no
other process, no device but /dev/null. It has so many seconds of processor
and of patience, so much memory and so large files; of what it says, only the
beginning is kept. Bubblewrap makes the view; for one's own code it can be
left out, and the limits stay.

Bubblewrap does not wait for what runs in it, so a shell around the command
tells what the command has used.
"""

import dataclasses
import functools
import os
import re
import resource
import select
import signal
import subprocess
import time

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin",
          "/etc/alternatives")
CPU_SECONDS = 10
WALL_SECONDS = 60
MEMORY = 512 << 20      # of addresses, for each process
FILE_SIZE = 32 << 20
SAID = 4000             # bytes that are kept of what the command says
PATIENCE = "more time than it has"
GRACE = 2       # seconds between the signal that can be told from others, and
                # the one that cannot be ignored
# A line of the shell's own seconds, and one of its children's.
AROUND = '"$@" 2>&1; code=$?; times >&2; exit $code'
TIMES = re.compile(rb"^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$", re.M)


class NoJail(Exception):
    """This machine cannot make one."""


@dataclasses.dataclass
class Result:
    status: int     # as a shell has it; negative: killed by that signal
    said: str
    why: str        # "" or the limit that ended it
    cpu: float      # seconds of processor, which no rusage of ours counts


def view(binds, folder, status):
    """The words before a command that make its view of the machine.
    binds: (path here, path there, whether it may write). status: the
    descriptor for bwrap's own report."""
    words = ["bwrap", "--json-status-fd", str(status), "--unshare-all",
             "--die-with-parent", "--new-session",
             "--clearenv", "--setenv", "PATH", "/usr/bin:/bin",
             "--setenv", "LC_ALL", "C.UTF-8", "--tmpfs", "/tmp",
             "--dir", "/dev", "--dev-bind", "/dev/null", "/dev/null"]
    for path in SYSTEM:
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            words += ["--ro-bind", path, path]
    for here, there, writable in binds:
        words += ["--bind" if writable else "--ro-bind", here, there]
    return [*words, "--remount-ro", "/", "--chdir", folder, "--"]


@functools.cache
def check():
    """Raises NoJail if this machine cannot make one."""
    try:
        made = subprocess.run([*view([], "/", 2), "true"], text=True,
                              stdin=subprocess.DEVNULL, timeout=WALL_SECONDS,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise NoJail("there is no bwrap: tools/setup labs, or --no-jail for "
                     "your own code") from None
    except subprocess.TimeoutExpired:
        raise NoJail("bwrap did not end") from None
    if made.returncode != 0:
        raise NoJail("bwrap can make no namespaces here (a container may need "
                     "other rights): " + made.stderr.strip())


def limit(seconds):
    """In the child: what it may use."""
    for what, soft, most in (
            (resource.RLIMIT_CPU, seconds, seconds + GRACE),
            (resource.RLIMIT_AS, MEMORY, MEMORY),
            (resource.RLIMIT_FSIZE, FILE_SIZE, FILE_SIZE),
            (resource.RLIMIT_CORE, 0, 0),
            (resource.RLIMIT_NOFILE, 256, 256)):
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            soft, most = min(soft, hard), min(most, hard)
        resource.setrlimit(what, (soft, most))


def run(words, binds, folder, jailed=True, seconds=CPU_SECONDS,
        patience=WALL_SECONDS):
    """Run a command to its end, or to a limit. Without a jail, paths there
    must be the paths here."""
    ours, report = os.pipe()
    if jailed:
        check()
        words = [*view(binds, folder, report),
                 "sh", "-c", AROUND, "sh", *words]
    child = subprocess.Popen(
        words, cwd="/" if jailed else folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=report if jailed else subprocess.STDOUT,
        start_new_session=True, preexec_fn=lambda: limit(seconds),
        pass_fds=(report,) if jailed else ())
    os.close(report)
    said, why = listen(child, time.monotonic() + patience)
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    status = child.wait()
    child.stdout.close()
    with open(ours, "rb") as file:
        told = file.read()
    if jailed and not why and b"exit-code" not in told:
        raise NoJail(told.decode("utf-8", "replace"))
    cpu = used(told)
    # A compiler that ends its parts by itself has a status of its own.
    if not why and (cpu >= seconds or status in (-signal.SIGXCPU,
                                                 128 + signal.SIGXCPU)):
        why = f"more than {seconds} seconds of processor"
    return Result(status, said.decode("utf-8", "replace"), why, cpu)


def used(told):
    """=> the seconds of a command, as the shell around it tells them"""
    return sum(int(minutes) * 60 + float(seconds)
               for times in TIMES.findall(told)
               for minutes, seconds in (times[:2], times[2:]))


def listen(child, until):
    """=> the beginning of what it says, and why no more was waited for"""
    said, heard = bytearray(), 0
    stream = child.stdout.fileno()
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return said, PATIENCE
        if not select.select([stream], [], [], left)[0]:
            continue
        data = os.read(stream, 65536)
        if not data:
            break
        heard += len(data)
        said += data[:SAID - len(said)]
        if heard > FILE_SIZE:
            return said, "megabytes of messages"
    try:
        child.wait(max(until - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        return said, PATIENCE
    return said, ""
