"""tools/run --gdb: sessions in batch mode, the commands that let it run."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess

from host import Failure, lines, test
from hosttests_run import machines, wait_for

HELLO = ("--", "hello-fork")
# A clock that a stop in gdb does not move: who runs first is no chance.
STEADY = ("--icount", *HELLO)


def session(host, commands, *words, status=0):
    """Run gdb on these commands. => its Result"""
    script = host.file("commands", "\n".join(commands).encode() + b"\n")
    return host.tine(f"--gdb={script}", "--timeout", "40", *words,
                     limit=60).expect(status)


def says(result, *texts):
    """Its output has these texts (or expressions) in this order."""
    rest = result.out.decode(errors="replace")
    for text in texts:
        found = re.search(text if isinstance(text, str) else text.pattern,
                          rest)
        if found is None:
            raise Failure(f"gdb did not say {text!r}, or not then",
                          lines(result.out, 60) + lines(result.err))
        rest = rest[found.end():]
    return result


@test
def gdb_fork(host):
    """Both sides of a fork, each with its result and its symbols."""
    says(session(host, [
        "tine fork hello-fork", "bt", "tine parent", "p $rax", "finish",
        "tine child", "p $rax", "p steps", "finish", "info symbol $pc",
        "tine stack", "continue"], *STEADY),
        r"kernel_main \(magic=0", r"pid 2 hello-fork calls fork:",
        r"#0  sys_fork \(\)", r"system call fork \(57\) from user mode",
        r"in fork \(\)", r"in main \(\) at user/demos/hello-fork\.c:23",
        r"pid 2 hello-fork, the parent: fork has returned 3",
        r"\$1 = 3\n", r"main \(\) at user/demos/hello-fork\.c",
        r"pid 3 hello-fork, the child of pid 2: fork has returned 0",
        r"\$2 = 0\n", r"\$3 = 1\n", r"main \(\)", r"main \+ \d+ in section",
        r"#0  main \(\)", r"the child ended with status 7",
        r"the command ended with exit 0\]")


@test
def gdb_fork_order(host):
    """The child first, too; and what is over is said."""
    result = session(host, [
        "tine fork hello-fork", "tine child", "p $rax", "tine parent",
        "p $rax", "next", "next", "tine parent"], *STEADY, status=1)
    says(result, r"the child of pid 2: fork has returned 0", r"\$1 = 0\n",
         r"the parent: fork has returned 3", r"\$2 = 3\n")
    if b"the parent, pid 2 hello-fork, has been back" not in result.err:
        result.fail("it does not say why")
    session(host, ["tine child"], *STEADY, status=1)


@test
def gdb_next_over_fork(host):
    """next stays in the parent, whoever comes first in the kernel."""
    for _ in range(3):
        says(session(host, ["tine user hello-fork:23", "continue", "next",
                            "p pid", "next", "p pid", "info line"], *STEADY),
             r"hello-fork\.c:23", r"\n24\t", r"= 3\n", r"= 3\n")


@test
def gdb_line_by_line(host):
    """In a kernel of OPT=-Og next goes forward through fork, and the child is
    there as soon as it is made."""
    build = host.path("build", "og")
    kernel = os.path.join(build, "tine.elf")
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("MAKE", "MFLAGS"))}
    host.command(["make", "-s", "-C", host.tree, "OPT=-Og", f"B={build}",
                  kernel], env=env, limit=300).expect(0)
    user = os.path.join(build, "user")
    if not os.path.lexists(user):
        os.symlink(os.path.join("..", "user"), user)
    result = session(host, [
        "tine fork hello-fork", "tbreak proc_clone", "continue",
        *["next"] * 5, *["print child", "next"] * 6], "--kernel", kernel,
        *STEADY)
    said = result.out.decode(errors="replace").partition("Temporary break")[2]
    numbers = [int(line) for line in re.findall(r"^(\d+)\t", said, re.M)]
    if len(numbers) != 12 or numbers != sorted(set(numbers)):
        raise Failure(f"next came to the lines {numbers}", lines(result.out))
    if len(re.findall(r"^\$\d = 0x[0-9a-f]+ \(tid 3 ", said, re.M)) != 6:
        raise Failure("gdb does not have the child", lines(result.out))
    says(result, r"sched_publish\(child\);")
    if b"OPT=-Og" in result.out:
        raise Failure("this kernel is said to be optimized")


@test
def gdb_usage(host):
    """It says how to break in a program, how to have fewer jumps; commands
    without arguments say how they are used."""
    says(session(host, ["tine user", "tine type", "tine user cow:main",
                        "tine user"], *STEADY),
         r"kernel's first line of C", r"`tine user hello-fork` and `continue`",
         r"`make gdb OPT=-Og`", r"tine user PROGRAM:LINE",
         r"tine type TEXT +the text and Enter", r"tine user PROGRAM:LINE",
         r"\n1 +cow:main\n")


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


@test
def gdb_main(host):
    """The session may begin at main of the command, its symbols known."""
    says(session(host, ["info source", "p &to_child"], "--main", "--", "cow"),
         r"first line of cow", r"#0  main \(\) at user/demos/cow\.c:\d+",
         r"Current source file is user/demos/cow\.c",
         r"<to_child>")


@test
def gdb_one_address(host):
    """Two programs with main at one address: each breakpoint is for one."""
    command = "hello-fork; echo between; cow; hello-fork"
    result = says(session(host, [
        "tine user hello-fork", "tine user cow:main",
        "tine user echo:main if argc == 7", "tine user", "continue",
        "info symbol $pc", "p steps", "continue", "p &page", "continue",
        "p steps", "continue"], "--", "sh", "-c", command),
        r"1 +hello-fork\n2 +cow:main\n3 +echo:main if argc == 7\n",
        r"Breakpoint 1, main \(\) at user/demos/hello-fork\.c",
        r"main in section \.text of .*/user/bin/hello-fork", r"\$1 = 1\n",
        r"Breakpoint 2, main \(\) at user/demos/cow\.c",
        r"<page>", r"Breakpoint 1, main \(\) at user/demos/hello-fork\.c",
        r"\$3 = 1\n", r"\[the machine is off")
    places = re.findall(rb"Breakpoint \d at (0x[0-9a-f]+)", result.out)
    if len(places) != 3 or len(set(places[:2])) != 1:
        result.fail(f"not one address: {places}")


@test
def gdb_boundary(host):
    """Plain step, next and finish go over the system call instruction."""
    says(session(host, [
        "tine user hello-fork:23", "continue", "step", "step", "bt", "finish",
        "tine user hello-fork:36", "continue", "tine enter", "bt", "finish",
        "finish", "next", "info symbol $pc", "tine leave"],
        *STEADY, status=1),
        r"hello-fork\.c:23", r"fork \(\) at", r"syscall_entry \(\) at",
        r"#0  syscall_entry", r"#1 .* in fork", r"#2 .* main \(\)|fork \(\)",
        r"hello-fork\.c:36", r"pid 2 hello-fork: wait4\(3, ",
        r"#0  sys_wait4", r"system call wait4 \(61\) from user mode",
        r"in wait4", r"in waitpid", r"in main",
        r"syscall_entry \(\)", r"wait4 \(\)|waitpid \(\)",
        r"in section \.text of .*/hello-fork")


@test
def gdb_stops(host):
    """tine cow, trap, syscall, stack, leave."""
    says(session(host, [
        "tine user hello-fork:29", "continue", "tine cow hello-fork",
        "tine stack", "tine leave", "p steps", "next", "p steps",
        "tine syscall getppid", "continue", "tine leave", "tine stack 2",
        "tine syscall open ps", "tine leave", "continue"],
        "--", "sh", "-c", "hello-fork; ps"),
        r"hello-fork\.c:29", r"writes to [0-9a-f]+ \(steps\)",
        r"the kernel will copy .*page [0-9a-f]+",
        r"#0  fault_\w+ \(as=", r"--- page fault \(14, error 0x7\) from user",
        r"main \(\) at user/demos/hello-fork\.c:29",
        r"is back in user mode after page fault", r"\$1 = 1\n", r"\$2 = 11\n",
        r"hello-fork: getppid\(\)\n", r"hello-fork: getppid\(\) = \d+\n",
        r"is back in user mode after getppid\(\) = \d+",
        r"schedule \(\)", r"sys_wait4 \(\)",
        r"--- system call wait4 \(61\) from user mode ---",
        r"in main \(\) at user/bin/sh/", r'ps: open\("/proc", 0x',
        r"is back in user mode after open\(.* = 3\n",
        r"\[the machine is off")


@test
def gdb_trap(host):
    """Vector, error code, address, and whose it is."""
    says(session(host, ["tine trap", "tine trap timer", "tine trap page",
                        "info symbol $pc"], *STEADY),
         r"trap 14, page fault at [0-9a-f]+.*, error 0x[0-9a-f]+: page not "
         "present", r"from user mode, at .*, pid 1 init",
         r"#0  trap_dispatch \(frame=0x", r"trap 64, timer interrupt",
         r"trap 14, page fault", r"trap_dispatch in section")


@test
def gdb_type(host):
    """The shell's console, from gdb; what is typed early is not lost."""
    says(session(host, ["tine type hello-fork", "tine user hello-fork:main",
                        "continue", "tine type exit", "continue"]),
         r"Breakpoint 1, main \(\)", r"the child ended with status 7",
         r"\[the machine is off\]")


@test
def gdb_after_the_guest(host):
    """What the guest said before a stop is above what gdb says of it, however
    late the thread is that prints it: here there is none."""
    says(session(host, [
        "python import os, tine_console",
        "python os.write(tine_console.console.wake, b'.')",
        "python tine_console.console.thread.join()",
        "break proc_exit", "continue"], "--main", "--", "echo", "word"),
        r"line \d+\.\nword\n\nBreakpoint 1, proc_exit")


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
def gdb_triple_fault(host):
    """The machine stops as it was, and does not reset."""
    says(session(host, [
        "tine user hello-fork", "continue",
        "python table = gdb.lookup_static_symbol('idt').value()",
        "python gdb.selected_inferior().write_memory(int(table.address), "
        "bytes(table.type.sizeof))", "continue", "bt", "tine ps"], *STEADY),
        r"SIGQUIT", r"a triple fault\?", r"in main \(\) at user/demos",
        r"=> .* running .* hello-fork")


@test
def gdb_of_tests(host):
    """A program in /tests needs no more than its name."""
    says(session(host, ["p (long)&main > 0", "continue"], "--main", "--",
                 "/tests/kill"),
         r"main \(\) at user/tests/kill\.c", r"\$1 = 1", r"\bok 1 ",
         r"ended with exit 0\]")


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
    result = host.command(["make", "-C", host.tree, "-nB", "V=1", "all"])
    result = host.command([host.path("tools", "compdb")],
                          stdin=result.expect(0).out).expect(0)
    files = {entry["file"] for entry in json.loads(result.out)}
    for name in ("kernel/proc/fork.c", "kernel/arch/entry.S",
                 "user/demos/cow.c", "lib/common/string.c"):
        if name not in files:
            result.fail(f"it lacks {name}")
