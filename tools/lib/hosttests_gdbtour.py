"""The guided walk through fork, `make tour`, from its first page on."""

import contextlib
import fcntl
import os
import re
import select
import shutil
import string
import termios
import time

from host import Failure, lines, test

HELLO = ("--", "hello-fork")
STOPS = 20
HEADING = re.compile(r"^---- (?:(\d+) of (\d+): )?(.*?) -+$", re.M)
PROMPT = re.compile(rb"\(gdb\) (?:\x1b\[[^ ]*)?$")
TEXT_LINES, TEXT_WIDTH = 12, 78     # of a page, without what gdb shows


def tour_test(function):
    """A host test that needs gdb."""
    def run(host):
        if not shutil.which("gdb"):
            return "skipped: no gdb here"
        return function(host)

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return test(run)


class Pages:
    """What a tour printed: page[N], and page["end"]."""

    def __init__(self, text):
        self.text = text
        parts = HEADING.split(text)[1:]
        self.order, self.page = [], {}
        for number, of, title, body in zip(*(parts[i::4] for i in range(4))):
            if of not in (None, str(STOPS)):
                self.fail(f"{of} stops, not {STOPS}")
            name = int(number) if number else "end"
            self.order.append(name)
            self.page[name] = title + "\n" + body

    def fail(self, problem):
        raise Failure(problem, lines(self.text.encode(), 40))

    def expect_order(self, numbers):
        if self.order != [*numbers, "end"]:
            self.fail(f"the stops came as {self.order}")

    def expect(self, name, *patterns):
        """The last match on a page, which has something for each pattern."""
        found = None
        for pattern in patterns:
            found = re.search(pattern, self.page.get(name, ""), re.M)
            if not found:
                self.fail(f"stop {name} does not say {pattern!r}")
        return found


def walk(host, commands, *words):
    """Run gdb on these commands. => the Pages"""
    script = host.file("commands", "\n".join(commands).encode() + b"\n")
    result = host.tine(f"--gdb={script}", "--timeout", "25", "--icount",
                       *words, *HELLO,
                       limit=30).expect(0)
    text = result.out.decode(errors="replace")
    if "rror" in result.err.decode() or "Python Exception" in text:
        result.fail("gdb reports an error")
    return Pages(text)


NEXT = ["tine next"] * STOPS


@tour_test
def gdbtour_walk(host):
    """All stops in their order, and the facts at them."""
    pages = walk(host, ["tine tour", *NEXT, "maint info breakpoints"])
    pages.expect_order(range(1, STOPS + 1))
    pages.expect(1, r"^=> +\d+ +pid_t pid = fork\(\);", r"pid 2: in user mode")
    pages.expect(2, r"^=> .*\tsyscall", r"^\$\d+ = 57$", r"in main \(\)")
    back = pages.expect(3, r"^=> .*<syscall_entry>", r"^rsp +0x7f",
                        r"^rcx +0x(\w+)").group(1)
    pages.expect(4, r"#0  sys_fork", r"#1 .*from user mode", r"#3 .*main",
                 rf"\brip {back}\b", r"\brax 39\b")
    pages.expect(5, r"/\* 1 ask \*/", r"no failure below", r"/\* 9 \*/")
    l3 = pages.expect(6, r"embryo", r"^`-L3 0 +(\w+)\[1\]w$").group(1)
    pages.expect(7, rf"^`-L3 0 {{30,}}{l3}\[2\]$", r"wrote 1 entry",
                 r"pid 3 alone: 1 table, 0 pages$", rf"L3 {l3} has 2 refs")
    pages.expect(8, rf"^  rip +0x{back} +0x{back}$", r"^  rax +0x39 +0x0$",
                 r"<fork_return>$")
    pages.expect(9, r"^#0  fork_return", r"^--- system call fork")
    pages.expect(10, r"^\$\d+ = 0$", rf"^=> 0x{back} ", r"^pid 3 hello-fork")
    pages.expect(11, r"error 0x7: page present, write, in user mode",
                 rf"at {back} \(fork.*pid 3")
    for number, level in ((12, 3), (13, 2), (14, 1)):
        pages.expect(number, rf"pt_own, level {level}$")
    copied = pages.expect(11, rf"^\? L3 {l3}, L2 (\w+), L1 (\w+) and\s+page "
                          r"(\w+) will\s+be copied").groups()
    pages.expect(12, rf"L3 +{l3}\[2\] +P U A", rf"L3 {l3} has 2 refs")
    pages.expect(13, r"L3 +\w+\[1\] +P W U A$", rf"L2 {copied[0]} has 2 refs")
    pages.expect(14, rf"^    `-L1 \w+ {{20,}}{copied[1]}\[2\]$")
    pages.expect(15, r"L1 +\w+\[1\] +P W U A$", rf"{copied[2]} has 2 refs")
    pages.expect(16, r"user mode: 3$", r"^\$\d+ = 3$", rf"{l3}\[1\] ",
                 r"pid 2 alone: 4 tables, 1 page; pid 3 alone: 4 tables, 1 ")
    pages.expect(17, rf"at {back} \(fork.*pid 2", r"give W\s+back to L3")
    pages.expect(18, r"^\$\d+ = 11$", r"-2 +sleeping .* wait4\(3",
                 r"_exit\(7\): 0x700")
    pages.expect(19, r"^#0  thread_free", r"finish_switch|schedule|leave",
                 r"`-3 +zombie +- - +hello-fork +ended with status 7; not "
                 "waited for$", r"= 2$", r"This is pid 2 hello-fork: ",
                 r"number 3 become free")
    pages.expect(20, r"^#0  proc_unlink", r"main \(\)", r"= 0x700$",
                 r"L3 0 +\w+\[1\]w$",
                 r"^parent: .* steps = 1$", r"ended with status 7$")
    pages.expect("end", "ptshow", "FORK=page", "PROGRAM=cow")
    left = re.findall(r"^-\d+ .* in (\w+)", pages.page["end"], re.M)
    # These are a session's.
    if left != ["machine_fail", "machine_power_off", "fork_return"]:
        pages.fail("breakpoints are left behind")


@tour_test
def gdbtour_page(host):
    """Another fork: what does not happen there is left out."""
    pages = walk(host, ["tine tour", *NEXT], "--append", "fork=page")
    pages.expect_order([*range(1, 12), *range(15, STOPS + 1)])
    pages.expect(7, r"page 7\w+ {20,}\w+\[2\]$", r"alone: 6 tables, 0 pages$")
    pages.expect(11, "fork has paid for that")
    pages.expect(15, r"Stops 12 to 14 did not come", r"has 2 refs")
    pages.expect(17, r"give W\s+back to page")


@tour_test
def gdbtour_wander(host):
    """Other commands in between, and breakpoints of one's own."""
    pages = walk(host, [
        "tine tour", "break proc_alloc", *NEXT[:5], "finish", "delete",
        "stepi", "tine next", "tine tour again", "finish", "tine next",
        "tine child", *NEXT[:2], "tine leave", "tine next", "continue",
        "tine next"])
    pages.expect_order([1, 2, 3, 4, 5, 6, 6, 7, 10, 11, 18])
    pages.expect(5, r"^Breakpoint 1:", r"in child_make|in proc_clone")
    pages.expect(10, r"Stops 8 and 9 did not come")
    pages.expect(18, r"Stops 12 to 17 did not come")
    pages.expect("end", r"Stops 19 and 20 did not come", "ptshow")


@tour_test
def gdbtour_enter(host):
    """Enter goes on; Ctrl-C does not, nor an Enter that repeats a step."""
    keys = [b"\n", b"\x03", b"prin\x03", b"\n", b"print 5\n", b"\n",
            b"stepi\n", b"\n", b"\n", b"tine next\n", b"tine ps\n", b"\n",
            b"quit\n"]
    pages = Pages(typed(host, keys))
    if pages.order != [1, 2, 3, 4, 5, 6]:
        pages.fail(f"the stops came as {pages.order}")
    if pages.text.count("Quit") != 2 or pages.page[4].count("\t") < 3:
        pages.fail("gdb did not get its own keys")


def typed(host, keys):
    """A session like that of make tour, in which each of these is typed at a
    prompt. => what the terminal showed"""
    ours, theirs = os.openpty()
    name = os.ttyname(theirs)

    def take_terminal():
        os.setsid()
        fd = os.open(name, os.O_RDWR)
        with contextlib.suppress(OSError):
            fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
        for each in range(3):
            os.dup2(fd, each)

    child = host.start(
        [host.path("tools", "run"), *host.words, "--gdb", "--timeout", "25",
         *HELLO], preexec_fn=take_terminal,
        env=dict(os.environ, TINE_TOUR="1", TERM="dumb"))
    os.close(theirs)
    shown = bytearray()
    until = time.monotonic() + 28
    try:
        for key in keys:
            begin = len(shown)
            while not PROMPT.search(shown, begin):
                hear(ours, shown, until)
            os.write(ours, key)
        with contextlib.suppress(OSError):      # the terminal is gone
            while True:
                hear(ours, shown, until)
        child.wait(10)
    finally:
        child.kill()
        host.forget(child)
        os.close(ours)
    return shown.decode(errors="replace").replace("\r", "")


def hear(fd, shown, until):
    if not select.select([fd], [], [], max(0, until - time.monotonic()))[0]:
        raise Failure("no prompt came", lines(shown))
    shown += os.read(fd, 65536) or b""


@test
def gdbtour_text(host):
    """No page has more text than one reads at a stop."""
    text = host.read("tools", "gdb", "tour.txt").decode()
    for page in text.split("\n== ")[1:]:
        name, *body = page.splitlines()
        body = [line for line in body if line[:1] not in ("$", "@", " ", "")]
        facts = {field for line in body
                 for _, field, _, _ in string.Formatter().parse(line)}
        if len(body) > TEXT_LINES:
            raise Failure(f"{name}: {len(body)} lines of text")
        if max(map(len, body)) > TEXT_WIDTH:
            raise Failure(f"{name}: too wide")
        source = host.read("tools", "gdb", "tine_tourstops.py").decode()
        for fact in facts - {None}:
            if f"def fact_{fact}(" not in source:
                raise Failure(f"{name}: no fact {fact}")
