"""The shell: the same as dash in scripts, and what a person at it sees."""

import os
import re
import shutil

from host import Failure, test
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


class Shell(Terminal):
    """The first shell of the machine, with somebody at it."""

    def __init__(self, host, *words):
        super().__init__(host, *words)
        self.wait_for(rb"# $")

    def says(self, keys, pattern):
        """After these keys it says so, and then asks for more."""
        self.type(keys)
        self.wait_for(pattern + rb"[^#]*# $")

    def leave(self):
        self.type(b"\x15exit\r")
        if self.end() != 0:
            self.fail("not a clean end")


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
def shell_greets(host):
    """Where one is, and how to go on from there."""
    shell = Shell(host)
    shell.wait_for(rb"Tine.*help.*exit[^\n]*\n[^\n]*Tine:/# $")
    shell.type(b"cd /tmp\r")
    shell.wait_for(rb"Tine:/tmp# $")
    shell.type(b"PS1='<$PWD> '; PS2='more '\r")
    shell.wait_for(rb"</tmp> $")
    shell.type(b"echo 'a\r")
    shell.wait_for(rb"more $")
    shell.type(b"b'\r")
    shell.wait_for(rb"a\r+\nb\r+\n</tmp> $")
    shell.leave()


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
def shell_keys(host):
    """Each key of the editor, by the command that comes out."""
    shell = Shell(host)
    left, right, home, end, delete = (
        b"\x1b[D", b"\x1b[C", b"\x1b[H", b"\x1b[F", b"\x1b[3~")
    start = b"\x01\x01"    # tools/run keeps the first ^A for itself
    for keys, out in (
            (b"cho a1" + start + b"e", b"a1"),
            (b"cho a2" + home + b"e" + end + b"!", b"a2!"),
            (b"echo ac" + left + b"b", b"abc"),
            (b"echo dxf" + left * 2 + delete + b"e", b"def"),
            (b"echo ghx\x7fi\x7fi", b"ghi"), (b"none\x15echo jk", b"jk"),
            (b"echo l none" + start + right * 6 + b"\x0b", b"l"),
            (b"echo m none\x17", b"m"), (b"echo nx" + left + b"\x04", b"n"),
            (b"ho o\x1b[1~ec\x1b[4~p", b"op"), (b"echo q\x02r\x06s", b"rqs"),
            (b"echo\x1b[99~ t\x1bOH\x1bOF", b"t"), (b"ec\x0cho u", b"u")):
        shell.says(keys + b"\r", rb"\n" + out + rb"\r+\n")
    shell.leave()


@test
def shell_long_line(host):
    """A line of three rows, edited at both ends, as a terminal shows it."""
    shell = Shell(host)
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
    shell.leave()


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
    shell = Shell(host, "--qemu", "-vga std")
    path = host.file("screen", b"")
    shell.type(b"clear\r")
    shell.wait_for(rb"\x1b\[2J[^#]*# $")
    colours = r"printf 'a\033[1;31mb\033[0mc\033[99;99Hd\n'; : " + "e" * 200
    shell.type(colours.encode())
    shell.wait_for(rb"e{9}$")
    shell.type(b"\x01\x01: ; ")
    shell.wait_for(rb"(\x1b\[A[^A]*){6}$")
    shell.says(b"\r", rb"\na\x1b.*d\r+\n")
    text = "Tine:/# : ; " + colours
    wanted = [text[:79], text[79:158], text[158:237], text[237:], "abcd",
              "Tine:/#"]
    shown = vga_text(shell, path)
    if shown != wanted + [""] * (25 - len(wanted)):
        raise Failure("it shows", shown)
    shell.leave()


@test
def shell_history(host):
    shell = Shell(host)
    up, down = b"\x1b[A", b"\x1b[B"
    for name in (b"one", b"two", b"three"):
        shell.says(b"echo " + name + b"\r", rb"\n" + name + rb"\r+\n")
    shell.says(up + b"\r", rb"\nthree\r+\n")
    shell.says(up * 3 + b"\r", rb"\none\r+\n")
    shell.says(b"echo new" + up * 2 + down * 2 + b"er\r", rb"\nnewer\r+\n")
    shell.says(up * 99 + down + b"\r", rb"\ntwo\r+\n")
    shell.says(b"\x12thr\r", rb"\nthree\r+\n")
    shell.says(b"\x12echo\x12\x12\x12 more\x7f\x7f\x7f\x7f\x7f\x05!\r",
               rb"\n\w+!\r+\n")
    shell.says(b"\x12nowhere\x07echo kept\r", rb"\nkept\r+\n")
    shell.leave()


@test
def shell_tab(host):
    """Commands of every kind, file names, and the list of them."""
    shell = Shell(host)
    shell.says(b"my_function() { echo mine; }; cd /tmp; mkdir some-dir\r", b"")
    shell.says(b"echo in >some-dir/file; echo x >'a b'; echo >aa1; echo >aa2\r",
               b"")
    shell.says(b"my_f\t\r", rb"\nmine\r+\n")
    shell.says(b"hello-f\t\r", rb"fork")
    shell.says(b"true && get\t\r", rb"\nsh: usage: getopts")
    shell.says(b"cat so\tfi\t\r", rb"\nin\r+\n")
    shell.says(b"cat /tm\tsome-d\tf\t\r", rb"\nin\r+\n")
    shell.says(b"cat a\\ \t\r", rb"\nx\r+\n")
    shell.says(b"echo aa\t\t\x15echo listed\r",
               rb"\naa1 +aa2\r+\n[^\n]*# echo aa[^\n]*\r+\nlisted\r+\n")
    shell.says(b"echo nowhere\t\t\r", rb"\nnowhere\r+\n")
    shell.leave()


@test
def shell_gives_up(host):
    """^C and ^D: what is typed goes, what runs ends, the shell stays."""
    shell = Shell(host)
    shell.says(b"echo one\x03", rb"\^C\r+\n")
    shell.says(b"echo $?\r", rb"\n130\r+\n")
    for begin in (b"echo 'open", b"if true", b"echo $(echo", b"cat <<E",
                  b"echo a |", b"f() {"):
        shell.type(begin + b"\r")
        shell.wait_for(rb"\n> $")
        shell.says(b"half\x03", rb"\^C\r+\n")
        shell.says(b"echo fine\r", rb"\nfine\r+\n")
    for begin in (b"echo 'open", b"while true", b"f() {"):
        shell.type(begin + b"\r")
        shell.wait_for(rb"\n> $")
        shell.says(b"\x04", rb"unexpected end of file")
    shell.says(b"echo a; fi; echo b\r", rb'line \d+: unexpected "fi"')
    shell.says(b"echo ${x?gone}; echo no\r", rb"\r+\nsh: x: gone\r+\n")
    shell.says(b"while read x; do echo $x; break 2; done <<E\rin\rE\r",
               rb"\nin\r+\n")
    shell.type(b"echo wait; read x; echo no\r")
    shell.wait_for(rb"\nwait\r+\n")
    shell.says(b"half\x03", rb"half\^C\r+\n")
    shell.type(b"echo loop; while :; do :; done\r")
    shell.wait_for(rb"\nloop\r+\n")
    shell.says(b"\x03", rb"\^C\r+\n")
    shell.type(b"while :; do echo on; sleep 100; done\r")
    shell.wait_for(rb"\non\r+\n")
    shell.says(b"\x03", rb"\^C\r+\n")
    shell.says(b"echo $?\r", rb"\n130\r+\n")
    shell.type(b"\x04")
    if shell.end() != 0:
        shell.fail("^D in an empty line is not the end")


@test
def shell_keeps_type_ahead(host):
    """What is typed before it is asked for goes to who asks for it."""
    shell = Shell(host)
    shell.says(b"read x; echo got $x\rtyped\recho end\r",
               rb"\ngot typed\r+\n[^\n]*echo end\r+\nend\r+\n")
    shell.leave()
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
