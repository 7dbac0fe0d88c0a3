"""What one sees when the first program, the test driver or the kernel dies.

The kernels that are broken here are copies of the one that was built, with
other machine code at the start of a function: nothing is compiled.
"""

import re
import struct

import guesttests
import lastwords
from host import Failure, Host, lines, test
from hosttests_gdb import says, session

ENOSYS = 38
# mov $-ENOSYS, %rax; ret
FAILS = b"\x48\xc7\xc0" + struct.pack("<i", -ENOSYS) + b"\xc3"
RETURNS_0 = bytes.fromhex("31c0 c3")
WRITES_TO_8 = bytes.fromhex("c70425 08000000 00000000 c3")
BAD_POINTER = bytes.fromhex("48b8 000000000000f000 8b00 c3")
NO_FUNCTION = "Function not implemented"


def broken(host, function, code):
    """A kernel in which this code is the function's."""
    names = host.read("build", "pass1.nm").decode()
    address = int(re.search(rf"^(\w+) [tT] {function}$", names, re.M)[1], 16)
    image = bytearray(host.read("build", "tine.elf"))
    start, = struct.unpack_from("<Q", image, 32)
    size, count = struct.unpack_from("<HH", image, 54)
    for at in range(start, start + size * count, size):
        offset, base, _, length = struct.unpack_from("<QQQQ", image, at + 8)
        if base <= address < base + length:
            offset += address - base
            image[offset:offset + len(code)] = code
    return host.file("tine.elf", bytes(image))


def expect_lines(result, *patterns):
    """Each is a whole line of stderr, once, in this order."""
    said = result.err.decode(errors="replace").replace("\r", "").split("\n")
    found = [[i for i, line in enumerate(said) if re.fullmatch(pattern, line)]
             for pattern in patterns]
    for pattern, places in zip(patterns, found):
        if len(places) != 1:
            result.fail(f"{len(places)} lines of stderr are {pattern!r}")
    if found != sorted(found):
        result.fail("these lines are in another order")


@test
def died_before_the_first_program(host):
    """fork, exec or wait is broken: it is said which, and how."""
    could_not = "init: the first program could not start: "
    for function, code, said in (
            ("proc_clone", FAILS, f"{could_not}vfork: {NO_FUNCTION}"),
            ("sys_execve", FAILS, f"{could_not}exec of true: {NO_FUNCTION}"),
            ("sys_wait4", FAILS,
             f"init: wait for the first program: {NO_FUNCTION}"),
            ("sys_wait4", RETURNS_0,
             "init: wait for the first program: returned 0")):
        kernel = broken(host, function, code)
        result = host.tine("--kernel", kernel, "--", "true")
        expect_lines(result.expect(126, b""), said)


@test
def died_shell(host):
    """The console says how the shell ended, or that it could not begin."""
    result = host.tine(stdin=b"kill -9 $$\n").expect(0)
    if b"init: sh: killed by signal 9 (SIGKILL)" not in result.out:
        result.fail("init does not say that the shell was killed")
    kernel = broken(host, "proc_clone", FAILS)
    result = host.tine("--kernel", kernel, stdin=b"ls\n").expect(0)
    if b"could not start: vfork: " + NO_FUNCTION.encode() not in result.out:
        result.fail("init does not say why there is no shell")


@test
def died_by_signal(host):
    """No bare number: whom, and by which signal. ^C needs no words."""
    result = host.tine("--", "sh", "-c", "kill -15 $$").expect(143, b"")
    expect_lines(result, r"tools/run: sh: killed by signal 15 \(SIGTERM\)")
    host.tine("--", "sh", "-c", "kill -2 $$").expect(130, b"", b"")


@test
def died_init(host):
    """A panic: once, with the lines of the source, also without records."""
    words = ["--append", "init=/bin/true"]
    expect_lines(
        host.tine(*words, "--", "true").expect(125, b""),
        r"BUG: panic at kernel/proc/exit\.c:\d+: init, pid 1, ended with "
        "status 0", r"on CPU 0, pid 1",
        r"  [0-9a-f]{16} thread_exit\+0x\w+  .*kernel/proc/exit\.c:\d+",
        r"  [0-9a-f]{16} proc_exit\+0x\w+  kernel/proc/exit\.c:\d+",
        r"  [0-9a-f]{16} sys_exit_group\+0x\w+  kernel/sys/sys_proc\.c:\d+",
        r"  [0-9a-f]{16} syscall_entry\+0x\w+  kernel/arch/entry\.S:\d+",
        r"tools/run: see it in gdb: .*")
    result = host.tine(*words, stdin=b"").expect(125)
    if result.out.count(b"BUG:") != 1 or not re.search(
            rb"proc_exit\+0x\w+  kernel/proc/exit\.c:\d+\r\n", result.out):
        result.fail("the console has no line of the source")
    if b"without an exit record" in result.err:
        result.fail("it is not known as a panic")


@test
def died_in_the_kernel(host):
    """A fault of the kernel's own is told in words, and once."""
    kernel = broken(host, "sys_getppid", WRITES_TO_8)
    result = host.tine("--kernel", kernel, "--", "hello-fork").expect(125)
    expect_lines(
        result, r"BUG: page fault at 0x8, write, in the kernel: page not "
        r"present \(a null pointer\)", "vector 14 error 0x2 cr2 0x8 .*",
        r"at [0-9a-f]{16} sys_getppid\+0  .*kernel/sys/sys_proc\.c:\d+",
        r"on CPU 0, pid \d+")
    kernel = broken(host, "sys_getppid", BAD_POINTER)
    expect_lines(
        host.tine("--kernel", kernel, "--", "hello-fork").expect(125),
        r"BUG: trap 13 in the kernel: general protection fault; .*",
        r"at [0-9a-f]{16} sys_getppid\+0xa  .*")


def expect_told(results, name, problem, line):
    """The suite gives this as the reason, and has this line once."""
    found = results.found
    if found[:1] != [f"{name}: {problem}"] or found.count(line) != 1:
        raise Failure("the suite says:", found)


@test
def died_driver(host):
    """When the test driver dies, or cannot begin, the suite says why."""
    machine = Host(host.tree, ["--kernel", broken(host, "proc_clone", FAILS)])
    try:
        told = guesttests.Results(90)
        test_of = guesttests.Test(host.tree, "fork_basic")
        guesttests.Boot(machine, [test_of], "", told).run()
    finally:
        machine.close()
    expect_told(told, "fork_basic", "the test driver could not start: fork, "
                "exec or wait is broken before it began",
                "init: the first program could not start: "
                f"vfork: {NO_FUNCTION}")
    killer = guesttests.Test(host.tree, "fork_basic")
    killer.name, killer.args = "../bin/kill", ["-15", "2"]
    told = guesttests.Results(90)
    guesttests.Boot(host, [killer], "", told).run()
    expect_told(told, killer.name,
                "the test driver was killed by signal 15 (SIGTERM)",
                "tools/run: /tests/driver: killed by signal 15 (SIGTERM)")


@test
def died_words(host):
    """What is said in pieces, and why there are page faults."""
    words = lastwords.Explained(host.path("build", "tine.elf"))
    said = b"".join(words.feed(part) for part in (
        b"a\r", b"\nBUG: tr", b"ap 8 in the ker", b"nel\r", b"\n",
        b"BUG: init was killed by signal 11\n", b"BUG: x: error -8\n", b"#"))
    want = (b"a\r\nBUG: trap 8 in the kernel: double fault; is the kernel "
            b"stack full?\r\nBUG: init was killed by signal 11 (SIGSEGV)\n"
            b"BUG: x: error -8 (ENOEXEC)\n#")
    if said != want:
        raise Failure("other words", lines(said))
    for where, access, why, cause in (
            (0x401000, "fetch", "protected", "SMEP"),
            (0x401000, "read", "protected", "SMAP"),
            (0x401000, "read", "not present", "a user address"),
            (0xffffffff80100000, "write", "protected", "read-only"),
            (0xffff800000100000, "fetch", "protected", "NX"),
            (0xffffc00000001000, "write", "not present", "guard page")):
        if cause not in lastwords.cause(where, access, why):
            raise Failure(f"{access} at {where:#x} is not {cause}")


@test
def checker_names_the_way(host):
    """A wrong count: which kind of frame, and how one gets there."""
    steps = ["set $at = cpus[0].thread->as->root"]
    steps += ["set $at = ((unsigned long *)(0xffff800000000000 + "
              f"($at & 0xffffffffff000)))[{index}]" for index in (0, 0, 2, 1)]
    says(session(host, [
        "tine user cat", "continue", *steps,
        "set var frames[($at & 0xffffffffff000) >> 12].refs = 77",
        "continue"], "--icount", "--", "cat", "/proc/tine/check"),
        r"violations 1\nPT-1, FR-1 frame 0x\w+ kind cache level 0: refs 76, "
        r"edges \d+, pid 2, root 0x\w+\[0\]\[0\]\[2\]\[1\]\n")
