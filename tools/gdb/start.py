"""What `gdb -x tools/gdb/start.py` loads: the commands of `help tine`.

Every tine_*.py in this folder is a module. Those that have commands or
printers define register(), which is called once, in the order of the names.
"""

import glob
import importlib
import os
import sys
import traceback

import gdb

HERE = os.path.dirname(os.path.realpath(__file__))


class Tine(gdb.Command):
    """Look at Tine's processes, page tables and files, and run its programs.

    A PID may be `.`, the thread that runs, or the tid of another one. `help
    tine NAME` tells about one command."""

    def __init__(self):
        super().__init__("tine", gdb.COMMAND_USER, gdb.COMPLETE_COMMAND, True)


def start():
    if HERE not in sys.path:
        sys.path.insert(0, HERE)
    sys.dont_write_bytecode = True
    Tine()
    for path in sorted(glob.glob(os.path.join(HERE, "tine_*.py"))):
        name = os.path.splitext(os.path.basename(path))[0]
        register = getattr(importlib.import_module(name), "register", None)
        if register is not None:
            register()
    importlib.import_module("tine_session").start()


try:
    start()
except Exception:
    traceback.print_exc()
    if "TINE_GDB" in os.environ:
        gdb.execute("quit 1")   # nothing of a session would work
