"""The optional parts of the kernel, as tools/optional.txt lists them."""

import os
import re


def parts(tree):
    """=> {name: paths below tree}, with those of the parts built on it"""
    own, above = {}, {}
    with open(os.path.join(tree, "tools", "optional.txt"),
              encoding="utf-8") as file:
        for line in file:
            name, colon, words = line.partition(":")
            if not line.startswith("#") and colon:
                own[name] = [word for word in words.split() if word[0] != "+"]
                above[name] = [word[1:] for word in words.split()
                               if word[0] == "+"]
    return {name: [path for part in (name, *above[name])
                   for path in own[part]] for name in own}


def without(tree, paths):
    """=> these paths, and the headers that nobody includes without them"""
    included = {}
    for top in ("boot", "kernel", "lib/common"):
        for folder, _, names in os.walk(os.path.join(tree, top)):
            for name in names:
                path = os.path.join(folder, name)
                if name.endswith((".c", ".h", ".S")):
                    with open(path, encoding="utf-8") as file:
                        included[os.path.relpath(path, tree)] = {
                            "kernel/" + header for header in re.findall(
                                r'^#include "(.*)"', file.read(), re.M)}
    gone = set(paths)
    while True:
        needed = set().union(*(headers for path, headers in included.items()
                               if path not in gone))
        more = {path for path in included if path.startswith("kernel/")
                and path.endswith(".h") and path not in needed | gone}
        if not more:
            return sorted(gone)
        gone |= more
