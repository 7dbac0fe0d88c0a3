"""The commands of a handout: each ```sh block of it is run.

They run in order, in the tree's top, on a terminal of their own. What waits
there for a person is left in the way that it knows: a shell of Tine by exit,
gdb by quit.
"""

import os
import pty
import re
import select
import signal
import time

from tree import environment

LIMIT = 300     # seconds for a block
BUSY = b"this host is too busy"     # make grade says so, and can be tried again
TRIES = 3
QUIET = 1.5     # seconds after which a prompt at the end is one
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
# What a program waits with, and how one leaves it.
PROMPTS = ((rb"# $", b"exit\n"), (rb"\[Y/n\] $", b"n\n"),
           (rb"\(gdb\) $", b"quit\n"), (rb"\(y or n\) $", b"y\n"),
           (rb"to continue, ?.*--$", b"\n"))


def child_of(block, top):
    """=> the pid and the terminal of a shell that runs the block"""
    env = environment(TERM="dumb", LINES="1000", PAGER="cat", GIT_PAGER="cat")
    for who in ("AUTHOR", "COMMITTER"):
        env[f"GIT_{who}_NAME"] = "Student"
        env[f"GIT_{who}_EMAIL"] = "student@example.invalid"
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(top)
        os.execvpe("sh", ["sh", "-ec", block], env)
    return pid, terminal


def converse(terminal, until):
    """Answer prompts until the other side is closed.  => what came"""
    out, answered = b"", 0
    while time.monotonic() < until:
        if not select.select([terminal], [], [], QUIET)[0]:
            last = out[answered:].replace(b"\r", b"").rsplit(b"\n", 1)[-1]
            for prompt, answer in PROMPTS:
                if re.search(prompt, last):
                    os.write(terminal, answer)
                    answered = len(out)
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:     # EIO: nobody has it open any more
            return out, True
        if not data:
            return out, True
        out += data
    return out, False


def run_block(block, top):
    """=> what is wrong"""
    for _ in range(TRIES):
        pid, terminal = child_of(block, top)
        out, ended = converse(terminal, time.monotonic() + LIMIT)
        if not ended:
            os.killpg(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(terminal)
        if status == 0 or BUSY not in out:
            break
    if ended and status == 0:
        return []
    how = f"status {status}" if ended else f"no end after {LIMIT} s"
    text = out.decode("utf-8", "replace").replace("\r", "")
    return [f"{how}: {block.strip()}", *text.splitlines()[-20:]]


def run(top, name="LAB.md"):
    """=> how many blocks there are, and what is wrong with them"""
    with open(os.path.join(top, name), encoding="utf-8") as file:
        blocks = BLOCK.findall(file.read())
    wrong = []
    for block in blocks:
        wrong += run_block(block, top)
    return len(blocks), wrong
