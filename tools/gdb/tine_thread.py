"""tine thread, threads: a thread, or each of a process, with its backtrace."""

import gdb
import tine_kernel as kernel
import tine_stack as stack
import tine_view as view
from tine_kernel import Command


class OneThread(Command):
    """A thread: its state, what it does or waits for, and its backtrace.

    tine thread [TID|.]

    If it runs on another CPU, that is the one that gdb looks at from now on:
    `frame N`, `up` and `bt` are about this thread then. A PID means the
    process's first thread."""

    def run(self, argument):
        owner = kernel.named_thread(argument)
        cpu = running_on(owner)
        if cpu is not None and cpu != kernel.cpu_number():
            gdb.execute(f"thread {cpu + 1}", to_string=True)
            print(f"gdb looks at CPU {cpu} now")
        tell(owner)


class Threads(Command):
    """Each thread of a process, with its backtrace.

    tine threads [PID|.]

    gdb goes on looking at the same CPU."""

    def run(self, argument):
        process = kernel.named_thread(argument).process
        before = gdb.selected_thread(), gdb.selected_frame()
        for owner in process.threads():
            cpu = running_on(owner)
            if cpu is not None and cpu != kernel.cpu_number():
                gdb.execute(f"thread {cpu + 1}", to_string=True)
            try:
                tell(owner)
            except gdb.error as error:
                print(f"! {error}")
            finally:
                before[0].switch()
                before[1].select()


def running_on(owner):
    """The CPU that runs this thread, or None."""
    for number in range(int(kernel.symbol("cpu_count"))):
        here = kernel.current(number)
        if here is not None and here.where == owner.where:
            return number
    return None


def tell(owner):
    print(f"{owner}, {owner.state}: {view.doing(owner)}")
    stack.show(owner)


def register():
    OneThread("thread", gdb.COMMAND_STACK)
    Threads("threads", gdb.COMMAND_STACK)
