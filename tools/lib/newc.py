"""The cpio newc archive that carries a command and its files to the guest."""

import os

STICKY_DIRECTORIES = {"tmp"}


def entry(number, name, mode, data=b""):
    """One archive member; number is its inode, unique in the archive."""
    name = os.fsencode(name) + b"\0"
    links = 2 if mode & 0o170000 == 0o040000 else 1
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return padded(head) + padded(data)


def padded(data):
    return data + bytes(-len(data) % 4)


def archive(files):
    """files: (path in the guest, mode, bytes), in order; parents are made."""
    members = []
    made = set()
    for path, mode, data in files:
        parts = [part for part in path.split("/") if part not in ("", ".")]
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            if parent not in made:
                made.add(parent)
                rights = 0o1777 if parent in STICKY_DIRECTORIES else 0o755
                members.append((parent, 0o040000 | rights, b""))
        members.append(("/".join(parts), 0o100000 | mode & 0o7777, data))
    members.append(("TRAILER!!!", 0, b""))
    return b"".join(entry(1 + i, *member) for i, member in enumerate(members))
