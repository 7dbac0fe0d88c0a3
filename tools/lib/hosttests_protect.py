"""Attacks on the kernel's own rights, which no program can start: the kernel is
made to execute and touch what it must not, and its tables are read from outside.

Here the kernel is a copy of the one that was built, and its sys_getppid is the
attack: the fault must end the machine, and say why.
"""

import re
import struct

from host import Failure, test
from hosttests_died import broken
from hosttests_gdb import session
from lastwords import KSTACKS

# At the start of a system call's function a struct trapframe is at rsp + 8.
USER_RIP = bytes.fromhex("48 8b84 24 90000000")     # mov 0x90(%rsp), %rax
USER_RSP = bytes.fromhex("48 8b84 24 a8000000")     # mov 0xa8(%rsp), %rax
FRAME_RSP = bytes.fromhex("48 8b87 a0000000")       # mov 0xa0(%rdi), %rax
OWN_CODE = bytes.fromhex("48 8d05 f9ffffff")        # lea sys_getppid, %rax
# Add DIRECT_MAP - IMAGE_BASE to rax: the other address of the same byte.
DIRECT = bytes.fromhex("48b9 00000080 0080ffff 4801c8")
CPU_DATA = bytes.fromhex("65 48 8b04 25 00000000")  # mov %gs:0, %rax
READ = bytes.fromhex("48 8b00 c3")
WRITE = bytes.fromhex("48 8900 c3")
JUMP = bytes.fromhex("ffe0")
JUMP_TO_STACK = bytes.fromhex("ffe4")
CALL_ITSELF = bytes.fromhex("e8 fbffffff")

# Each stack's slot begins with its guard pages (mm/kmap.c).
KSTACK_SLOT, GUARD = 4 * 4096, 2 * 4096

# What the CPU refuses with any model, and what only with SMEP and SMAP.
ALWAYS = (
    ("write its code", OWN_CODE + WRITE, "write", "read-only"),
    ("write its code in the direct map", OWN_CODE + DIRECT + WRITE, "write",
     "read-only"),
    ("execute the direct map", OWN_CODE + DIRECT + JUMP, "fetch", "NX"),
    ("execute its data", CPU_DATA + JUMP, "fetch", "NX"),
    ("execute its stack", JUMP_TO_STACK, "fetch", "NX"),
)
USER = (
    ("read a program's stack", USER_RSP + READ, "read", "SMAP"),
    ("write a program's stack", USER_RSP + WRITE, "write", "SMAP"),
    ("execute a program's code", USER_RIP + JUMP, "fetch", "SMEP"),
)

MEMORY = 64     # MiB
# Of each CPU. QEMU has them all in one list of threads.
REGISTERS = """
python
for thread in gdb.selected_inferior().threads():
    thread.switch()
    print("CPU:", *(int(gdb.parse_and_eval("(unsigned long)$" + name))
                    for name in ("cr0", "cr3", "cr4", "efer")))
end
"""
P, W, U, LARGE, NX, FRAME = 1, 2, 4, 0x80, 1 << 63, 0x000ffffffffff000


class Half:
    """The kernel's half of a root: which pages may be written, and executed. A
    large page is as many small ones."""

    def __init__(self, memory, root):
        self.memory = memory
        self.written, self.executed = set(), set()
        self.walk(root, 4, True, True)

    def walk(self, table, level, write, execute):
        entries = struct.unpack_from("<512Q", self.memory, table)
        for index in range(256 if level == 4 else 0, 512):
            entry = entries[index]
            if not entry & P:
                continue
            w, x = write and entry & W, execute and not entry & NX
            if entry & U:
                raise Failure(f"a program may use {entry:#x}, level {level}")
            if level > 1 and not entry & LARGE:
                self.walk(entry & FRAME, level - 1, w, x)
                continue
            first = (entry & FRAME) >> 12
            pages = range(first, first + 512 ** (level - 1))
            if w:
                self.written.update(pages)
            if x:
                self.executed.update(pages)


@test
def protect_tables(host):
    """No page is writable and executable for the kernel, under any addresses,
    and none of its half is a program's; with an old CPU, too."""
    for model, new in (("max", 1), ("qemu64", 0)):
        image = host.file("memory", b"")
        result = session(
            host, ["break sys_getppid", "continue", *REGISTERS.split("\n"),
                   f'monitor pmemsave 0 {MEMORY << 20} "{image}"'],
            "--mem", str(MEMORY), "--smp", "2", "--qemu", f"-cpu {model}",
            "--", "hello-fork")
        cpus = [[int(word) for word in line.split()] for line in
                re.findall(r"^CPU: (.*)$", result.out.decode(), re.M)]
        with open(image, "rb") as file:
            memory = file.read()
        if len(cpus) != 2 or len(memory) != MEMORY << 20:
            result.fail("gdb did not see the machine")
        for cr0, cr3, cr4, efer in cpus:
            bits = [value >> bit & 1 for value, bit in (
                (cr0, 16), (efer, 11), (cr4, 11), (cr4, 20), (cr4, 21))]
            if bits != [1, 1, new, new, new]:
                raise Failure(f"{model}: WP, NX, UMIP, SMEP, SMAP are {bits}")
            half = Half(memory, cr3 & FRAME)
            if half.written & half.executed:
                raise Failure(f"{model}: {len(half.written & half.executed)} "
                              "pages are writable and executable")
            if len(half.written) < MEMORY << 7 or len(half.executed) < 20:
                raise Failure(f"{model}: too few pages for a kernel")


def attack(host, name, code, access, cause, *words):
    kernel = broken(host, "sys_getppid", code)
    result = host.tine("--kernel", kernel, *words, "--", "hello-fork")
    pattern = (rf"BUG: page fault at \S+, {access}, in the kernel: page "
               rf"protected \([^\n]*{cause}\b")
    if result.status != 125 or not re.search(pattern, result.err.decode()):
        result.fail(f"{name}: status {result.status}, and no panic about "
                    f"{cause}")


@test
def protect_kernel_pages(host):
    """The kernel cannot write its code or execute its data."""
    for one in ALWAYS:
        attack(host, *one)


@test
def protect_user_pages(host):
    """The kernel can neither touch nor execute what is a program's."""
    for one in USER:
        attack(host, *one)


@test
def protect_old_cpu(host):
    """A CPU without SMEP and SMAP still has WP and NX."""
    for one in ALWAYS[::3]:
        attack(host, *one, "--qemu", "-cpu qemu64")


@test
def protect_stack_end(host):
    """Below a kernel's stack is nothing: calls without end come to a double
    fault, which has a stack of its own."""
    kernel = broken(host, "sys_getppid", CALL_ITSELF)
    result = host.tine("--kernel", kernel, "--", "hello-fork").expect(125)
    found = re.search(r"BUG: trap 8 in the kernel: double fault; is the kernel "
                      r"stack full\?\r?\nvector 8 error 0 cr2 0x(\w+) ",
                      result.err.decode())
    if not found or (int(found[1], 16) - KSTACKS) % KSTACK_SLOT >= GUARD:
        result.fail("no panic that says so")


@test
def protect_alignment_flag(host):
    """A program that sets AC, which suspends SMAP, has not set it for the
    kernel: neither in a call nor in a trap."""
    for way, function, code in (("call", "sys_getppid", USER_RSP + READ),
                                ("trap", "on_exception", FRAME_RSP + READ)):
        result = host.tine("--kernel", broken(host, function, code),
                           "--initrd", host.test_initrd(), "--",
                           "/tests/protect_flags", way)
        if result.status != 125 or b"(SMAP)" not in result.err:
            result.fail(f"in a {way} the kernel reads a program's stack")
