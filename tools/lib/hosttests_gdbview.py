"""The commands that look, in gdb: each on a state that is known."""

import re
import shutil

from host import Failure, test

COMMANDS = ("ps", "vmas", "files", "pt", "tree", "frames")

# Runs the lines of gdb commands that follow; an error does not end it.
PRELUDE = """
python
def run(line):
    print("@@ " + line)
    try:
        gdb.execute(line)
    except gdb.error as error:
        print("error: " + str(error))
end
"""


class View:
    """What gdb said to each command, by its line; `all` in their order."""

    def __init__(self, result):
        self.result = result
        self.all = []
        for part in result.out.decode("utf-8", "replace").split("@@ ")[1:]:
            line, _, text = part.partition("\n")
            self.all.append((line, text))

    def __getitem__(self, line):
        """What it said the last time."""
        for known, text in reversed(self.all):
            if known == line:
                return text
        return self.fail(f"gdb did not come to `{line}`")

    def fail(self, problem):
        self.result.fail(problem)

    def expect(self, line, *patterns):
        """The text of this command, with something for each pattern."""
        text = self[line]
        for pattern in patterns:
            if not re.search(pattern, text, re.M):
                raise Failure(f"`{line}` does not say {pattern!r}",
                              text.splitlines())
        return text


def debug(host, lines, *words):
    """Run Tine with these words under gdb, which gets these commands."""
    script = PRELUDE + "".join(f"python run({line.strip()!r})\n"
                               for line in lines.strip().splitlines())
    # Counted time: a stop in gdb takes none, so who runs first is no chance.
    return View(host.tine(f"--gdb={host.file('commands', script.encode())}",
                          "--icount", "--initrd", host.test_initrd(), *words,
                          limit=60))


def gdb_test(function):
    """A host test that needs gdb."""
    def run(host):
        if not shutil.which("gdb"):
            return "skipped: no gdb here"
        return function(host)

    run.__name__ = function.__name__
    return test(run)


def comm(name):
    """A breakpoint's condition: this program runs."""
    return f'if $_streq((char *)cpus[0].thread->process->comm, "{name}")'


def first_thread(process):
    """An expression: the first thread of this process."""
    return (f"(struct thread *)((char *)({process})->threads.next - "
            "(long)&((struct thread *)0)->link)")


INIT = f"set $init = {first_thread('init_process')}"


def picture(text):
    """The rows of a drawn pair of trees: [(what, left, both, right)]."""
    rows = []
    for line in text.splitlines():
        cells = [line[:28], line[28:50], line[50:72], line[72:]]
        cells = [cell.strip() for cell in cells]
        if re.search(r"root$|[-`]-|L\d ", cells[0]):
            rows.append(cells)
    return rows


def frames_of(rows, column):
    return {row[column].partition("[")[0] for row in rows if row[column]}


# Before and after the fork's sharing, and before and after the first write
# of parent or child, whoever comes first.
FORK = f"""
break pt_share {comm("hello-fork")}
continue
tine tree
finish
tine tree
tine ps
tine pt
tine frames .
delete
break fault_serve {comm("hello-fork")}
continue
print cpus[0].thread
tine pt . addr
tine frames addr
finish
tine tree
tine frames .
"""


def trees(view):
    """The three pictures of FORK."""
    found = [picture(text) for line, text in view.all if line == "tine tree"]
    if len(found) != 3:
        view.fail(f"{len(found)} trees, not 3")
    return found


def once_each(rows):
    """No node is drawn twice, and both sides have a root of their own."""
    cells = [cell for row in rows for cell in row[1:] if cell]
    frames = [cell.partition("[")[0] for cell in cells if ".." not in cell]
    if len(set(frames)) != len(frames):
        raise Failure("a node is drawn twice", [str(row) for row in rows])
    what, left, both, right = rows[0]
    if what != "root" or not left or both or not right:
        raise Failure("not two roots", [str(rows[0])])


@gdb_test
def gdbview_fork_tree(host):
    """One shared node under the roots; a write copies the path to it."""
    view = debug(host, FORK, "--", "hello-fork")
    before, after, written = trees(view)
    if any(row[2] for row in before) or any(row[3] for row in before[1:]):
        view.fail("shared before the fork has begun to share")
    once_each(after)
    if any(row[1] or row[3] or not row[2] for row in after[1:]):
        view.fail("what is below the roots is not all shared")
    if not re.fullmatch(r"[0-9a-f]+\[2\]", after[1][2]):
        view.fail(f"the table of level 3 is {after[1][2]}")
    if any("[1]w" not in row[2] for row in after if "L2" in row[0]):
        view.fail("more than the entry on top has lost its W")
    view.expect("tine ps", r"^=> `-2 +running.*fork\(\) in as_fork$",
                r"^ +`-3 +embryo +0 root [0-9a-f]+ +is being made$",
                r"^ +1 +(sleeping|runnable)")
    view.expect("tine pt", r"^`-L3 0 +[0-9a-f]+\[2\] +P U A +pid 3$",
                r"^  \+-L2 0 +[0-9a-f]+\[1\] +P W U A +pid 3$",
                r"page.*P W U A D NX +pid 3$", r"P U A? *(NX)? +pid 3 and its")
    text = view.expect(
        "tine pt . addr", r"^  CR3 +-> the root ",
        r"^  L4 \S+\[0\] +-> L3 +\S+\[2\] +P U A +also of pid [23]$",
        r"^  L1 .*-> page .*P W U A D NX", r"a write faults: L4 \S+ has no W",
        r"\(rw-\) allows a write")
    copied = re.search(r"its fault will copy L3 (\w+), L2 (\w+), "
                       r"L1 (\w+) and page (\w+)\.", text)
    if copied is None:
        view.fail("it does not say what a write copies")
    view.expect("tine frames addr", "^frame [0-9a-f]+ .*: anon, refs 1",
                r"^  L1 .*of pids 2 and 3$", "^refs 1: 1 entry$")
    writer = 1 if "(tid 2 " in view["print cpus[0].thread"] else 3
    once_each(written)
    if not set(copied.groups()) <= frames_of(written, 4 - writer):
        view.fail("what was copied is not the other side's now")
    if sum("w" in row[writer] for row in written) != 4:
        view.fail("the writer has not three tables and a page with w")
    view.expect("tine tree", r"^both: .*alone: 4 tables, 1 page; .*"
                r"alone: 4 tables, 1 page$")
    view.expect("tine frames .", "^  4 tables and 1 page +its own$")


@gdb_test
def gdbview_fork_page(host):
    """Two trees of tables over the same pages, none with W."""
    view = debug(host, FORK, "--append", "fork=page", "--", "hello-fork")
    _, after, written = trees(view)
    once_each(after)
    for row in after:
        shared = "page" in row[0]
        if bool(row[2]) != shared or (shared and "w" in row[2]) \
                or (shared and not re.search(r"\[[23]\]", row[2])):
            view.fail(f"after the fork: {row}")
    text = view.expect("tine pt . addr", r"a write faults: L1 \S+ has no W",
                       r"its fault will copy page \w+\.")
    page = re.search(r"copy page (\w+)", text).group(1)
    view.expect("tine frames addr", rf"is in frame {page}$",
                r"^  L1 .*of pid 2$", r"^  L1 .*of pid 3$",
                r"^refs 2: 2 entries$")
    writer = 1 if "(tid 2 " in view["print cpus[0].thread"] else 3
    if page not in frames_of(written, 4 - writer):
        view.fail("the page is not the other side's now")
    if sum("[1]w" in row[writer] for row in written if "page" in row[0]) != 1:
        view.fail("the writer has not one page of its own")
    view.expect("tine tree", r"^both: \d+ pages; pid 2 alone: \d+ tables, "
                r"1 page; pid 3 alone: \d+ tables, 1 page$")


@gdb_test
def gdbview_files(host):
    """A child's descriptors: pipes, the shared table, what is mapped."""
    view = debug(host, f"""
        break fork_return {comm("cow")}
        continue
        tine files
        tine files 2
        tine vmas
        tine ps
        tine pt 2
        """, "--", "cow")
    text = view.expect(
        "tine files", r"^pid 3 cow: a table for \d+ files",
        r"^  1 tty +w +0 +[12]  /dev/console$",
        r"^  3 pipe +r +0 +\d  pipe (\d+), \d bytes? in it; "
        r"write end: fd 4 of pid 2 and fd 4 of pid 3$",
        r"^  4 pipe +w .*; read end: fd 3 of pid 2 and fd 3 of pid 3$",
        r"^  6 pipe +w ")
    one, two = re.findall(r"^  [35] pipe .* pipe (\d+),", text, re.M)
    if one == two or f"pipe {one}," not in view["tine files 2"]:
        view.fail("the pipes are not told apart")
    view.expect("tine vmas", r"^pid 3 cow: \d vmas; 2 links to their root",
                r"r-x +private +\d of \d  /bin/cow from page 1$",
                r"rw- +private +1 of 2048  the stack$")
    view.expect("tine ps", r"^   `-2 +(sleeping|runnable) ",
                r"^=>   `-3 +running .* cow +fork\(\) in fork_return$")
    view = debug(host, f"""
        break fd_cloexec {comm("dup")}
        continue
        finish
        tine files
        """, "--", "/tests/dup")
    view.expect("tine files", r"^  3 file +rw +5 +3  /file$",
                r"^  4 file +rw +5 +3  /file; close-on-exec$")


@gdb_test
def gdbview_vfork(host):
    """A child on its parent's space, which sleeps until it has gone on."""
    view = debug(host, """
        break sys_execve
        continue
        tine ps
        tine tree
        tine pt
        delete
        break fork_return
        continue
        tine tree
        """, "--", "hello-fork")
    view.expect("tine ps", r"^   1 +sleeping .*"
                r"vfork\(\) in (wait_for_release|proc_clone)$",
                r"^=> `-2 +running +0 pid 1's +init +execve\(.*sys_execve$")
    if "use one address space" not in view.all[2][1] + view.all[3][1]:
        view.fail("the tree does not say that there is only one")
    view.expect("tine pt", "; also those of pid 1 init$")


@gdb_test
def gdbview_threads(host):
    """A process with two threads, with the second alone, and with none."""
    view = debug(host, """
        break second
        continue
        tine ps
        tine stack 3
        print cpus[0].thread
        tine stack 1000
        delete
        break second if cpus[0].thread->tid == 6
        continue
        tine ps
        tine pt .
        tine files
        tine stack 5
        tine vmas 6
        print *cpus[0].thread->process
        delete
        break schedule if cpus[0].thread->state == THREAD_DEAD \
            && cpus[0].thread->process->threads.next->next == \
            cpus[0].thread->process->threads.next
        continue
        tine ps
        tine stack
        tine stack 5
        print *cpus[0].thread->process
        """.replace("\\\n", ""), "--", "/tests/tine/second_thread")
    alone, both, none = (text for line, text in view.all if line == "tine ps")
    for text, *patterns in (
            (alone, r"^     `-3 +ended +- - +second_thread its first thread "
             "has ended$", r"^=>     \+ tid 4 +running +0 root \w+ .*the "
             "kernel's own work in second$"),
            (both, r"^     `-5 +(sleeping|runnable) +0 root \w+ +second_thr",
             r"^=>     \+ tid 6 +running +0 pid 5's +second_thread "),
            (none, r"^     `-5 +zombie +- - +second_thread ended with status "
             r"3; not waited for; its last thread leaves CPU 0$")):
        for pattern in patterns:
            if not re.search(pattern, text, re.M):
                raise Failure(f"tine ps lacks {pattern!r}", text.splitlines())
    view.expect("tine stack 3", r"^#0  second \(", r"in switch_start \(\)")
    view.expect("print cpus[0].thread", r"= 0x\w+ \(tid 4 second_thread\)$")
    view.expect("tine stack 1000", r"^error: there is no process 1000; ")
    view.expect("tine pt .", r"^tid 6 of pid 5 second_thread: 6 tables, .*; "
                r"also those of pid 5 second_thread$",
                r"page 400000 .* pid 2 and its file$")
    view.expect("tine files", r"^tid 6 of pid 5 .*, shared with pid 5 second_",
                r"^  1 tty +w +0 ")
    view.expect("tine vmas 6", r"^tid 6 of pid 5 second_thread: \d vmas; ")
    first, last = (text for line, text in view.all if line == "tine stack 5")
    if " from user mode ---\n" not in first or "in second (" in first:
        view.fail("the first thread's stack is not its own")
    if last != "error: pid 5 second_thread is a zombie: it has no thread, " \
            "memory or files\n":
        view.fail("a zombie has a stack")
    two, dead = (text for line, text in view.all
                 if line == "print *cpus[0].thread->process")
    if "= pid 5 second_thread, 2 threads = {" not in two \
            or "= pid 5 second_thread, a zombie = {" not in dead:
        view.fail("a process is not printed with its threads")


@gdb_test
def gdbview_printers(host):
    """Values, also while a program with names of the kernel's runs."""
    view = debug(host, f"""
        break syscall_entry {comm("sh")}
        continue
        delete
        tbreak *$rcx
        continue
        add-symbol-file {host.path("build", "user", "bin", "sh")}
        print all_processes
        print *cpus[0].thread
        print *cpus[0].thread->process
        print init_process
        {INIT}
        print *$init->as->vmas
        print frames[$init->as->root / 4096]
        set $root = (pte_t *)($init->as->root + 0xffff800000000000)
        print $root[0]
        print/x $root[0]
        print $root[1]
        print *$init->as
        tine ps
        tine pt . main
        tine frames $rip
        """, "--", "sh", "-c", "true")
    view.expect("print all_processes", r"list of 2 = \{0xf+\w+, 0xf+\w+\}")
    view.expect("print *cpus[0].thread", r"= tid 2 sh, running = \{",
                r"process = 0x\w+ \(pid 2 sh\)", r"run_link = list: empty",
                r"vforker = 0x0")
    view.expect("print *cpus[0].thread->process",
                r"= pid 2 sh, 1 thread = \{", r"threads = list of 1 = ",
                r"parent = 0x\w+ \(pid 1 init\)")
    view.expect("print init_process", r"= 0x\w+ \(pid 1 init\)$")
    view.expect("print *$init->as->vmas", r"= \d vmas, refs 1 = \{",
                r"\w+-\w+ r-x private, inode \d+ from page 1,",
                r"rw- private, the stack")
    view.expect("print frames[$init->as->root / 4096]",
                r"= frame [0-9a-f]+: table of level 4, refs 1, lines 0x\w+$")
    view.expect("print $root[0]", r"= 0x\w+: frame [0-9a-f]+, P W U A$")
    view.expect("print/x $root[0]", r"= 0x\w+$")
    view.expect("print $root[1]", r"= 0x0: empty$")
    view.expect("print *$init->as", r"root = 0x\w+000,")
    view.expect("tine ps", r"=> `-2 +running .* sh +runs in user mode$")
    view.expect("tine pt . main", r"^  L1 .*-> page|there is nothing behind")


@gdb_test
def gdbview_early(host):
    """Before there is memory or a process."""
    view = debug(host, """
        help tine
        tine ps
        tine tree
        tine frames
        tine files
        """, "--", "true")
    for name in COMMANDS:
        view.expect("help tine", rf"^tine {name} -- ")
    view.expect("tine ps", "^no processes yet$")
    view.expect("tine tree", "no frame records yet|no processes yet")
    view.expect("tine frames", "no frame records yet")
    view.expect("tine files", "^error: CPU 0 runs no process now$")


@gdb_test
def gdbview_panic(host):
    """In a panic, before the first program."""
    view = debug(host, """
        break panic_at
        continue
        tine ps
        tine files
        tine vmas
        tine pt
        tine tree
        tine frames
        """, "--append", "init=/nosuch", "--", "true")
    view.expect("tine ps", r"^=> 1 +running +0 - +init +the kernel's own "
                r"work in panic_at$")
    view.expect("tine files", "^  2 tty +rw .* /dev/console$")
    for line in ("tine vmas", "tine pt", "tine tree"):
        view.expect(line, "pid 1 init is running and has no memory")
    view.expect("tine frames", r"^cache +\d+", r"^all +\d+ +\d+$")


@gdb_test
def gdbview_bad_pointers(host):
    """What cannot be read is said, and the rest is shown."""
    view = debug(host, f"""
        break fork_return {comm("hello-fork")}
        continue
        tine files
        set $root = cpus[0].thread->as->root + 0xffff800000000000
        {INIT}
        set $parent = {first_thread("cpus[0].thread->process->parent")}
        set var $init->as = (struct as *)0x1000
        set var $init->kernel_rsp = 8
        set var $parent->files->table->file[1] = (void *)16
        tine ps
        tine pt 1
        tine files 2
        tine tree
        set var *(u64 *)$root |= 1ul << 50
        tine pt
        tine tree 3
        set var all_processes.next->next = (void *)0
        tine ps
        print all_processes
        set var all_processes.next = (void *)0x1234
        tine ps
        set var $parent->process->threads.next = (void *)0
        tine ps
        tine stack 2
        print *$parent->process
        """, "--", "hello-fork")
    view.expect("tine files", r"^pid 3 hello-fork: .*, shared with pid 2 "
                r"\(count 2\)$")
    known = [text for line, text in view.all if line == "tine ps"]
    for text, pattern in ((known[0], r"^   1 .* ! bad +init +! its saved "
                           "stack pointer 0x8 is not on its stack$"),
                          (known[0], r"^=>   `-3 +running "),
                          (known[1], r"^! all_processes: .* is NULL$"),
                          (known[1], r"^   1 "), (known[1], r"^=>   `-3 "),
                          (known[2], r"^! all_processes: Cannot access mem"),
                          (known[2], r"^=>   `-3 +running "),
                          (known[3], r"^   `-2 +\? +- - .*! its threads"),
                          (known[3], r"^! the threads of pid 2 hello-fork: .*"
                           " is NULL$")):
        if not re.search(pattern, text, re.M):
            raise Failure(f"tine ps lacks {pattern!r}", text.splitlines())
    view.expect("tine stack 2", "^error: the threads of pid 2 hello-fork "
                "cannot be followed$")
    view.expect("print *$parent->process", "= a process that cannot be read: "
                "the list at .* is NULL = {", "pid = 2,")
    view.expect("tine pt 1", "^error: tine pt: Cannot access memory at")
    view.expect("tine files 2", "^  0 tty ", "^  1 ! what is behind it cannot"
                " be read$", "^  2 tty ")
    view.expect("tine tree", r"^! pid 1 |^root +\w+\[1\] +\w+\[1\]$")
    view.expect("tine pt", r"\[\?\]", "^! table .*: there is no such frame$")
    view.expect("print all_processes", "= list of 1, then NULL")
