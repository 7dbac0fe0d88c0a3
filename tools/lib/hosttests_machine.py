"""The machine from outside: both doors, the console, bad and little input."""

import os
import pty
import re
import select
import struct
import time

from host import Failure, lines, test

ISO_LIMIT = 2 << 20     # bytes beyond the initrd


@test
def door_direct(host):
    host.tine("--", "echo", "hi").expect(0, b"hi\n", b"")
    seconds = host.tine("--", "true").expect(0).seconds
    return f"{seconds:.2f} s for true"


@test
def door_iso(host):
    host.tine("--iso", "--", "echo", "hi").expect(0, b"hi\n", b"")
    seconds = host.tine("--iso", "--", "true").expect(0).seconds
    return f"{seconds:.2f} s for true, with making the ISO"


@test
def doors_agree(host):
    """Both give the kernel the same: memory, boot words, initrd."""
    words = ["--initrd", host.test_initrd(), "--append", "quiet  'x y'",
             "--", "/tests/tine/show", "args", "two words"]
    direct = host.tine(*words).expect(0)
    host.tine("--iso", *words).expect(0, direct.out, b"")


@test
def check_refused(host):
    """/proc/tine/check is not read while there are over 65,536 tables: all
    CPUs would wait for it."""
    result = host.tine("--mem", "512", "--initrd", host.test_initrd(),
                       "--", "/tests/tine/show", "tables", "65600").expect(0)
    if result.out != b"check: ok\n" or b"File too large" not in result.err:
        raise Failure(f"{result.out} {result.err}")


@test
def iso_size(host):
    host.command(["make", "-C", host.tree, "iso"]).expect(0)
    size = os.path.getsize(host.path("build", "tine.iso"))
    initrd = os.path.getsize(host.path("build", "initrd.cpio"))
    if size > ISO_LIMIT + initrd:
        raise Failure(f"{size} bytes with an initrd of {initrd}")
    return f"{size >> 10} KiB with an initrd of {initrd >> 10} KiB"


@test
def initrd_truncated(host):
    """Cut anywhere, it is a clean panic that gives the reason."""
    data = host.read("build", "initrd.cpio")
    end = data.rindex(b"TRAILER!!!") - 110
    for size in (0, 4, 80, len(data) // 3, end - 5000, end):
        path = host.file("cut", data[:size])
        result = host.tine("--initrd", path, "--timeout", "20")
        clean_panic(result, f"at {size} bytes")


@test
def initrd_not_cpio(host):
    for data in (b"\x7fELF" + bytes(5000), b"070701" + b"x" * 5000,
                 b"070701" + b"F" * 5000, bytes(8192)):
        path = host.file("bad", data)
        result = host.tine("--initrd", path, "--append", "run=1",
                           "--timeout", "20")
        clean_panic(result, repr(data[:8]))


def clean_panic(result, what):
    said = result.out + result.err
    if result.status != 125 or b"panic" not in said or b"initrd" not in said:
        result.fail(f"{what}: status {result.status}, and no panic that "
                    "names the initrd")


@test
def little_memory(host):
    """It boots, or says what is missing; it never hangs or just resets."""
    remarks = []
    for mib in (2, 4, 8, 16, 24):
        result = host.tine("--mem", str(mib), "--timeout", "30", "--",
                           "echo", "hi")
        booted = result.status == 0 and result.out == b"hi\n"
        said = result.status == 125 and b"memory" in result.err
        loader = b"QEMU could not run" in result.err or mib < 4
        if not booted and not said and not loader:
            result.fail(f"status {result.status} with {mib} MiB")
        remarks.append(f"{mib}: {'boots' if booted else result.status}")
    return "MiB " + ", ".join(remarks)


@test
def much_memory(host):
    """Eight processors with the least and with much; GRUB's way, too."""
    for words in (["--mem", "8"], ["--mem", "16384", "--timeout", "90"],
                  ["--mem", "3000", "--iso"]):
        host.tine(*words, "--smp", "8", "--", "nproc").expect(0, b"8\n", b"")


def tiny_kernel(code):
    """An ELF file with a PVH note that does nothing but this machine code."""
    base, note_at = 0x100000, 0x54 + 0x40
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen\0", base + 0x200)
    headers = struct.pack("<IIIIIIII", 1, 0, base, base, 0x400, 0x400, 7, 4096)
    headers += struct.pack("<IIIIIIII", 4, note_at, base + note_at,
                           base + note_at, len(note), len(note), 4, 4)
    ident = b"\x7fELF\1\1\1" + bytes(9)
    head = ident + struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, base + 0x200, 52, 0,
                               0, 52, 32, 2, 0, 0, 0)
    image = (head + headers).ljust(note_at, b"\0") + note
    return image.ljust(0x200, b"\0") + code.ljust(0x200, b"\0")


@test
def triple_fault_is_no_success(host):
    """An empty interrupt table, then a breakpoint: the machine resets."""
    code = bytes.fromhex("0f011d00031000 cc f4".replace(" ", ""))
    kernel = host.file("kernel", tiny_kernel(code))
    for words in (["--", "true"], []):
        result = host.tine("--kernel", kernel, "--timeout", "20", *words)
        result.expect(125, b"", b"without an exit record")


@test
def power_off_is_no_success(host):
    """A guest that just powers off has not said how the command ended."""
    code = bytes.fromhex("66ba0406 66b80020 66ef f4 ebfd".replace(" ", ""))
    kernel = host.file("kernel", tiny_kernel(code))
    host.tine("--kernel", kernel, "--timeout", "20", "--", "true").expect(
        125, b"", b"without an exit record")


@test
def shell_from_pipe(host):
    """Without a command, stdin is the console's keyboard."""
    result = host.tine(stdin=b"echo got $?\nexit\n", limit=60)
    if result.status != 0 or b"got 0" not in result.out:
        result.fail(f"status {result.status}")
    result = host.tine(stdin=b"echo typed\n", limit=60)
    if result.status != 0 or b"typed" not in result.out:
        result.fail(f"status {result.status} when stdin just ends")


class Terminal:
    """A tool on a terminal of its own."""

    def __init__(self, host, *words, tool="run"):
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            program = host.path("tools", tool)
            os.execv(program, [program, *words])

    def wait_for(self, pattern, seconds=30):
        until = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                self.fail(f"no {pattern!r}")
            try:
                self.seen += os.read(self.fd, 4096)
            except OSError:
                self.fail(f"ended before {pattern!r}")

    def type(self, keys):
        self.seen = b""
        os.write(self.fd, keys)

    def fail(self, problem):
        raise Failure(problem, lines(self.seen))

    def end(self):
        """=> the exit status; what is still there after 20 s is killed."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            while select.select([self.fd], [], [], 0 if pid else 0.05)[0]:
                try:
                    self.seen += os.read(self.fd, 4096)
                except OSError:     # nobody has the other end any more
                    break
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        self.fail("no end")


def costs_of_fork(host, mib):
    """{frames, heap, fork, exit} for a parent that has touched so much."""
    result = host.tine("--icount", "--mem", "1536", "--initrd",
                       host.test_initrd(), "--", "/tests/tine/fork_cost",
                       str(mib)).expect(0)
    return {name: int(value) for name, value in
            (line.split() for line in result.out.decode().splitlines())}


@test
def fork_o1(host):
    """fork, and exit of an untouched child, cost the same for 1 GiB as for
    1 MiB: memory exactly, instructions to within 7 % (a large space is freed
    by the way that rests)."""
    small, large = (costs_of_fork(host, mib) for mib in (1, 1024))
    for name, value in small.items():
        allowed = value * 7 // 100 if name in ("fork", "exit") else 0
        if value <= 0 or abs(large[name] - value) > allowed:
            raise Failure(f"{name}: {value} with 1 MiB, {large[name]} with "
                          "1 GiB")
    return "1 GiB: " + ", ".join(f"{name} {value}"
                                 for name, value in large.items())


@test
def map_costs(host):
    """Instructions of munmap and mprotect; Linux 6 takes 9,916 for a lone page,
    5,700 for what nobody has touched, 27,500 for a large malloc and free, and 4
    for a write to a page that may be written again."""
    most = {"lone_page": 5000, "page_of_many": 3000, "untouched": 5000,
            "large_malloc": 8000, "filled_malloc": 60000, "to_read": 70,
            "to_write": 80, "write_again": 10}
    result = host.tine("--icount", "--mem", "512", "--initrd",
                       host.test_initrd(), "--", "/tests/tine/map_cost",
                       "print").expect(0)
    costs = {name: int(value) for name, value in
             (line.split() for line in result.out.decode().splitlines())}
    for name, limit in most.items():
        if not 0 < costs[name] <= limit:
            raise Failure(f"{name}: {costs[name]}, may be {limit}")
    return ", ".join(f"{name} {value}" for name, value in costs.items())
