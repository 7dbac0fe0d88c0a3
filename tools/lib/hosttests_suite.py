"""The suite itself, and what the Makefile's goals build."""

import os
import re

from host import test
from hosttests_machine import Terminal


def without_ci():
    """The environment of a student's shell, for a make of its own."""
    return {name: value for name, value in os.environ.items()
            if name not in ("CI", "WERROR", "V")
            and not name.startswith(("MAKE", "MFLAGS"))}


@test
def typed_ahead(host):
    """What is typed before the shell is there arrives at the shell."""
    keys = b"echo one two three | wc -w\rexit\r"
    for words in [], ["--iso"]:
        terminal = Terminal(host, *words)
        os.write(terminal.fd, keys)
        if terminal.end() != 0 or not re.search(rb"\b3\r+\n", terminal.seen):
            terminal.fail("not all of it arrived")
    # More than the UART and QEMU hold.
    count = 60
    keys = b"echo a b\n" * count + b"exit\n"
    for door in "direct", "grub":
        result = host.command(
            ["make", "-s", "-C", host.tree, "qemu", "DOOR=" + door],
            stdin=keys, env={**without_ci(), "DISPLAY": "",
                             "WAYLAND_DISPLAY": ""}).expect(0)
        got = len(re.findall(rb"(?<!echo )a b\r", result.out))
        if got != count:
            result.fail(f"{got} of {count} lines arrived through {door}")
