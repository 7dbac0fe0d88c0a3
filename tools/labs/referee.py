"""The referee: looks at the stopped machine, and believes nothing it is told.

lib/referee.c runs, and stops at markers. At each, the processor says where the
page tables are; tables and pages are read from physical memory, and the
frames' records by the layout of the clean frame.h. What is where and who wrote
what follows from the seed. So a kernel that prints the right words, or keeps
the right counts of a wrong tree, gets nothing.

Subjects, which a test may name in `judges`: content, sharing, writes, counts,
leak. Without it, all must hold.
"""

import os
import re
import secrets
import struct
import subprocess
import time

import base
from gdbstub import Gone, Stub

PROGRAM = base.REFEREE
PAGE, GIB, AREA = 4096, 1 << 30, 0x100000000000
WORD, STEP, MASK = 7, 0x9e3779b97f4a7c15, (1 << 64) - 1
DIRECT_MAP = 0xffff800000000000
P, W, PS = 1, 2, 0x80
ADDRESS = 0x000ffffffffff000
TABLES_MAX = 200        # of a space; the reference has 18
SUBJECTS = ("content", "sharing", "writes", "counts", "leak")
MARKERS = ("before", "child", "parent", "child_one", "child_wrote",
           "parent_wrote", "after")
WHEN = {"before": "before fork", "child": "in the child's first steps",
        "parent": "in the parent after fork",
        "child_one": "after the child's first write",
        "child_wrote": "after the child's writes",
        "parent_wrote": "after the parent's writes",
        "after": "after the child's end"}
A, B, READ_ONLY, SHARED = range(4)
NAMES = ("a private page", "a private page", "a read-only page",
         "a MAP_SHARED page")
KINDS = ("table", "anon", "cache", "shared", "kernel")


class Plan:
    """What referee.c does, by the same numbers."""

    def __init__(self, seed):
        self.seed = seed
        pages = [20 + self.mix(1) % 13, 8, 4, 4]
        starts = [AREA + i * GIB for i in range(4)]
        starts[A] += 512 * PAGE - 8 * PAGE
        self.pages = [(region, number, starts[region] + number * PAGE)
                      for region in range(4)
                      for number in range(pages[region])]
        first = self.mix(2) % pages[A]

        def at(region, number):
            return starts[region] + number % pages[region] * PAGE
        # in their order: after which marker, writer, address
        self.writes = [
            ("child_one", 1, at(A, first)),
            ("child_wrote", 1, at(A, first + 3)),
            ("child_wrote", 1, at(A, first + 7)),
            ("child_wrote", 1, at(B, first)),
            ("child_wrote", 1, at(SHARED, 1)),
            ("parent_wrote", 2, at(A, first + 3)),
            ("parent_wrote", 2, at(A, first + 11)),
            ("parent_wrote", 2, at(SHARED, 2)),
            ("after", 2, at(A, first + 13))]

    def mix(self, tag):
        z = (self.seed * STEP + tag * 0xd1342543de82ef95 + STEP) & MASK
        z = ((z ^ z >> 30) * 0xbf58476d1ce4e5b9) & MASK
        z = ((z ^ z >> 27) * 0x94d049bb133111eb) & MASK
        return z ^ z >> 31

    def done(self, marker):
        """=> the writes before this marker, as (writer, address)"""
        time = MARKERS.index(marker)
        return [(writer, address) for when, writer, address in self.writes
                if MARKERS.index(when) <= time]

    def content(self, region, number, address, viewer, done):
        """What the viewer (1 the child, 2 the parent) has there."""
        start = self.mix(1000 * (region + 1) + number)
        words = [(start + i * STEP) & MASK for i in range(PAGE // 8)]
        for writer, where in done:
            if where == address and (writer == viewer or region == SHARED):
                words[WORD] = start ^ writer
        return struct.pack(f"<{PAGE // 8}Q", *words)


class Space:
    """The user's half of the tables under one root."""

    def __init__(self, memory, root):
        self.root = root
        self.tables = {}        # (level, address): (frame, ways W all set)
        self.leaves = {}        # address: (frame, entry, W on the whole path)
        self.edges = {}         # table's frame: frames that its entries name
        self.memory = memory
        self.walk(root, 4, 0, True)

    def walk(self, table, level, start, writable):
        if len(self.tables) > TABLES_MAX:
            raise Gone("there are more page tables than can be")
        self.tables[level, start] = table
        entries = self.memory.table(table)
        self.edges[table] = []
        for i, entry in enumerate(entries[:256] if level == 4 else entries):
            if not entry & (P | self.memory.layout["K"]):
                continue
            frame = entry & ADDRESS
            address = start + (i << 12 + 9 * (level - 1))
            self.edges[table].append(frame)
            if not entry & P:
                continue
            if level > 1 and not entry & PS:
                self.walk(frame, level - 1, address,
                          writable and bool(entry & W))
            else:
                self.leaves[address] = (frame, entry,
                                        writable and bool(entry & W))


class Memory:
    """Physical memory at one stop: nothing is kept for the next."""

    def __init__(self, stub, layout, frames_at):
        self.stub = stub
        self.layout = layout
        self.tables = {}
        pointer, count = (struct.unpack("<Q", stub.physical(
            at - layout["image"], 8))[0] for at in frames_at)
        place = pointer - DIRECT_MAP
        if not (0 <= place < 1 << 40 and 0 < count < 1 << 20):
            raise Gone("frames[] is nowhere")
        self.records = stub.physical(place, count * layout["size"])

    def table(self, frame):
        if frame not in self.tables:
            self.tables[frame] = struct.unpack("<512Q",
                                               self.stub.physical(frame, PAGE))
        return self.tables[frame]

    def record(self, frame):
        """=> kind, refs"""
        at = (frame >> 12) * self.layout["size"]
        if at >= len(self.records):
            return None, None
        refs, = struct.unpack_from("<I", self.records,
                                   at + self.layout["refs"])
        return self.records[at + self.layout["kind"]], refs

    def counts(self):
        """=> how many frames are of each kind"""
        size, kind = self.layout["size"], self.layout["kind"]
        kinds = self.records[kind::size]
        return {name: kinds.count(self.layout[name]) for name in KINDS}


class Referee:
    """One boot, and what is wrong with it."""

    def __init__(self, grading, level, seed):
        self.grading = grading
        self.level = level
        self.plan = Plan(seed)
        self.findings = []      # (subject, line)
        self.roots = {}         # writer: CR3
        self.original = {}      # address: the parent's frame before fork
        self.before = None
        self.output = bytearray()
        self.panic = ""
        self.looked = 0.0
        self.nonce = secrets.token_hex(8)

    def find(self, subject, promise, what, expected, got):
        self.findings.append(
            (subject, f"{promise}: {what}: expected {expected}, got {got}"))

    # The machine.

    def run(self):
        """=> why it did not come to its end, or ''"""
        program = self.grading.base.inside("tests", PROGRAM)
        symbols = symbols_of(program, ["referee_" + name for name in MARKERS])
        frames = symbols_of(self.grading.kernel, ["frames", "frames_count"])
        if len(frames) != 2:
            return "the kernel has not one frames[]"
        frames_at = [frames["frames"], frames["frames_count"]]
        path = os.path.join(self.grading.work, "gdb")
        self.boot = self.grading.boot(
            ["/tests/lab/" + PROGRAM, str(self.plan.seed), self.nonce],
            gdb=path)
        stub = None
        try:
            stub = Stub(path, self.idle)
            for address in symbols.values():
                stub.stop_at(address)
            for marker in MARKERS:
                address = symbols["referee_" + marker]
                self.at = marker
                if stub.go_on() != address:
                    return f"the program did not come {WHEN[marker]}"
                self.judge(marker, stub, Memory(
                    stub, self.grading.base.facts["layout"], frames_at))
                self.boot.wakes()
                stub.run_over(address)
            self.at = None
            stub.go_on()
            return "the program did not end"
        except Gone as gone:
            return self.reason(str(gone))
        finally:
            if stub:
                stub.close()
            self.boot.end()

    def idle(self, socket):
        """Take what the machine says, while it runs."""
        records = self.boot.records(0.25 if socket else 0.02, socket)
        self.look()
        if records is None:
            raise Gone("the machine has ended")
        for kind, text in records:
            if kind in "oe":
                self.output = (self.output + text)[-8192:]
            elif kind == "p":
                self.panic = (self.panic + text.decode("utf-8",
                                                       "replace"))[:4096]

    def look(self):
        """At the limits, now and then."""
        now = time.monotonic()
        if now - self.looked < 0.2:
            return
        self.looked = now
        budget = self.grading.budget
        why = self.boot.exceeded(budget.cpu_left(),
                                 budget.begin + budget.wall_limit)
        if why == "wall":
            self.grading.late()
        if why:
            raise Gone(self.grading.ends[why])

    def reason(self, why):
        lines = self.output.decode("utf-8", "replace").split("\n")
        if self.at is None and f"lab: done {self.nonce}" in lines:
            return ""
        said = [line for line in lines if line.strip()]
        if self.panic:
            why = "the kernel panicked: " + next(
                line for line in self.panic.split("\n") if line.strip())
        elif said:
            why = said[-1]
        return why if self.at is None else f"{why} (it did not come " \
            f"to the step {WHEN[self.at]})"

    # What must hold at each marker.

    def judge(self, marker, stub, memory):
        who = 1 if marker.startswith("child") else 2
        cr3 = stub.register(stub.cr3) & ADDRESS
        if self.roots.setdefault(who, cr3) != cr3:
            self.find("sharing", "PT-1", f"{WHEN[marker]}, the root of a "
                      "process that lives on", hex(self.roots[who]), hex(cr3))
            self.roots[who] = cr3
        if marker == "after":
            self.roots.pop(1, None)
        spaces = {who: Space(memory, root)
                  for who, root in self.roots.items()}
        if marker == "before":
            self.before = memory.counts()
            self.original = {
                address: spaces[2].leaves.get(address, (None,))[0]
                for _, _, address in self.plan.pages}
        self.judge_pages(marker, memory, spaces)
        self.judge_counts(marker, memory, spaces)
        if len(spaces) == 2:
            self.judge_tables(marker, spaces)
        if marker == "after":
            self.judge_leak(memory)

    def judge_pages(self, marker, memory, spaces):
        done = self.plan.done(marker)
        for region, number, address in self.plan.pages:
            name = f"{WHEN[marker]}, {NAMES[region]} ({address:#x})"
            found = {}
            for who, space in spaces.items():
                whose = f"{name} of the {'child' if who == 1 else 'parent'}"
                if address not in space.leaves:
                    self.find("content", "PT-1", whose, "a present page",
                              "none")
                    continue
                found[who] = space.leaves[address]
                data = memory.stub.physical(found[who][0], PAGE)
                wanted = self.plan.content(region, number, address, who, done)
                if data != wanted:
                    at = next(i for i in range(0, PAGE, 8)
                              if data[i:i + 8] != wanted[i:i + 8])
                    self.find("content", "PT-2", f"{whose}: word {at // 8}",
                              hex(int.from_bytes(wanted[at:at + 8], "little")),
                              hex(int.from_bytes(data[at:at + 8], "little")))
            if region == SHARED:
                self.judge_shared(name, found, memory)
            elif len(found) == len(spaces):
                self.judge_private(name, region, address, found, done)

    def judge_shared(self, name, found, memory):
        frames = {frame for frame, _, _ in found.values()}
        if len(frames) > 1:
            self.find("sharing", "PT-2", f"{name}: frames that it has", 1,
                      len(frames))
        for frame, entry, _ in found.values():
            if not entry & memory.layout["S"] or not entry & W:
                self.find("sharing", "PT-2", f"{name}: bits S and W of its "
                          "entry", "both", hex(entry & 0xfff))

    def judge_private(self, name, region, address, found, done):
        """Of whom is the page, after these writes?"""
        writers = []
        for writer, where in done:
            if where == address and writer not in writers:
                writers.append(writer)
        original = self.original[address]
        if 1 not in found:
            self.judge_alone(name, address, found[2], writers)
            return
        (child, _, child_w), (parent, _, parent_w) = found[1], found[2]
        if self.level == 0:
            if child == parent:
                self.find("sharing", "PT-1", f"{name}: frames of parent and "
                          "child", "two", "one")
            if parent != original:
                self.find("writes", "PT-2", f"{name}: the parent's frame",
                          hex(original or 0), hex(parent))
        elif not writers:
            if child != parent:
                self.find("sharing", "PT-1", f"{name}: frames of parent and "
                          "child", "one", "two")
            if child == parent and (child_w or parent_w):
                self.find("sharing", "PT-2", f"{name} is shared: W on the "
                          "whole path", "in none", "in the "
                          + ("child's" if child_w else "parent's"))
        else:
            self.judge_written(name, original, found, writers)
        for who, writable in ((1, child_w), (2, parent_w)):
            mine = who in writers or self.level == 0
            if region != READ_ONLY and mine and not writable:
                self.find("writes", "PT-2", f"{name}: W of who owns it", 1, 0)
        if region == READ_ONLY and (child_w or parent_w):
            self.find("writes", "PT-4", f"{name}: W", 0, 1)

    def judge_written(self, name, original, found, writers):
        """The first writer has a copy; who comes later has the original, and
        needs none."""
        first, other = writers[0], 3 - writers[0]
        if found[first][0] in (original, found[other][0]):
            self.find("writes", "PT-2", f"{name}, which the "
                      + ("child" if first == 1 else "parent")
                      + " wrote while it was shared", "a frame of its own",
                      hex(found[first][0]))
        if found[other][0] != original:
            self.find("writes", "PT-2", f"{name}, left by the first writer: "
                      "the other's frame", hex(original or 0),
                      hex(found[other][0]))

    def judge_alone(self, name, address, leaf, writers):
        """One process: before fork, or after the child's end. What the parent
        wrote while it was shared is a copy, all else the original."""
        frame, _, writable = leaf
        shared = [write for write in self.plan.done("parent_wrote")
                  if write[1] == address]
        copied = self.level > 0 and writers and shared \
            and shared[0][0] == 2
        if not copied and frame != self.original[address]:
            self.find("writes", "PT-2", f"{name}, of which its process is the "
                      "last owner: the frame", hex(self.original[address]
                                                   or 0), hex(frame))
        if 2 in writers and not writable:
            self.find("writes", "PT-2", f"{name}: W of who owns it", 1, 0)

    def judge_counts(self, marker, memory, spaces):
        """refs = entries that name the frame, in distinct live tables."""
        edges, tables = {}, {}
        for space in spaces.values():
            tables.update(space.edges)
        for named in tables.values():
            for frame in named:
                edges[frame] = edges.get(frame, 0) + 1
        layout = memory.layout
        for frame, count in sorted(edges.items()):
            kind, refs = memory.record(frame)
            what = None
            if frame in tables:
                what = "a page table"
                if kind != layout["table"]:
                    self.find("counts", "FR-1", f"{WHEN[marker]}, the kind of "
                              "a page table", layout["table"], kind)
            elif kind == layout["anon"]:
                what = "a page"
            elif kind == layout["shared"]:
                what, count = "a MAP_SHARED page, whose object has one", \
                    count + 1
            elif kind == layout["free"]:
                self.find("counts", "FR-1", f"{WHEN[marker]}, the kind of a "
                          "page that is mapped", "not free", "free")
            if what and refs != count:
                self.find("counts", "PT-1", f"{WHEN[marker]}, refs of {what} "
                          f"({frame:#x})", count, refs)

    def judge_tables(self, marker, spaces):
        written = [address for _, address in self.plan.done(marker)]
        mine, theirs = spaces[1].tables, spaces[2].tables
        if self.level < 4:
            shared = set(mine.values()) & set(theirs.values())
            if shared:
                self.find("sharing", "PT-3", f"{WHEN[marker]}, page tables "
                          "that parent and child share", 0, len(shared))
            return
        for level, start in sorted(mine, reverse=True):
            if start >> 39 != AREA >> 39 or level == 4:
                continue
            end = start + (PAGE << 9 * level)
            touched = any(start <= address < end for address in written)
            same = mine[level, start] == theirs.get((level, start))
            if same == touched:
                self.find(
                    "sharing", "PT-3", f"{WHEN[marker]}, a table of level "
                    f"{level} for {start:#x}, "
                    + ("under which one has written" if touched
                       else "under which nobody has written"),
                    "two" if touched else "one", "one" if same else "two")

    def judge_leak(self, memory):
        now = memory.counts()
        for kind, count in self.before.items():
            if now[kind] != count:
                self.find("leak", "FR-1", f"{WHEN['after']}, frames of kind "
                          f"{kind}", count, now[kind])


def symbols_of(path, names):
    """=> {name: address} of global symbols. A name that a file has twice is
    not in it: a student's assembler may write names that look like lines."""
    said = subprocess.run(["nm", "-P", "-g", path], check=True, text=True,
                          errors="replace", stdout=subprocess.PIPE).stdout
    found = {}
    for line in said.splitlines():
        name, _, rest = line.partition(" ")
        if name in names:
            found.setdefault(name, []).append(
                re.fullmatch(r"[A-Z] ([0-9a-f]+)( [0-9a-f]*)?", rest))
    return {name: int(lines[0][1], 16) for name, lines in found.items()
            if len(lines) == 1 and lines[0]}


def judge(grading, tests):
    """Give each test of kind referee its status; those of a level and a seed
    share a boot."""
    runs = {}
    for test in tests:
        key = test.toml.get("level", 1), test.seed
        if key not in runs:
            referee = Referee(grading, *key)
            runs[key] = referee, referee.run()
        referee, why = runs[key]
        subjects = test.toml.get("judges", SUBJECTS)
        found = [line for subject, line in referee.findings
                 if subject in subjects]
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            test.failed(found[0] + more)
        elif why:
            test.failed(why)
        else:
            test.passed()
