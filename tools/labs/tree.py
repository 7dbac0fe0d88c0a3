"""What is looked at in a tree that students start from."""

import os
import shutil
import subprocess

import cut
import lab as labs

LONG = 25       # characters of a line that nobody writes by chance
BUILD = 1800    # seconds, on a machine that is busy
BOOT = 60
# What a build leaves that holds for another tree with the same programs.
OBJECTS = ("k", "u", "user", "libc.a", "flags", "files", "initrd.cpio")


def environment(**more):
    """Ours, without what a make that started us has put in it."""
    return {**{key: value for key, value in os.environ.items()
               if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}, **more}


def give_objects(top):
    """What need not be built again, as its sources are the same."""
    for name in OBJECTS:
        source = os.path.join(labs.TREE, "build", name)
        target = os.path.join(top, "build", name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        copy = shutil.copytree if os.path.isdir(source) else shutil.copy2
        copy(source, target)


def replace(top, texts):
    for path, text in texts.items():
        labs.write_text(top, path, text)


def built(top, words="", goals=("all",)):
    """Build it and boot it, with boot words.  => what is wrong"""
    make = subprocess.run(
        ["make", "-s", "WERROR=1", *goals], cwd=top, timeout=BUILD, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment())
    if make.returncode != 0 or make.stderr:
        return ["it does not build in silence", *make.stderr.splitlines()[:30]]
    boot = subprocess.run(
        [os.path.join(top, "tools", "run"), "--append", words, "--", "echo",
         "up"], timeout=BOOT, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment())
    if boot.returncode != 0 or boot.stdout != "up\n":
        return ["it does not boot", *boot.stdout.splitlines()[-30:]]
    return []


def files_below(top):
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders
                      if name not in (".git", "build", "__pycache__")]
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                yield os.path.relpath(path, top)


def long_lines(text):
    return {line.strip() for line in text.splitlines()
            if len(line.strip()) >= LONG}


def reference_rest(lab):
    """=> {path: text}: the lab's files without the cut bodies"""
    texts = dict(lab.reference())
    for path, body in lab.cut_bodies():
        texts[path] = texts[path].replace(body, "")
    return texts


def leaks(lab, top):
    """=> each place in the tree with a line that a student has to write.
    Code that is not cut may have the same line by its own right: as often as
    in the reference, and only in sources. So may the starter."""
    secret = set()
    for _, body in lab.cut_bodies():
        secret |= long_lines(body)
    secret -= long_lines(cut.read(lab.path("starter.c")))
    if not secret:
        return ["no line of what is cut is long enough to be found"]
    rest = reference_rest(lab)
    wrong = []
    for path in files_below(top):
        with open(os.path.join(top, path), encoding="utf-8",
                  errors="replace") as file:
            text = file.read()
        right = ""
        if path.endswith((".c", ".h", ".S")):
            own = os.path.join(lab.tree, path)
            right = rest[path] if path in rest else \
                cut.read(own) if os.path.exists(own) else ""
        wrong += [f"{path}: {line}" for line in sorted(secret)
                  if text.count(line) > right.count(line)]
    count = subprocess.run(["git", "rev-list", "--all", "--count"], cwd=top,
                           stdout=subprocess.PIPE, text=True, check=True)
    if count.stdout.strip() != "1":
        wrong.append(f"{count.stdout.strip()} commits")
    return wrong
