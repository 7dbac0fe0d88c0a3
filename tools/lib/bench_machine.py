"""The runs of tools/bench: a program on Tine or on Linux, in one QEMU each.

What forkbench says depends on nothing but its files, its flags and QEMU, as
instructions are counted (-icount). So what it printed is kept under a name
made of all these, and a run with the same name is not made again.
"""

import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time

import guest
import newc

QEMU = "qemu-system-x86_64"
MEMORY = 4096       # MiB, for an area of 1 GiB and its copy
LIMIT = 600         # seconds for one run
AT_ONCE = 2
LINUX = "linux-image-cloud-amd64"
SOURCES = {"forkbench": ("forkbench.c", "forkmoved.c", "forkthreads.c",
                         "common.c"),
           "growth": ("growth.c", "common.c"),
           "forkscale": ("forkscale.c",)}
# As tools/run has them, and with --icount.
FLAGS = ["-cpu", "max,-erms,-fsrm", "-no-reboot", "-nodefaults",
         "-display", "none", "-monitor", "none"]
COUNTED = ["-smp", "1", "-icount", "shift=0,sleep=off", "-seed", "1",
           "-rtc", "base=2020-01-01,clock=vm"]
# The end of the first process is a panic, and that a reset, which ends QEMU.
WORDS = ["console=ttyS0", "quiet", "mitigations=off", "nokaslr", "panic=-1"]


class Missing(Exception):
    """Why something cannot be measured here."""


def output_of(words, **options):
    """What a command prints. => Missing with its last line, if it fails"""
    try:
        result = subprocess.run(words, stdin=subprocess.DEVNULL, timeout=LIMIT,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{words[0]}: {error}") from None
    if result.returncode != 0:
        last = result.stderr.decode(errors="replace").strip().split("\n")[-1]
        raise Missing(f"{words[0]}: {last}")
    return result.stdout.decode(errors="replace")


def build(tree, folder, name="forkbench"):
    """Compile a program into the folder. => its path"""
    program = os.path.join(folder, name)
    compiler = "musl-gcc" if shutil.which("musl-gcc") else "gcc"
    output_of([compiler, "-static", "-pthread", "-O2", "-s", "-o", program]
              + [os.path.join(tree, "user", "bench", source)
                 for source in SOURCES[name]])
    return program


# ---- Linux: Debian's kernel, from the package, never installed ----

def download(folder):
    """The package on which the package without a version depends."""
    said = output_of(["apt-cache", "depends", LINUX])
    name = re.search(r"Depends: (linux-image-\S+)", said)
    if not name:
        raise Missing(f"apt-cache: {LINUX} depends on no kernel")
    output_of(["apt-get", "download", name.group(1)], cwd=folder)
    return glob.glob(os.path.join(folder, "linux-image-*.deb"))[0]


def linux(folder, fresh):
    """Have Debian's kernel in the folder. => its path, its version"""
    kernel = os.path.join(folder, "vmlinuz")
    version = os.path.join(folder, "version")
    if fresh or not os.path.exists(kernel):
        for tool in ("apt-get", "apt-cache", "dpkg-deb"):
            if not shutil.which(tool):
                raise Missing(f"no {tool} here; the kernel is Debian's")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        try:
            package = download(folder)
        except Missing as why:
            raise Missing(f"{why} (try `apt-get update` as root, then "
                          "again)") from None
        unpacked = os.path.join(folder, "package")
        output_of(["dpkg-deb", "-x", package, unpacked])
        with open(version, "w") as file:
            file.write(output_of(["dpkg-deb", "-f", package, "Version"]))
        os.rename(glob.glob(os.path.join(unpacked, "boot", "vmlinuz-*"))[0],
                  kernel)
        shutil.rmtree(unpacked)
    with open(version) as file:
        return kernel, file.read().strip()


# ---- runs ----

def read(path):
    with open(path, "rb") as file:
        return file.read()


class Run:
    """One boot that runs a program; a column of a table."""

    limit = LIMIT
    sink = None     # where its output goes, if not to the file

    def __init__(self, column, argv, files, folder, kind=""):
        self.column = column
        self.argv = argv
        key = hashlib.sha256("\0".join(
            [output_of([QEMU, "--version"])] +
            [os.path.basename(word) for word in argv]).encode())
        for path in files:
            key.update(hashlib.sha256(read(path)).digest())
        self.base = os.path.join(folder, f"{kind}{column}-")
        self.output = self.base + key.hexdigest()[:12] + ".txt"
        self.process = None
        self.seconds = 0.0

    def figures(self):
        """Name and ticks of all that was printed."""
        if not os.path.exists(self.output):
            return {}
        found = re.findall(rb"^bench (\w+) (\d+)\r?$", read(self.output), re.M)
        return {name.decode(): int(ticks) for name, ticks in found}

    def complete(self):
        return self.figures().get("end") == 0

    def start(self):
        for old in glob.glob(self.base + "*.txt"):
            os.unlink(old)
        self.began = time.monotonic()
        with open(self.output, "wb") as file:
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=self.sink or file,
                stderr=file)
        self.word = guest.guard(self.process.pid)

    def ended(self):
        """Is it over? A run that is late is ended here."""
        self.seconds = time.monotonic() - self.began
        if self.process.poll() is None and self.seconds < self.limit:
            return False
        self.stop()
        return True

    def stop(self):
        """tools/run ends its machine at SIGTERM, and so does QEMU."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        os.write(self.word, b"x")
        os.close(self.word)


def tine(word, groups, program, places, folder, memory=MEMORY, kind=""):
    """places: of the tree, of the kernel and of its initrd; kind: what the
    name of the output begins with."""
    tree, kernel, initrd = places
    path = "/" + os.path.basename(program)
    argv = [os.path.join(tree, "tools", "run"), "--icount", "--timeout",
            str(LIMIT), "--mem", str(memory), "--append", f"fork={word}",
            "--kernel", kernel, "--initrd", initrd,
            "--add", f"{program}:{path}", "--", path, *groups]
    return Run(word, argv, [kernel, initrd, program], folder, kind)


def linux_argv(flags, words, program, kernel, folder, more=()):
    """QEMU's words for a boot whose first process is the program. more: boot
    words"""
    name = os.path.basename(program)
    initrd = os.path.join(folder, f"{name}.cpio")
    with open(initrd, "wb") as file:
        file.write(newc.archive([(name, 0o755, read(program))]))
    return [QEMU, *flags, "-serial", "stdio", "-kernel", kernel,
            "-initrd", initrd, "-append",
            " ".join([*WORDS, *more, f"rdinit=/{name}", "--", *words])]


def on_linux(groups, program, kernel, folder, memory=MEMORY, kind=""):
    argv = linux_argv(["-accel", "tcg", *FLAGS, *COUNTED, "-m", str(memory)],
                      groups, program, kernel, folder)
    return Run("linux", argv, [kernel, program], folder, kind)


def run_all(runs, tell, at_once=AT_ONCE):
    """Some at a time; tell(run) after each."""
    waiting, running = list(runs), []
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                waiting[0].start()
                running.append(waiting.pop(0))
            time.sleep(0.1)
            for run in [run for run in running if run.ended()]:
                running.remove(run)
                tell(run)
    finally:
        for run in running:
            run.stop()
