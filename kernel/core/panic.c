/*
 * Panic: print what broke and where.
 */
#include "core/hostlink.h"
#include "core/optional.h"
#include "core/panic.h"
#include "core/printk.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

OPTIONAL(cpu_stop_others) OPTIONAL(backtrace)

int panicking;

void
panic_begin(void)
{
    cpu_interrupts_off();
    int nobody = 0;
    if (!__atomic_compare_exchange_n(&panicking, &nobody, 1 + this_cpu()->id,
                                     false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST)) {
        if (nobody == 1 + this_cpu()->id) {
            machine_fail(); /* a fault during the panic: print no more */
        }
        cpu_halt(); /* another CPU panics already: it alone prints */
    }
    cpu_stop_others();
}

void
panic_at(const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    if (panicking != 1 + this_cpu()->id) {
        panic_begin();
    }
    printk("BUG: panic at %s:%d: ", file, line);
    va_start(ap, fmt);
    log_vwrite(HOST_PANIC, fmt, ap);
    va_end(ap);
    printk("\n");
    panic_end((u64)__builtin_frame_address(0));
}

void
panic_end(u64 rbp)
{
    printk("on CPU %d, pid %d\n", this_cpu()->id, this_cpu()->pid);
    backtrace(rbp);
    if (!host_present) { /* else tools/run prints it, with the command */
        printk("see it in gdb: make gdb, and do the same again\n");
    }
    machine_fail();
}
