"""The shell: the same as dash in scripts, and what a person at it sees."""

import os
import re
import shlex
import shutil

from host import FUNCTIONS, TREE, Failure, read_table, test
from hosttests_machine import Terminal

# Runs each case in a directory of its own, then frames what it has said.
DRIVER = r"""
SH=$1; export SH
for case in "$2"/*; do
    name=${case##*/}
    mkdir "$3/$name"
    cd "$3/$name"
    "$SH" "$case" one 'two words' >../out 2>../err </dev/null
    status=$?
    if [ -s ../err ]; then said=message; else said=silent; fi
    echo
    echo "==== $name $status $said"
    cat ../out
done
echo
echo "==== end 0 silent"
"""
CASE = re.compile(r"^### (\w+)\n", re.M)
FRAME = re.compile(rb"\n==== (\w+) (.*)\n")


def cases(host):
    """=> {name: text} of user/tests/sh"""
    found = {}
    folder = host.path("user", "tests", "sh")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".sh"):
            parts = CASE.split(host.read(folder, name).decode())
            for case, text in zip(parts[1::2], parts[2::2]):
                if case in found:
                    raise Failure(f"two cases are called {case}")
                found[case] = text
    return found


def framed(result):
    """=> {name: what it has said and how it ended}"""
    parts = FRAME.split(result.expect(0).out)
    said = {name.decode(): (end, out) for name, end, out
            in zip(parts[1::3], parts[2::3], parts[3::3])}
    if said.pop("end", None) is None:
        result.fail("it did not come to the end")
    return said


def on_host(host, shell, driver, folder):
    work = host.new_directory()
    return framed(host.command(
        ["env", "-i", "PATH=/bin:/usr/bin", "HOME=/", "LC_ALL=C", shell,
         driver, shell, folder, work], limit=300))


def differences(wanted, got, where):
    for name, (end, out) in wanted.items():
        if got.get(name) != (end, out):
            there = got.get(name, (b"", b"nothing"))
            yield f"{name} on {where}:"
            yield f"    dash: {end.decode()} {out!r}"
            yield f"    ours: {there[0].decode()} {there[1]!r}"


@test
def shell_like_dash(host):
    """Scripts: stdout, status, and whether there was a message."""
    folder = host.new_directory()
    adds = []
    for name, text in cases(host).items():
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write(text)
        adds += ["--add", f"{path}:/cases/{name}"]
    driver = host.file("driver", DRIVER.encode())
    wanted = on_host(host, shutil.which("dash"), driver, folder)
    ours = on_host(host, host.path("build", "user", "bin", "sh"), driver,
                   folder)
    guest = host.tine(*adds, "--add", f"{driver}:/driver", "--", "sh",
                      "/driver", "sh", "/cases", "/tmp")
    wrong = list(differences(wanted, ours, "Linux"))
    wrong += differences(wanted, framed(guest), "Tine")
    if wrong:
        raise Failure(f"{len(wrong) // 3} differences", wrong)
    return f"{len(wanted)} cases, {guest.seconds:.1f} s on Tine"


KEYS = {"up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C",
        "left": b"\x1b[D", "home": b"\x1b[H", "end": b"\x1b[F",
        "del": b"\x1b[3~", "enter": b"\r", "^?": b"\x7f",
        "^A!": b"\x01", "^A": b"\x01\x01"}    # tools/run keeps one ^A
SESSIONS = os.path.join(TREE, "user", "tests", "terminal.txt")


def bytes_of(text):
    """The bytes that a terminal sends."""
    return re.sub(rb"\{(\^.!?|[a-z]+)\}", lambda key: KEYS.get(
        key[1].decode()) or bytes([key[1][1] & 0x1f]), text.encode())


def talk(host, lines):
    """A session of terminal.txt, or some."""
    terminal = None
    for line in lines:
        typed, sign, wanted = re.fullmatch(
            r"(.*?) ?(?:(-->|==>) ?(.*))?", line, re.S).groups()
        if line.startswith("$ tools/run "):
            terminal = Terminal(host, *shlex.split(line)[2:])
        elif not sign:
            status = terminal.end()
            if f"status {status}" != line:
                terminal.fail(f"status {status}, not {line}")
            terminal = None
        else:
            terminal = terminal or at_prompt(host)
            if typed:
                terminal.type(bytes_of(typed))
            wanted = re.sub(r"(?<!\\)\((.*?)\)", r"\\n\1\\r+\\n", wanted)
            terminal.wait_for(wanted.encode() + (
                rb"[^#]*# $" if sign == "==>" else b""))
    if terminal:
        leave(terminal)


def at_prompt(host, *words):
    """The first shell of the machine."""
    terminal = Terminal(host, *words)
    terminal.wait_for(rb"# $")
    return terminal


def leave(terminal):
    terminal.type(b"\x15exit\r")
    if terminal.end() != 0:
        terminal.fail("not a clean end")


def session_test(lines):
    return lambda host: talk(host, lines)


FUNCTIONS.update((name, session_test(lines))
                 for name, lines in read_table(SESSIONS).items())


def screen(data, columns=80):
    """What a terminal shows after these bytes. => its lines, row, column"""
    rows, row, column = [""], 0, 0
    for piece in re.findall(rb"\x1b\[\d*[A-Z]|.", data, re.S):
        if piece == b"\x1b[A":
            row -= 1
        elif piece == b"\b":
            column -= 1
        elif piece == b"\r":
            column = 0
        elif piece == b"\n":
            row += 1
            rows += [""] * (row == len(rows))
        else:
            if column == columns:
                raise Failure("it wrote past the last column")
            text = rows[row].ljust(column)
            rows[row] = text[:column] + piece.decode() + text[column + 1:]
            column += 1
    return [text.rstrip() for text in rows], row, column


@test
def shell_help(host):
    """It names every program there is, and how to leave."""
    said = host.tine("--", "sh", "-c", "help").expect(0).out.decode()
    words = said.split()
    there = os.listdir(host.path("build", "root-initrd", "bin"))
    missing = [name for name in there if name not in words]
    if missing or "exit" not in words or "poweroff" not in words:
        raise Failure(f"help does not name {missing}", said.splitlines())


@test
def shell_long_line(host):
    """A line of three rows, edited at both ends, as a terminal shows it."""
    shell = at_prompt(host)
    text = b"".join(b"%03d " % i for i in range(50))
    shell.type(b"echo " + text)
    shell.wait_for(rb"049 $")
    shown = shell.seen
    for keys, pattern in ((b"\x01\x01: ", rb"\x1b\[A[^A]*$"),
                          (b"\x05end", rb"end$"),
                          (b"\x7f\x7f\x7f\x7f\x7f", rb"\x08 \x08$")):
        shell.type(keys)
        shell.wait_for(pattern)
        shown += shell.seen
    shell.type(b"\x03")
    shell.wait_for(rb"# $")
    wanted = "Tine:/# : echo " + text[:-2].decode() + "^C"
    rows, row, column = screen(b"Tine:/# " + shown + shell.seen)
    if "".join(line.ljust(79) for line in rows[:3]).rstrip() != wanted or \
            (rows[3], row, column) != ("Tine:/#", 3, 8):
        raise Failure(f"it shows {rows}, the cursor at {row}, {column}")
    leave(shell)


def vga_text(shell, path):
    """What the VGA screen shows, by QEMU's monitor. => its lines"""
    shell.type(b"\x01c")
    shell.wait_for(rb"\(qemu\) $")
    shell.type(b"pmemsave 0xb8000 4000 \"%s\"\r" % path.encode())
    shell.wait_for(rb"\n[^\n]*\(qemu\) $")
    with open(path, "rb") as file:
        text = file.read()[::2].decode("latin-1")
    shell.type(b"\x01c")
    return [text[at:at + 80].rstrip() for at in range(0, len(text), 80)]


@test
def shell_on_vga(host):
    """The screen shows what a terminal does: clear, a long line that is edited
    in its first row, and colours, which it leaves out."""
    shell = at_prompt(host, "--qemu", "-vga std")
    path = host.file("screen", b"")
    shell.type(b"clear\r")
    shell.wait_for(rb"\x1b\[2J[^#]*# $")
    colours = r"printf 'a\033[1;31mb\033[0mc\033[99;99Hd\n'; : " + "e" * 200
    shell.type(colours.encode())
    shell.wait_for(rb"e{9}$")
    shell.type(b"\x01\x01: ; ")
    shell.wait_for(rb"(\x1b\[A[^A]*){6}$")
    shell.type(b"\r")
    shell.wait_for(rb"\na\x1b.*d\r+\n[^#]*# $")
    text = "Tine:/# : ; " + colours
    wanted = [text[:79], text[79:158], text[158:237], text[237:], "abcd",
              "Tine:/#"]
    shown = vga_text(shell, path)
    if shown != wanted + [""] * (25 - len(wanted)):
        raise Failure("it shows", shown)
    leave(shell)


@test
def shell_keeps_input(host):
    """A pipe's, too."""
    result = host.tine("--", "sh", stdin=b"read x\nthe line\necho got $x\n")
    result.expect(0, b"got the line\n", b"")


@test
def shell_without_fork(host):
    """Programs, pipes of them, builtins and functions need no fork."""
    host.tine("--append", "fork=none", "--", "sh", "-c", """
        f() { for i in 1 2; do echo $i $x; done; }; x=y; f
        if test -d /tmp; then A=1 env | cat >/dev/null && echo ran; fi
        echo a >/tmp/f; cat </tmp/f | cat | wc -l; cat <<E
$((1 + 1))
E
        (echo no)""").expect(2, b"1 y\n2 y\nran\n1\n2\n", b"fork: ")
