"""What the host adds to the kernel's last words: the lines of the source behind
addresses, what traps and signals are called, why a page fault was one."""

import errno
import functools
import os
import re
import shutil
import subprocess

TREE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
ADDR2LINE = ("addr2line", "x86_64-linux-gnu-addr2line",
             "x86_64-elf-addr2line", "llvm-addr2line")
# Linux's numbers, from 1, whatever the host's are.
SIGNALS = ("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM "
           "TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM "
           "PROF WINCH IO PWR SYS").split()
# Vectors of the processor (AMD64 manual volume 2, 8.2): a word for commands
# (tools/gdb/tine_stops.py), and what it is.
TRAPS = {
    0: ("divide", "divide error"), 1: ("debug", "debug"),
    2: ("nmi", "non-maskable interrupt"), 3: ("break", "breakpoint"),
    4: ("overflow", "overflow"), 5: ("bound", "bound range"),
    6: ("opcode", "invalid opcode"), 7: ("fpu", "no FPU"),
    8: ("double", "double fault"), 10: ("tss", "invalid TSS"),
    11: ("segment", "segment not present"), 12: ("stack", "stack fault"),
    13: ("protection", "general protection fault"), 14: ("page", "page fault"),
    16: ("x87", "x87 error"), 17: ("alignment", "alignment check"),
    18: ("machine", "machine check"), 19: ("simd", "SIMD error"),
}
HINTS = {8: "; is the kernel stack full?", 13: "; maybe an address that no "
         "pointer can have", 12: "; maybe an address that no pointer can have"}
LINE_MAX = 256
USER_END, KSTACKS, IMAGE = 1 << 47, 0xffffc00000000000, 0xffffffff80000000

ADDRESS = re.compile(rb"(at|  ) ?([0-9a-f]{16}) \S+\+(?:0x)?[0-9a-f]+$")
FAULT = re.compile(rb"BUG: page fault at (?:0x)?([0-9a-f]+), (\w+), in the "
                   rb"kernel: page (not present|protected)$")
TRAP = re.compile(rb"BUG: trap (\d+) in the kernel$")
ERROR = re.compile(rb"BUG: .*: error -(\d+)$")
KILLED = re.compile(rb"BUG: .*killed by signal (\d+)$")


def signal_name(number):
    name = SIGNALS[number - 1] if 0 < number <= len(SIGNALS) else "RT"
    return f"signal {number} (SIG{name})"


@functools.cache
def lines_at(kernel, address):
    """Where in the source an address is, inlined functions first; "" if there
    is nobody to say it."""
    tool = next(filter(shutil.which, ADDR2LINE), None)
    if tool is None:
        return ""
    said = subprocess.run([tool, "-e", kernel, "-f", "-i", f"{address:#x}"],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False)
    words = said.stdout.splitlines()
    pairs = list(zip(words[::2], words[1::2]))
    places = [(name, re.sub(r" \(discriminator \d+\)$", "", place))
              for name, place in pairs if not place.startswith("?")]
    places = [(name, os.path.relpath(place, TREE)
               if place.startswith(TREE + "/") else place)
              for name, place in places]
    if len(places) < 2:
        return "".join(place for _, place in places)
    return ", in ".join(f"{name} {place}" for name, place in places)


def cause(address, access, why):
    """Of a page fault in the kernel."""
    user = address < USER_END
    if why == "protected":
        if user:
            return "a program's code (SMEP)" if access == "fetch" else \
                "a program's memory, and this is no user copy (SMAP)"
        return {"fetch": "no code is there (NX)",
                "write": "it is read-only"}.get(access, "a kernel address")
    if address < 4096:
        return "a null pointer"
    if user:
        return "a user address"
    return "a guard page: is a kernel stack full?" \
        if KSTACKS <= address < IMAGE else "a kernel address"


def addition(kernel, line):
    """What belongs behind a line of the kernel."""
    if found := ADDRESS.match(line):
        address = int(found[2], 16)
        # A call's return address may be the next line's, or function's.
        place = lines_at(kernel, address - (found[1] != b"at"))
        return "  " + place if place else ""
    if found := FAULT.match(line):
        text = [part.decode() for part in found.groups()]
        return f" ({cause(int(text[0], 16), *text[1:])})"
    if found := TRAP.match(line):
        number = int(found[1])
        name = TRAPS.get(number, ("", "unknown"))[1]
        return f": {name}{HINTS.get(number, '')}"
    if found := ERROR.match(line):
        number = int(found[1])
        return f" ({errno.errorcode.get(number, 'unknown')})"
    if found := KILLED.match(line):
        return f" ({signal_name(int(found[1])).split('(')[1]}"
    return ""


class Explained:
    """The same bytes, with an addition to some lines. They come and go as they
    are said, whole lines or not."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.line = b""     # what has been said of the last line
        self.held = b""     # a CR, until it is known what follows

    def feed(self, data):
        said = bytearray()
        data = self.held + data
        self.held = b"\r" if data.endswith(b"\r") else b""
        data = data[:len(data) - len(self.held)]
        for part in data.splitlines(keepends=True):
            text = part.rstrip(b"\r\n")
            self.line += text[:LINE_MAX - len(self.line)]
            said += text
            if part.endswith(b"\n"):
                said += addition(self.kernel, self.line).encode()
                self.line = b""
            said += part[len(text):]
        return bytes(said)
