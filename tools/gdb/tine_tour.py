"""tine tour, tine next: a guided walk through one fork.

The stops are places and tests (tine_tourstops.py); their texts are in
tour.txt. All later stops are set at once: so the tour finds the next one,
whatever the user does in between.
"""

import ctypes
import itertools
import os
import sys
import textwrap

import gdb
import tine_console
import tine_fork
import tine_run
import tine_tourstops as stops
from tine_kernel import Command, series
from tine_run import run_to

TEXTS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "tour.txt")
WIDTH = 78
MODES = ("tree", "page")    # of fork=, for which there are texts
# After these Enter is theirs, as ever in gdb: it repeats them.
STEPS = set("s step si stepi n next ni nexti rs rsi rn rni x l list up down "
            "u until".split())

tour = None             # the Tour, once it has begun
enter = None            # the Enter


class Tour:
    """A walk. seen: the names of the stops where it has been."""

    def __init__(self):
        self.stops = stops.all_stops()
        self.cast = stops.Cast()
        self.turns = stops.take_turns(self.cast)
        tine_fork.ParentFirst.wanted = False    # the tour decides the order
        self.seen, self.told = [], set()
        self.mode = self.page = ""
        self.over = False

    def go_on(self):
        """To the next stop, or to the end."""
        if self.over:
            print("The tour is over. `make tour` walks again.")
            return
        if gdb.selected_thread() is None:
            self.end()
            return
        here = gdb.newest_frame().pc()
        left = [each for each in self.stops if each.name not in self.seen]
        for each in left:
            # Perhaps a step or a finish has brought us there.
            if each.address == here and each.test(self.cast):
                self.arrive(each)
                return
        places = [(each.address, self.tester(each)) for each in left]
        which = run_to(*places, (tine_run.function("proc_exit"),
                                 lambda: self.cast.side() == "parent"))
        if which is not None and which < len(left):
            self.arrive(left[which])
        elif which is not None or gdb.selected_thread() is None:
            self.end()

    def tester(self, stop):
        return lambda: stop.test(self.cast)

    def arrive(self, stop):
        self.seen.append(stop.name)
        self.mode = self.cast.mode
        number = self.stops.index(stop) + 1
        self.tell(f"{number} of {len(self.stops)}: ", stop.name,
                  stops.Facts(self.cast, stop), self.stops[:number])
        if not self.seen[1:] and self.mode not in MODES:
            print(f"\nThe tour has texts for fork=tree and fork=page. This is "
                  f"fork={self.mode}:\nwhat gdb shows is right, but the tour's "
                  "text about it may be wrong.")

    def end(self):
        """Leave nothing of ours in the machine; if it was started for this
        program alone, let it go on to its end."""
        self.over = True
        tine_fork.ParentFirst.wanted = True
        for each in self.turns:
            each.delete()
        console = tine_console.console
        if gdb.selected_thread() is not None and console is not None \
                and console.com2 is not None:
            run_to()
        self.tell("", "end" if self.seen else "missed", {}, self.stops)

    def tell(self, number, name, facts, so_far):
        """Print a page: that for this fork= word, if it has one."""
        pages = texts()
        title, lines = pages.get(f"{name}/{self.mode}") or pages[name]
        self.page = "\n".join([heading(number + title.format_map(facts)),
                               *self.gone_by(so_far), *body(lines, facts)])
        print(self.page)

    def gone_by(self, so_far):
        """A word on the stops that were not seen, once."""
        numbers = [i for i, each in enumerate(so_far, 1)
                   if each.name not in self.seen and i not in self.told]
        self.told.update(numbers)
        if self.seen and numbers:
            yield (f"(Stop{'s' * bool(numbers[1:])} {ranges(numbers)} "
                   "did not come on this way.)\n")


def ranges(numbers):
    """`2, 5 to 9 and 12`, for 2, 5, 6, 7, 8, 9 and 12"""
    runs = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = []
    for first, last in runs:
        words += [f"{first} to {last}"] if last > first + 1 else \
            map(str, range(first, last + 1))
    return series(words)


# ---- Pages ----


def texts():
    """tour.txt: {name: (title, lines)}."""
    pages = {}
    with open(TEXTS, encoding="utf-8") as file:
        for line in file.read().splitlines():
            if line.startswith("== "):
                name, _, title = line[3:].partition(": ")
                lines = []
                pages[name] = title, lines
            elif pages:
                lines.append(line)
    return pages


def heading(text):
    return f"\n---- {text} ".ljust(WIDTH + 1, "-")


def body(lines, facts):
    """The lines of a page as they are printed. `$` runs a command of gdb's,
    `@` makes a drawing of tine_tourstops; paragraphs are filled again with
    the facts in them, except lines that begin with a space."""
    last = None
    for kind, group in itertools.groupby(lines, kind_of):
        group = list(group)
        if last == "look":
            yield ""
        last = kind
        if kind == "text":
            text = " ".join(group).format_map(facts)
            indent = "  " if text.startswith("? ") else ""
            yield textwrap.fill(text, WIDTH, subsequent_indent=indent)
        elif kind == "look":
            for line in group:
                yield from look(line[2:].format_map(facts), line[0], facts)
        else:
            yield from group


def kind_of(line):
    return {"$": "look", "@": "look", " ": "fixed", "": "empty"}.get(
        line[:1], "text")


def look(words, sign, facts):
    if sign == "@":
        return facts.drawing(words)
    return command(words)


def command(line):
    """The command as it looks when it is typed."""
    yield f"(gdb) {line}"
    try:
        yield gdb.execute(line, to_string=True).rstrip("\n")
    except gdb.error as error:
        yield str(error)


# ---- Enter ----


class Enter:
    """An empty line goes on, unless gdb repeats a command for it.

    gdb has no event for an empty line. But two prompts without a command in
    between mean one; or they mean Ctrl-C, which leaves readline's line
    unfinished."""

    def __init__(self, forget):
        self.forget = forget        # lets gdb have nothing to repeat
        self.last = None            # the history at the last prompt
        self.repeats = False        # is there a step to be repeated?
        gdb.events.before_prompt.connect(self.prompt)

    def prompt(self):
        if tour is None or tour.over:
            return
        before, self.last = self.last, history()
        if self.last != before:
            words = self.last.split()[1:2]
            self.repeats = before is not None and bool(words) \
                and words[0].partition("/")[0] in STEPS
        elif not self.repeats and line_is_done():
            try:
                go_on()
            except gdb.GdbError as error:
                print(error)
            tine_console.drain(True)
        if not self.repeats:
            self.forget()


def history():
    """The last command that was typed, with its number."""
    lines = gdb.execute("show commands", to_string=True).splitlines()
    return lines[-1] if lines else ""


def line_is_done():
    """readline's rl_done: whether Enter has ended the line."""
    try:
        return ctypes.c_int.in_dll(ctypes.CDLL(None), "rl_done").value != 0
    except (OSError, ValueError):
        return True         # a gdb with a readline inside: believe it


# ---- Commands ----


class TourCommand(Command):
    """A guided walk through one fork, in gdb.

    tine tour           begin, at the line of hello-fork that calls fork
    tine tour again     print the last page once more

    `make tour` starts a session with it. `tine next`, or Enter alone, goes
    on; in between all of gdb works."""

    def run(self, argument):
        if argument not in ("", "again"):
            raise gdb.GdbError("tine tour [again]")
        if argument and tour is None:
            raise gdb.GdbError("there is no tour yet")
        if tour is not None and (argument or not tour.over):
            print(tour.page)
        else:
            begin()


class Next(Command):
    """Go on to the next stop of the tour.

    tine next

    Enter does the same; but after `step` and the like it repeats them."""

    def run(self, _argument):
        if tour is None:
            raise gdb.GdbError("`tine tour` begins a tour")
        go_on()


def begin():
    global tour, enter
    if gdb.selected_thread() is None:
        raise gdb.GdbError("the machine is off; `quit`, and `make tour`")
    tour = Tour()
    console = tine_console.console
    if console is not None and console.com2 is None:
        console.type(stops.PROGRAM + "\n")      # the guest has a shell
    if enter is None and sys.stdin.isatty():
        enter = Enter(commands[0].dont_repeat)
    go_on()


def go_on():
    try:
        tour.go_on()
    except gdb.error as error:
        raise gdb.GdbError(f"tine next: {error}") from None


commands = []


def register():
    commands.extend([TourCommand("tour"), Next("next")])
