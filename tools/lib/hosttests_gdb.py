"""tools/run --gdb: sessions in batch mode, the commands that let it run."""

import json
import os
import re
import shlex
import shutil
import signal
import string
import subprocess

from host import (
    FUNCTIONS, TREE, Failure, lines, own_make, read_table, test)
from hosttests_machine import Terminal
from hosttests_run import machines, wait_for

SESSIONS = os.path.join(TREE, "tools", "gdb", "sessions.txt")
BEGIN = re.compile(r"\$ (?:(\d+) times )?tools/run (.*)")
NAME = re.compile(r"\(\?P=(\w+)\)")
TEXT_LINES, TEXT_WIDTH = 12, 78     # of a page of the tour

HELLO = ("--", "hello-fork")
# A clock that a stop in gdb does not move: who runs first is no chance.
STEADY = ("--icount", *HELLO)

# Runs each of the commands that follow; an error does not end it.
PRELUDE = """
python
def run(line):
    print("@@ " + line)
    try:
        gdb.execute(line)
    except gdb.error as error:
        print("error: " + str(error))
end
"""


class Spoken:
    """A session, and what gdb said to each command: `all` in their order."""

    def __init__(self, host, commands, *words, option="--gdb", stdin=b""):
        script = PRELUDE + "".join(f"python run({line!r})\n"
                                   for line in commands)
        script = host.file("commands", script.encode())
        self.result = host.tine(f"{option}={script}", "--timeout", "60",
                                *words, stdin=stdin, limit=130, cwd=host.tree)
        parts = self.result.out.decode("utf-8", "replace").split("@@ ")
        self.before = self.result.err.decode("utf-8", "replace") + parts[0]
        self.all = [tuple(part.split("\n", 1)) for part in parts[1:]]
        if [line for line, _ in self.all] != commands:
            self.result.fail("gdb did not come to its last command")

    def __getitem__(self, line):
        """What it said the last time."""
        return dict(self.all)[line]

    def fail(self, problem):
        self.result.fail(problem)

    def expect(self, line, *patterns):
        """The text of this command, with something for each pattern."""
        text = self[line]
        for pattern in patterns:
            if not re.search(pattern, text, re.M):
                raise Failure(f"`{line}` does not say {pattern!r}",
                              text.splitlines())
        return text


class Session:
    """One of sessions.txt, as it is to be."""

    def __init__(self, times, words):
        self.times, self.words = int(times or 1), shlex.split(words)
        self.typed = ""
        self.wanted = [("", [])]    # of each command; "": before the first

    def run(self, host):
        for _ in range(self.times):
            option, *words = self.words
            said = Spoken(host, [line for line, _ in self.wanted[1:]], *words,
                          option=option, stdin=self.typed.encode())
            names = {}
            for (line, expressions), (_, text) in zip(
                    self.wanted, [("", said.before), *said.all]):
                compare(line, expressions, text, names)


def compare(line, expressions, text, names):
    """What gdb said to a line has all of these in this order. names: what
    they have found so far."""
    if text.startswith("error: ") and "error: " not in str(expressions):
        raise Failure(f"`{line}` failed", text.splitlines())
    at = 0
    for expression in expressions:
        known = NAME.sub(lambda use: re.escape(names.get(use[1]) or use[0]),
                         expression)
        found = re.compile(known, re.M).search(text, at)
        if not found:
            raise Failure(f"`{line}` does not say {known!r}, or not then",
                          text.splitlines())
        at = found.end()
        names.update(found.groupdict())


def read_sessions():
    """=> {name: its Sessions}, by what stands in front of each line"""
    found = {}
    for name, rest in read_table(SESSIONS).items():
        ours = found[name] = []
        for line in rest:
            if begin := BEGIN.fullmatch(line):
                ours.append(Session(*begin.groups()))
            elif line.startswith("< "):
                ours[-1].typed += line[2:] + "\n"
            elif line.startswith("(gdb) "):
                ours[-1].wanted.append((line[6:], []))
            else:
                ours[-1].wanted[-1][1].append(line)
    return found


def session_test(ours):
    def run(host):
        if not shutil.which("gdb"):
            return "skipped: no gdb here"
        for each in ours:
            each.run(host)
        return None
    return run


FUNCTIONS.update((name, session_test(ours))
                 for name, ours in read_sessions().items())


def session(host, commands, *words, status=0):
    """Run gdb on these commands, up to an error. => its Result"""
    script = host.file("commands", "\n".join(commands).encode() + b"\n")
    return host.tine(f"--gdb={script}", "--timeout", "40", *words,
                     limit=60).expect(status)


def says(result, *texts):
    """Its output has these expressions in this order."""
    compare("gdb", texts, result.out.decode(errors="replace"), {})
    return result


@test
def gdb_line_by_line(host):
    """In a kernel of OPT=-Og next goes forward through fork, and the child is
    there as soon as it is made."""
    build = host.path("build", "og")
    kernel = os.path.join(build, "tine.elf")
    host.command(["make", "-s", "-C", host.tree, "OPT=-Og", f"B={build}",
                  kernel], env=own_make(), limit=300).expect(0)
    user = os.path.join(build, "user")
    if not os.path.lexists(user):
        os.symlink(os.path.join("..", "user"), user)
    result = session(host, [
        "tine fork hello-fork", "tbreak proc_clone", "continue",
        *["next"] * 5, *["print child", "next"] * 7], "--kernel", kernel,
        *STEADY)
    said = result.out.decode(errors="replace").partition("Temporary break")[2]
    numbers = [int(line) for line in re.findall(r"^(\d+)\t", said, re.M)]
    if len(numbers) != 13 or numbers != sorted(set(numbers)):
        raise Failure(f"next came to the lines {numbers}", lines(result.out))
    if len(re.findall(r"^\$\d = 0x[0-9a-f]+ \(tid 3 ", said, re.M)) != 7:
        raise Failure("gdb does not have the child", lines(result.out))
    says(result, r"sched_enqueue\(child\);")
    if b"OPT=-Og" in result.out:
        raise Failure("this kernel is said to be optimized")


@test
def gdb_status(host):
    """The status is gdb's, also when the machine has ended."""
    session(host, ["quit 5"], *STEADY, status=5)
    session(host, ["no-such-command"], *STEADY, status=1)
    session(host, ["continue"], *STEADY, status=0)
    host.tine("--gdb=/no/such/file", *STEADY).expect(2)
    host.tine("--main", *STEADY).expect(2)
    script = host.file("commands", b"continue\n")
    host.tine(f"--gdb={script}", "--timeout", "3", "--",
              "sleep", "1000").expect(124, None, b"time-out")


def own_kernel(host):
    """The kernel in a folder of its own: beside it is the link to the console
    of the last session, and other tests run at the same time.
    => the kernel, the link"""
    folder = host.new_directory()
    kernel = os.path.join(folder, "tine.elf")
    os.symlink(host.path("build", "tine.elf"), kernel)
    return kernel, os.path.join(folder, "gdb-console")


@test
def gdb_console(host):
    """Another terminal at the same console."""
    script = host.file("commands", b"continue\n")
    kernel, link = own_kernel(host)
    child = host.start([host.path("tools", "run"), f"--gdb={script}",
                        "--timeout", "40", "--kernel", kernel],
                       stdout=subprocess.PIPE)
    wait_for(lambda: os.path.exists(link), 20)
    other = host.command([host.path("tools", "console"), link],
                         stdin=b"echo one-$((1 + 1))\nps\nexit\n", limit=30)
    out = child.communicate()[0]
    host.forget(child)
    for name, text in (("the console", other.out), ("gdb", out)):
        if b"COMMAND" not in text:
            other.fail(f"{name} did not show it: {text!r}")
    if child.returncode != 0 or os.path.lexists(link):
        raise Failure(f"status {child.returncode}, or the link is left")


@test
def gdb_panic(host):
    """tools/run says how to see a panic in gdb, and so it is."""
    words = ["--append", "init=/bin/true", "--timeout", "20", "--", "true"]
    result = host.tine(*words).expect(125, b"")
    found = re.search(r"see it in gdb: (.*)", result.err.decode())
    if not found:
        result.fail("it does not say how to see it in gdb")
    told = shlex.split(found.group(1))
    at = told.index("--gdb")
    if told[1:at] != ["--append", "init=/bin/true"]:
        result.fail("it names another run")
    says(session(host, ["continue", "bt", "tine ps", "tine stack"],
                 *told[1:at], *told[at + 1:]),
         r"BUG: panic", r"The kernel has panicked", r"#0  machine_fail",
         r"in panic_at", r"in proc_exit", r"from user mode",
         r"=> 1 .* running", r"--- system call exit_group \(231\) from user")


@test
def gdb_added(host):
    """A stranger's program, by the file on the host."""
    if not shutil.which("musl-gcc"):
        return "skipped: no musl-gcc here"
    source = host.file("stranger.c", b"""
        #include <sys/wait.h>
        #include <unistd.h>
        int number = 5;
        int main(void) { number += fork() == 0; wait(0); return number; }
        """)
    program = source[:-2]
    host.command(["musl-gcc", "-g", "-static", "-o", program,
                  source]).expect(0)
    says(session(host, ["tine user stranger", "continue", "p number"],
                 "--add", program, "--", "/stranger"),
         r"`tine user stranger` and `continue` go to its main",
         r"Breakpoint 1, main \(\) at .*/stranger\.c", r"= 5\n")
    says(session(host, ["tine fork stranger", "tine stack", "tine parent",
                        "tine child", "p $rax", "p number"],
                 "--main", "--add", program, "--", "/stranger"),
         r"main \(\) at .*/stranger\.c", r"stranger calls fork",
         r"--- system call fork \(57\) from user", r"\$1 = 0\n",
         r"\$2 = 5\n")
    return None


@test
def gdb_killed(host):
    """Nothing is left behind, whichever of the three is killed."""
    if not os.path.isdir("/proc/self"):
        return "skipped: no /proc here"
    script = host.file("commands", b"continue\n")
    for victim in ("gdb", "run"):
        mark = f"mark={os.getpid()}.{victim}"
        kernel, link = own_kernel(host)
        child = host.start(
            [host.path("tools", "run"), f"--gdb={script}", "--append", mark,
             "--kernel", kernel, "--", "sleep", "1000"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        wait_for(lambda: machines(mark) and os.path.exists(link), 20)
        folder = os.path.dirname(os.readlink(link))
        victims = [pid for pid in children(child.pid)
                   if words_of(pid)[:1] == [b"gdb"]]
        pid = child.pid if victim == "run" else victims[0]
        os.kill(pid, signal.SIGKILL)
        child.communicate(timeout=20)
        host.forget(child)
        if not wait_for(lambda: not machines(mark), 10):
            raise Failure(f"QEMU is still there after the end of {victim}")
        if not wait_for(lambda: not words_of(victims[0]), 10):
            raise Failure(f"gdb is still there after the end of {victim}")
        if not wait_for(lambda: not os.path.exists(folder), 10):
            raise Failure(f"{folder} is left after the end of {victim}")
    return None


def children(parent):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
                if int(file.read().rpartition(") ")[2].split()[1]) == parent:
                    yield int(pid)
        except OSError:
            continue


def words_of(pid):
    """The command line of a process; empty if it is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")[:-1]
    except OSError:
        return []


@test
def gdb_server(host):
    """An editor's way: a stub on a socket, and start.py in its own gdb."""
    path = os.path.join(host.new_directory(), "stub")
    child = host.start([host.path("tools", "run"), "--timeout", "40",
                        "--gdb-server", path, *STEADY],
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    wait_for(lambda: os.path.exists(path), 20)
    says(host.command([
        "gdb", "-nx", "-batch", "-ex",
        "source " + host.path("tools", "gdb", "start.py"), "-ex",
        "file " + host.path("build", "tine.elf"), "-ex",
        "target remote " + path, "-ex", "tine fork hello-fork", "-ex",
        "tine parent", "-ex", "bt", "-ex", "continue"], limit=60).expect(0),
        r"calls fork", r"fork has returned 3", r"in main \(\) at user/demos")
    out = child.communicate(timeout=30)[0]
    host.forget(child)
    if b"ended with status 7" not in out:
        raise Failure("tools/run did not show the output", lines(out))


@test
def compile_commands(host):
    """Every C file of the kernel and the programs is in it."""
    result = host.command(["make", "-C", host.tree, "-nB", "V=1", "tests"])
    result = host.command([host.path("tools", "compdb")],
                          stdin=result.expect(0).out).expect(0)
    files = {entry["file"] for entry in json.loads(result.out)}
    for name in ("kernel/proc/fork.c", "kernel/arch/entry.S",
                 "user/demos/cow.c", "lib/common/string.c",
                 "user/tests/fork_basic.c"):
        if name not in files:
            result.fail(f"it lacks {name}")


@test
def gdb_tour_enter(host):
    """Enter goes on; Ctrl-C does not, nor an Enter that repeats a step."""
    terminal = Terminal(
        host, "TINE_TOUR=1", "TERM=dumb", host.path("tools", "run"), "--gdb",
        "--timeout", "60", *HELLO, tool=shutil.which("env"))
    shown = b""
    for keys in (b"\n", b"\x03", b"prin\x03", b"\n", b"print 5\n", b"\n",
                 b"stepi\n", b"\n", b"\n", b"tine next\n", b"tine ps\n", b"\n",
                 b"quit\n"):
        terminal.wait_for(rb"\(gdb\) (?:\x1b\[[^ ]*)?$")
        shown += terminal.seen
        terminal.type(keys)
    terminal.end()
    shown += terminal.seen
    pages = re.split(rb"(?m)^---- (\d+) of 20: ", shown)
    if pages[1::2] != [b"1", b"2", b"3", b"4", b"5", b"6"]:
        raise Failure(f"the stops came as {pages[1::2]}", lines(shown))
    if shown.count(b"Quit") != 2 or pages[8].count(b"\t") < 3:
        raise Failure("gdb did not get its own keys", lines(shown))


@test
def gdb_tour_text(host):
    """No page has more text than one reads at a stop."""
    text = host.read("tools", "gdb", "tour.txt").decode()
    source = host.read("tools", "gdb", "tine_tourstops.py").decode()
    for page in text.split("\n== ")[1:]:
        name, *body = page.splitlines()
        body = [line for line in body if line[:1] not in ("$", "@", " ", "")]
        if len(body) > TEXT_LINES or max(map(len, body)) > TEXT_WIDTH:
            raise Failure(f"{name}: {len(body)} lines of text, or too wide")
        for _, fact, _, _ in string.Formatter().parse(" ".join(body)):
            if fact and f'    "{fact}": ' not in source:
                raise Failure(f"{name}: no fact {fact}")


@test
def gdb_reverse_leaves_nothing(host):
    """No file and no machine is left, and it says what it cannot do."""
    folder = host.new_directory()
    script = host.file("commands", b"tine instruction\n")
    mark = os.path.basename(folder)
    result = host.command(
        [host.path("tools", "run"), *host.words, f"--gdb-reverse={script}",
         "--timeout", "3", "--qemu", f"-name {mark}", "--", "wc", "/dev/zero"],
        env=dict(os.environ, TMPDIR=folder), limit=30)
    if b"up to time-out" not in result.err:
        result.fail("a hang is not recorded")
    if os.listdir(folder) or machines(mark):
        result.fail(f"left: {os.listdir(folder)} or a machine")
    host.tine("--gdb-reverse", "--iso", *HELLO).expect(2)
    session(host, ["tine who-wrote all_processes"], *HELLO, status=1).expect(
        1, None, b"this is no recording")
