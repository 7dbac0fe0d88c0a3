"""The cutter: functions of C by their names, and files with other bodies.

Where a function's name and its last line are, Universal Ctags says. From the
name the rest follows by the form of this house: the return type stands above
the name, the head comment directly above that, and the body's `{` in column 0.
"""

import dataclasses
import json
import os
import re
import subprocess
import tempfile

CTAGS = ["ctags", "--options=NONE", "--language-force=C", "--kinds-C=fp",
         "-I", "OPTIONAL+,OPTIONAL_ENOSYS+", "--output-format=json",
         "--fields=+ne", "-o", "-"]
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


class Wrong(Exception):
    """What a lab asks for cannot be done: its text and the kernel's differ."""


@dataclasses.dataclass
class Function:
    """Lines of a text, from 0: head comment, declaration, body."""

    name: str
    head: int       # the first line of the comment above it, or decl
    decl: int
    open: int       # the line of the body's {
    end: int        # behind the last line


def without_comments(text):
    """The same lines, with nothing where comments were."""
    return COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)


def tags(text, path):
    """=> what ctags finds, as dictionaries"""
    with tempfile.NamedTemporaryFile("w", suffix=".c",
                                     encoding="utf-8") as file:
        file.write(text)
        file.flush()
        try:
            result = subprocess.run([*CTAGS, file.name], check=True, text=True,
                                    stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE)
        except FileNotFoundError:
            raise Wrong("there is no ctags: tools/setup labs") from None
        except subprocess.CalledProcessError as error:
            raise Wrong(f"{path}: ctags: {error.stderr.strip()} (Universal "
                        "Ctags is needed: tools/setup labs)") from None
    return [json.loads(line) for line in result.stdout.splitlines()]


def declaration(lines, at):
    """=> the first line of the declaration whose name is in line `at`"""
    while at > 0 and lines[at - 1].strip() and not \
            lines[at - 1].rstrip().endswith(("}", ";", "*/", "\\")) and not \
            lines[at - 1].startswith("#"):
        at -= 1
    return at


def comment_above(lines, at):
    """=> the first line of a comment that ends above line `at`, or `at`"""
    if at == 0 or not lines[at - 1].rstrip().endswith("*/"):
        return at
    first = at - 1
    while first > 0 and not lines[first].startswith("/*"):
        first -= 1
    return first


def functions(text, path):
    """=> name: Function, in the order of the text"""
    lines = text.splitlines()
    found = {}
    for tag in sorted(tags(text, path), key=lambda tag: tag["line"]):
        if tag["kind"] != "function":
            continue
        name, at = tag["name"], tag["line"] - 1
        decl = declaration(lines, at)
        brace = at
        while brace < len(lines) and lines[brace] != "{":
            brace += 1
        if name in found:
            raise Wrong(f"{path}: two functions {name}")
        if brace >= tag.get("end", 0):
            raise Wrong(f"{path}: the body of {name} has no {{ in column 0")
        found[name] = Function(name, comment_above(lines, decl), decl, brace,
                               tag["end"])
    return found


def prototypes(text, path):
    """=> name: [(first line, line behind the last)], with the comment above
    if that is of no other prototype below"""
    lines = text.splitlines()
    found = {}
    for tag in tags(text, path):
        if tag["kind"] == "prototype":
            end = tag["line"] - 1
            while not lines[end].rstrip().endswith(";"):
                end += 1
            first = declaration(lines, tag["line"] - 1)
            if end + 1 == len(lines) or not lines[end + 1].strip():
                first = comment_above(lines, first)
            found.setdefault(tag["name"], []).append((first, end + 1))
    return found


def signature(lines, function):
    return " ".join(" ".join(lines[function.decl:function.open]).split())


class Source:
    """Function definitions by name, as a starter or a mutant gives them."""

    def __init__(self, text, path):
        self.path = path
        self.lines = text.splitlines()
        self.functions = functions(text, path)
        bare = without_comments(text).splitlines()
        for function in self.functions.values():
            bare[function.decl:function.end] = \
                [""] * (function.end - function.decl)
        for number, line in enumerate(bare, 1):
            if line.strip():
                raise Wrong(f"{path}:{number}: neither a function nor a "
                            f"comment: {line}")

    def head(self, function):
        return self.lines[function.head:function.decl]

    def whole(self, function):
        return self.lines[function.head:function.end] + [""]


class File:
    """A file of the kernel, with its functions."""

    def __init__(self, text, path):
        self.path = path
        self.lines = text.splitlines()
        self.functions = functions(text, path)
        self.changes = []       # (first line, line behind the last, new lines)

    def replace(self, source, new, helpers):
        """Give a function the body that `source` has for it."""
        old = self.functions[new.name]
        if signature(self.lines, old) != signature(source.lines, new):
            raise Wrong(
                f"{source.path}: {new.name} is declared otherwise than in "
                f"{self.path}: `{signature(source.lines, new)}` there is "
                f"`{signature(self.lines, old)}`")
        before = [line for helper in helpers for line in source.whole(helper)]
        head = source.head(new) or self.lines[old.head:old.decl]
        self.changes.append((old.head, old.open, [
            *before, *head, *self.lines[old.decl:old.open]]))
        self.changes.append((old.open, old.end,
                             source.lines[new.open:new.end]))

    def drop(self, name):
        """Take a function out, with its head comment and prototypes."""
        old = self.functions[name]
        text = "\n".join(self.lines)
        for first, end in [(old.head, old.end),
                           *prototypes(text, self.path).get(name, ())]:
            blank = end < len(self.lines) and not self.lines[end].strip() \
                and (first == 0 or not self.lines[first - 1].strip())
            self.changes.append((first, end + blank, []))

    def set_head(self, text):
        """Replace the comment that the file begins with."""
        end = 0
        while not self.lines[end].rstrip().endswith("*/"):
            end += 1
        text = text.strip()
        new = text.splitlines() if text.startswith("/*") else [
            "/*", *[f" * {line}".rstrip() for line in text.splitlines()],
            " */"]
        self.changes.append((0, end + 1, new))

    def text(self):
        lines = list(self.lines)
        for first, end, new in sorted(self.changes, reverse=True):
            lines[first:end] = new
        result = "\n".join(lines).rstrip("\n") + "\n"
        self.check(result)
        return result

    def check(self, text):
        """What no compiler says of an inline function: nobody uses it. In a
        header it is for others."""
        if self.path.endswith(".h"):
            return
        bare = without_comments(text)
        lines = text.splitlines()
        declared = prototypes(text, self.path)
        for name, function in functions(text, self.path).items():
            count = 1 + len(declared.get(name, ()))
            if "static" in signature(lines, function).split() and \
                    len(re.findall(rf"\b{name}\b", bare)) == count:
                raise Wrong(f"{self.path}: nobody uses {name} in what is left:"
                            " should it be dropped?")


def owner(files, name, path):
    """=> the File that defines the function, or None"""
    found = [file for file in files if name in file.functions]
    if len(found) > 1:
        raise Wrong(f"{path}: {name} is in {found[0].path} and in "
                    f"{found[1].path}")
    return found[0] if found else None


def splice(texts, source, drop=(), heads=None):
    """New texts of files (path: text), with the bodies of a Source.

    A function of the source that no file has is a helper of the one that
    follows it, and is put before that one.
    """
    files = {path: File(text, path) for path, text in texts.items()}
    helpers = []
    for function in source.functions.values():
        file = owner(files.values(), function.name, source.path)
        if file is None:
            helpers.append(function)
            continue
        file.replace(source, function, helpers)
        helpers = []
    if helpers:
        raise Wrong(f"{source.path}: {helpers[0].name}: no such function in "
                    + ", ".join(files))
    for name in drop:
        file = owner(files.values(), name, source.path)
        if file is None:
            raise Wrong(f"drop: {name}: no such function in "
                        + ", ".join(files))
        if name in source.functions:
            raise Wrong(f"drop: {name} is in {source.path} too")
        file.drop(name)
    for path, text in (heads or {}).items():
        if path not in files:
            raise Wrong(f"head: {path} is none of the lab's files")
        files[path].set_head(text)
    return {path: file.text() for path, file in files.items()}


def cut_bodies(texts, source, drop=()):
    """=> (path, text) of each body that a splice takes away"""
    for path, text in texts.items():
        lines = text.splitlines()
        for name, function in functions(text, path).items():
            if name in source.functions or name in drop:
                yield path, "\n".join(lines[function.open:function.end])


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise Wrong(f"{os.path.relpath(path)}: {error.strerror}") from None
