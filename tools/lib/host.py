"""What a host test works with: a scratch directory, and runs of tools/run."""

import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 0.5      # seconds in which what is interrupted ends by itself
FUNCTIONS = {}      # name: function(host), in the order of their definition


class Failure(Exception):
    """A test failed: one line why, then lines that show it."""

    def __init__(self, problem, details=()):
        super().__init__(problem)
        self.problem = problem
        self.details = list(details)


def test(function):
    """Decorator: this function is a host test. It may return a remark."""
    if function.__name__ in FUNCTIONS:
        raise ValueError(f"two host tests are called {function.__name__}")
    FUNCTIONS[function.__name__] = function
    return function


def read_table(path):
    """=> {name: lines} of the blocks of a table, `== name: what holds`. Each
    has lines, and a name that no other host test has."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for block in file.read().split("\n== ")[1:]:
            head, *rest = block.rstrip("\n").split("\n")
            name = head.partition(":")[0]
            if not rest or name in found or name in FUNCTIONS:
                raise ValueError(f"{path}: {name} is empty, or there twice")
            found[name] = rest
    return found


def own_make(*without):
    """The environment for a make of its own: what one above us was told is
    not meant for it, nor are these."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("MAKE", "MFLAGS"))
            and name not in without}


@functools.cache
def commits(tree):
    """=> how many there are, by which parts take turns; 0 without git"""
    try:
        return int(subprocess.run(
            ["git", "rev-list", "--count", "HEAD"], cwd=tree, check=True,
            capture_output=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return 0


def lines(data, last=30):
    """The last lines of some bytes, for a person."""
    text = data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    text = re.sub(r"[\0-\x08\x0b-\x1f\x7f]",
                  lambda control: f"\\x{ord(control.group()):02x}", text)
    return text.rstrip().split("\n")[-last:]


class Result:
    def __init__(self, words, status, out, err, seconds):
        self.words = words
        self.status = status
        self.out = out
        self.err = err
        self.seconds = seconds

    def expect(self, status, out=None, err=None):
        """status and out are exact; err is a text that must be there."""
        if self.status != status:
            self.fail(f"status {self.status}, expected {status}")
        if out is not None and self.out != out:
            self.fail(f"output {self.out[:80]!r}, expected {out[:80]!r}")
        if err is not None and err not in self.err:
            self.fail(f"stderr does not say {err.decode()!r}")
        return self

    def fail(self, problem):
        raise Failure(problem, ["$ " + " ".join(self.words)]
                      + lines(self.out[-2000:], 10) + lines(self.err))


def give_session():
    """In a container the session may be one from outside, with number 0.
    Then the suite runs in a child with a session of its own, because tests
    look at theirs. Its terminal's ^C comes to us alone, and is passed on."""
    if os.getsid(0) == 0:
        child = os.fork()
        if child:
            for number in INTERRUPTIONS:
                if signal.getsignal(number) != signal.SIG_IGN:
                    signal.signal(number, lambda which, _frame:
                                  os.kill(child, which))
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os.setsid()


def signal_group(child, number):
    """=> whether it is still there"""
    try:
        if child.poll() is None:
            os.killpg(child.pid, number)
            return True
    except ProcessLookupError:
        pass
    return False


class Host:
    """Scratch space, and the children that must not outlive the suite."""

    def __init__(self, tree, words=()):
        """words: for every tools/run, as --kernel FILE."""
        self.tree = tree
        self.words = words
        self.scratch = tempfile.mkdtemp(prefix="tine-test-")
        self.children = set()
        self.over = False
        self.lock = threading.Lock()

    def path(self, *parts):
        return os.path.join(self.tree, *parts)

    def kernel(self):
        """The file that tools/run boots."""
        words = [*self.words, "--kernel", self.path("build", "tine.elf")]
        return words[words.index("--kernel") + 1]

    def new_directory(self):
        return tempfile.mkdtemp(dir=self.scratch)

    def file(self, name, data, mode=0o644):
        path = os.path.join(self.new_directory(), name)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, mode)
        return path

    def read(self, *parts):
        with open(self.path(*parts), "rb") as file:
            return file.read()

    def test_initrd(self):
        """The initrd and the test programs in one file."""
        whole = os.path.join(self.scratch, "test-initrd.cpio")
        with self.lock:
            if not os.path.exists(whole):
                data = self.read("build", "initrd.cpio")
                data += bytes(-len(data) % 4)
                with open(whole, "wb") as file:
                    file.write(data + self.read("build", "tests.cpio"))
        return whole

    def start(self, words, **options):
        """In a process group of its own: a ^C is for us, who then end it."""
        options.setdefault("preexec_fn", os.setpgrp)
        with self.lock:
            if self.over:
                raise Failure("interrupted")
            child = subprocess.Popen(words, **options)
            self.children.add(child)
        return child

    def forget(self, child):
        with self.lock:
            self.children.discard(child)

    def command(self, words, stdin=b"", limit=100, **options):
        """Run a command to its end; stdin is bytes or a descriptor."""
        begin = time.monotonic()
        given = isinstance(stdin, bytes)
        child = self.start(words, stdin=subprocess.PIPE if given else stdin,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           **options)
        try:
            out, err = child.communicate(stdin if given else None, limit)
        except subprocess.TimeoutExpired:
            signal_group(child, signal.SIGTERM)
            try:
                out, err = child.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                signal_group(child, signal.SIGKILL)
                out, err = child.communicate()
            raise Failure(f"no end after {limit} s", ["$ " + " ".join(words)]
                          + lines(out, 10) + lines(err)) from None
        finally:
            self.forget(child)
        status = child.returncode
        seconds = time.monotonic() - begin
        return Result(words, status, out, err, seconds)

    def tine(self, *words, **options):
        """tools/run with these words."""
        return self.command([self.path("tools", "run"), *self.words, *words],
                            **options)

    def kill_all(self):
        """End all children, each with its group, and let no more start."""
        with self.lock:
            self.over = True
            left = set(self.children)
        for number in (signal.SIGTERM, signal.SIGKILL):
            left = {child for child in left if signal_group(child, number)}
            until = time.monotonic() + PATIENCE
            while left and time.monotonic() < until:
                time.sleep(0.01)
                left = {child for child in left if signal_group(child, 0)}

    def close(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
