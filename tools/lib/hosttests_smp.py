"""Host tests of several CPUs: how many, and what they write at once."""

import os
import re

from guest import records
from host import test

CPUS = ("--smp", "4", "--timeout", "60")


@test
def smp_processors(host):
    """The guest sees as many as there are, by each of its ways to ask."""
    for count in (1, 2, 8):
        result = host.tine("--smp", str(count), "--", "sh", "-c",
                           "nproc; cat /proc/cpuinfo").expect(0)
        shown = re.findall(rb"^processor\s*: (\d+)$", result.out, re.M)
        if (result.out.split(b"\n")[0] != b"%d" % count
                or shown != [b"%d" % i for i in range(count)]):
            result.fail(f"it has {count} processors")
    host.tine("--smp", "9", "--", "true").expect(2, None, b"1 to 8")


def files(host, size):
    """--add words for files /a to /d, each a line of its own letter."""
    words = []
    for letter in "abcd":
        line = letter.encode() * (size - 1) + b"\n"
        words += ["--add", host.file(letter, line) + ":/" + letter]
    return words


@test
def smp_terminal_in_one_piece(host):
    """Each write(2) to the terminal is shown whole, whoever else writes."""
    size, times = 4000, 30
    jobs = ["cat" + f" /{letter}" * times for letter in "abcd"]
    typed = " & ".join(jobs) + " & wait; exit\n"
    result = host.tine(*CPUS, *files(host, size), stdin=typed.encode(),
                       limit=70)
    text = result.out.replace(b"\r", b"").replace(b"# ", b"").split(b"\n")
    shown = [line for line in text if len(line) > 99 and b" " not in line]
    torn = [line for line in shown if line != line[:1] * (size - 1)]
    if torn or len(shown) != 4 * times:
        result.fail(f"{len(shown)} lines, {len(torn)} of them torn")


@test
def smp_oom(host):
    """Who holds most memory does not hide behind threads that contend for a
    mutex: on four processors, where one of them always waits for it."""
    host.tine(*CPUS, "--", "/tests/tine/oom_hidden", limit=70).expect(0)


@test
def smp_power_off_is_whole(host):
    """The machine ends between records, though all CPUs write and two turn it
    off at once."""
    for _ in range(3):
        path = os.path.join(host.new_directory(), "records")
        jobs = ["cat" + " /a" * 100, "cat" + " /b" * 100, "cat" + " /c" * 100]
        text = " & ".join(jobs) + " & poweroff & poweroff & wait"
        result = host.tine(*CPUS, "--records", path, *files(host, 4096), "--",
                           "sh", "-c", text, limit=70)
        result.expect(125, None, b"without an exit record")
        with open(path, "rb") as file:
            left = bytearray(file.read())
        sizes = [len(data) for kind, data in records(left) if kind == "o"]
        if left or sum(sizes) % 4096 != 0:
            result.fail(f"{len(left)} bytes of a record, "
                        f"{sum(sizes) % 4096} of a write")


@test
def smp_panic_is_told(host):
    """A panic is read whole, whatever the other CPUs were just sending."""
    program = "/tests/tine/last_words"
    for _ in range(5):
        result = host.tine(*CPUS, "--initrd", host.test_initrd(), "--append",
                           f"init={program}", "--", program)
        result.expect(125, None, b"panic at")
        if b"init, pid 1, ended with status 3\non CPU" not in result.err:
            result.fail("its text is not whole")
