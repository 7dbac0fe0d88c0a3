"""Host tests of sleeping and waking under --icount, where the guest's clock
counts instructions, stands still for nobody, and is the same in each run."""

import os
import shlex

from host import test

# What tests/sleep_exact prints: the least and the most nanoseconds.
SLEEPS = {
    b"one-20ms": (20_000_000, 20_200_000),
    b"ten-300us": (3_000_000, 4_000_000),
    b"one-just-below-10ms": (9_999_999, 10_200_000),
    b"one-2500ms": (2_500_000_000, 2_500_200_000),
    b"one-1ms-beside-one-who-computes": (1_000_000, 1_200_000),
    b"twenty-1300us-beside-one-who-computes": (26_000_000, 28_000_000),
    b"twenty-1300us-beside-two-who-sleep-too": (26_000_000, 28_000_000),
}


@test
def time_sleeps_exactly(host):
    """A sleep ends at its time, not at the next tick, whoever computes."""
    result = host.tine("--icount", "--initrd", host.test_initrd(), "--",
                       "/tests/sleep_exact", "ns").expect(0)
    shown = dict(line.split() for line in result.out.splitlines())
    wrong = [f"{name.decode()} took {shown.get(name, b'?').decode()} ns"
             for name, (least, most) in SLEEPS.items()
             if not least <= int(shown.get(name, 0)) <= most]
    if wrong:
        result.fail("; ".join(wrong))


@test
def time_idle_takes_no_tick(host):
    """A hundred seconds with nobody to run take an interrupt at the end, and
    few before it. QEMU counts them."""
    log = os.path.join(host.new_directory(), "interrupts")
    result = host.tine("--icount", "--qemu", f"-d int -D {shlex.quote(log)}",
                       "--", "sleep", "100").expect(0, b"")
    with open(log, "rb") as file:
        count = file.read().count(b"Servicing hardware INT")
    if not 1 <= count <= 50:
        result.fail(f"{count} interrupts")
    return f"{count} interrupts"


@test
def time_one_byte_wakes_one(host):
    """A byte for one of 300 who wait costs what it costs for one of two."""
    costs = []
    for readers in ("2", "300"):
        result = host.tine("--icount", "--initrd", host.test_initrd(), "--",
                           "/tests/pipe_wake", "cost", readers).expect(0)
        costs.append(int(result.out))
    if not costs[1] < 2 * costs[0]:
        result.fail(f"{costs[0]} instructions a byte with 2 readers, "
                    f"{costs[1]} with 300")
    return f"{costs[0]} and {costs[1]} instructions"
