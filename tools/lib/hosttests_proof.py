"""The tools that measure and prove, measured against what they stand on."""

import re
import shutil

from host import test


@test
def proof_profile(host):
    """tools/profile counts what rdtsc counts under --icount."""
    if not shutil.which("musl-gcc"):
        return "skipped: no musl-gcc here"
    result = host.command([host.path("tools", "profile"), "--summary",
                           "getppid", "fork-exit-wait", "pipe"]).expect(0)
    totals = re.findall(rb"^(\S+): ([\d,]+) instructions \([^)]*\)$",
                        result.out, re.M)
    if [name for name, _ in totals] != [b"getppid", b"fork-exit-wait",
                                        b"pipe"]:
        result.fail("not three totals that agree with rdtsc")
    return None


@test
def mutations_apply(host):
    """Every fault of tools/mutate can still be made."""
    host.command([host.path("tools", "mutate"), "--list"]).expect(0)


@test
def native_run_is_anew(host):
    """Linux's answer is the same, whatever signals who runs it ignores."""
    host.command(["nohup", host.path("tools", "test"),
                  "wait_status"]).expect(0)
