"""The labs: each is cut, what is handed out holds no answer, and one is
proved. make test-labs proves all."""

import os
import sys

from host import Failure, test

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))), "labs"))

import cut  # noqa: E402
import lab as labs  # noqa: E402
import tree  # noqa: E402

PROVED = "cow"      # which of the labs
LIMIT = 400

KERNEL = """\
/* Sums. */

static int twice(int a);

/* The sum of two. */
int
add(int a, int b)
{
    return twice(a) - a + b;
}

/* a + a */
static int
twice(int a)
{
    if (a > 0) {
        return a * 2;
    }
    return a + a;
}
"""

STARTER = """\
/* What the student begins with. */

static int
nothing(int a)
{
    return a;
}

/* The sum of two: yours. */
int
add(int a, int b)
{
    return nothing(a);
}
"""

CUT = """\
/* One sum. */

static int
nothing(int a)
{
    return a;
}

/* The sum of two: yours. */
int
add(int a, int b)
{
    return nothing(a);
}
"""


def spliced(kernel, starter, drop=("twice",)):
    """=> the kernel's text with the starter in it, or what is wrong"""
    try:
        return cut.splice({"sum.c": kernel}, cut.Source(starter, "starter.c"),
                          drop, {"sum.c": "/* One sum. */"})["sum.c"]
    except cut.Wrong as wrong:
        return str(wrong)


@test
def lab_cutter(host):
    """Bodies are replaced, and a lab that has fallen behind is an error."""
    result = spliced(KERNEL, STARTER)
    if result != CUT:
        raise Failure("it cuts otherwise", result.splitlines())
    for what, kernel, starter, drop, complaint in (
            ("renamed", KERNEL.replace("add", "sum"), STARTER, ("twice",),
             "starter.c: nothing: no such function in sum.c"),
            ("gone", KERNEL, STARTER, ("thrice",),
             "drop: thrice: no such function"),
            ("parameter", KERNEL.replace("add(int", "add(long"), STARTER,
             ("twice",), "add is declared otherwise"),
            ("type", KERNEL.replace("\nint\nadd", "\nlong\nadd"), STARTER,
             ("twice",), "add is declared otherwise"),
            ("left over", KERNEL.replace("static int", "static inline int"),
             STARTER, (), "nobody uses twice"),
            ("a variable", KERNEL, STARTER + "int x;\n", ("twice",),
             "starter.c:15: neither a function"),
            ("no body", KERNEL.replace(")\n{", ") {"), STARTER, ("twice",),
             "no { in column 0")):
        result = spliced(kernel, starter, drop)
        if complaint not in result:
            raise Failure(f"{what}: it does not say `{complaint}`",
                          result.splitlines())


def compiled(host, lab, top):
    """=> what the compiler says of the files that the starter changes"""
    goals = [f"build/k/{path}.o" for path in lab.starter()
             if path.endswith(".c")]
    result = host.command(["make", "-s", "-C", top, "WERROR=1", *goals],
                          env=tree.environment(), limit=140)
    if result.status == 0 and not result.err:
        return []
    return [line.decode("utf-8", "replace")
            for line in result.err.splitlines()] or ["make fails"]


@test
def lab_trees(host):
    """Every lab is cut, compiles without a warning, and has no answer."""
    wrong = []
    for name in labs.names():
        try:
            lab = labs.Lab(name)
            top = os.path.join(host.new_directory(), name)
            labs.write(lab, top)
            found = [*tree.leaks(lab, top), *compiled(host, lab, top)]
            for mutant in lab.mutants():
                lab.caught(mutant)
                lab.mutant(mutant)
        except cut.Wrong as error:
            found = [str(error)]
        wrong += [f"{name}: {line}" for line in found]
    if wrong:
        raise Failure(f"{len(wrong)} lines of complaint", wrong)
    if not labs.names():
        raise Failure("there are no labs")
    return f"{len(labs.names())} labs"


@test
def lab_answers(host):
    """An answer in what is handed out is found, and so is a bad starter."""
    lab = labs.Lab(PROVED)
    top = os.path.join(host.new_directory(), "tree")
    labs.write(lab, top)
    _, body = max(lab.cut_bodies(), key=lambda pair: len(pair[1]))
    starter = cut.read(lab.path("starter.c"))
    line = max(tree.long_lines(body) - tree.long_lines(starter), key=len)
    for path in ("LAB.md", lab.files[0], "kernel/main.c"):
        before = host_read(top, path)
        labs.write_text(top, path, before + f"/* {line} */\n")
        if tree.leaks(lab, top) != [f"{path}: {line}"]:
            raise Failure(f"a line of the answer in {path} is not found")
        labs.write_text(top, path, before)
    path = lab.files[0]
    labs.write_text(top, path, host_read(top, path) + "static int unused;\n")
    if not compiled(host, lab, top):
        raise Failure("a starter with a warning is not found")


def host_read(top, path):
    return cut.read(os.path.join(top, path))


@test
def lab_tree(host):
    """What is handed out is built and boots, with all that it did not cut
    taken from this build."""
    lab = labs.Lab(PROVED)
    top = os.path.join(host.new_directory(), "tree")
    labs.write(lab, top)
    tree.give_objects(top)
    wrong = tree.built(top, lab.toml.get("boot", ""),
                       ("build/tine.elf", "build/initrd.cpio"))
    if wrong:
        raise Failure(wrong[0], wrong[1:])
    host.command([os.path.join(top, "tools", "grade"), "--help"]).expect(0)


@test
def lab_proved(host):
    """One lab's reference, its starter and one mutant get what they must."""
    result = host.command([host.path("tools", "labs", "prove.py"), "--quick",
                           PROVED], limit=LIMIT)
    if result.status != 0:
        result.fail(f"{PROVED} is not proved")
