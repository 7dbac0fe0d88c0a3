"""tine user: breakpoints in one program."""

import textwrap

import gdb
import tine_kernel as kernel
import tine_programs as programs
from tine_kernel import Command


class UserBreakpoint(gdb.Breakpoint):
    """Stops if one program is at this address, and the user's expression is
    true."""

    def __init__(self, path, address, text, expression):
        super().__init__(f"*{address:#x}", gdb.BP_BREAKPOINT)
        self.path, self.text, self.only_if = path, text, expression

    def stop(self):
        try:
            return runs(self.path) and not programs.is_still_there() and (
                not self.only_if
                or bool(gdb.parse_and_eval(self.only_if)))
        except gdb.error as error:
            gdb.write(f"! {self.text}: {error}\n")
            return True


def runs(path):
    """Does this program run? If so, its symbols are known."""
    owner = kernel.current()
    if owner is None or not programs.is_named(owner, path):
        return False
    programs.follow()
    return programs.loaded == path


class User(Command):
    """Set a breakpoint in one program, not in every one with that address.

    tine user PROGRAM                   at its main
    tine user PROGRAM:FUNCTION
    tine user PROGRAM:LINE              of the file that has main
    tine user PROGRAM:FILE:LINE
    tine user ... if EXPRESSION         only if this is true there
    tine user                           this text, and which there are

    The program need not run yet, and its symbols need not be known. Otherwise
    it is a breakpoint like others (`delete N`, `disable N`)."""

    def run(self, argument):
        if argument:
            set_user_breakpoint(argument)
            return
        print(textwrap.dedent("    " + self.__doc__))
        for each in gdb.breakpoints():
            if isinstance(each, UserBreakpoint):
                print(f"{each.number:<4} {each.text}")

    def complete(self, _text, word):
        return [name for name in programs.names() if name.startswith(word)]


def set_user_breakpoint(text):
    where, _, expression = text.partition(" if ")
    name, _, place = where.strip().partition(":")
    path = programs.named(name)
    with programs.symbols_of(path):     # so that gdb can say where it is
        address = resolve(path, place or "main")
        UserBreakpoint(path, address, text, expression.strip())


def user_address(path, place):
    with programs.symbols_of(path):
        return resolve(path, place)


def resolve(path, place):
    """The address of FUNCTION, LINE or FILE:LINE in a loaded program."""
    file = gdb.lookup_objfile(path)
    main = file.lookup_global_symbol("main")
    if main is None and place == "main":
        return programs.entry_point(path)
    if main is None and place.isdigit():
        raise gdb.GdbError(f"{path} has no main; FILE:{place}?")
    if place.isdigit():
        place = f"{main.symtab.filename}:{place}"
    try:
        found = gdb.decode_line(place)[1] or ()
    except gdb.error as error:
        raise gdb.GdbError(f"{path}: {error}") from None
    for each in found:
        if each.symtab is not None and each.symtab.objfile == file \
                or each.symtab is None and each.pc < kernel.KERNEL_HALF:
            return each.pc
    raise gdb.GdbError(f"{place} is not in {path}")


def register():
    User("user", gdb.COMMAND_BREAKPOINTS)
