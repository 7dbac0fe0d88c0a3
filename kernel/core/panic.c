/*
 * Panic: print what broke, where, and the calls that led there.
 */
#include "core/hostlink.h"
#include "core/memlayout.h"
#include "core/optional.h"
#include "core/panic.h"
#include "core/printk.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

#define FRAMES_SHOWN 24

OPTIONAL(cpu_stop_others)

/* Made by the build from the first link (tools/symbols). */
extern const u32 symbol_count;
extern const u64 symbol_addrs[];
extern const u32 symbol_name_offsets[];
extern const char symbol_names[];
extern const char text_end[];

int panicking;

const char *
symbol_at(u64 address, u64 *offset)
{
    u32 after = 0; /* index of the first symbol above the address */

    while (after < symbol_count && symbol_addrs[after] <= address) {
        after++;
    }
    if (after == 0 || address >= (u64)text_end) {
        return NULL;
    }
    *offset = address - symbol_addrs[after - 1];
    return symbol_names + symbol_name_offsets[after - 1];
}

static void
backtrace(u64 rbp)
{
    for (int i = 0; i < FRAMES_SHOWN; i++) {
        u64 offset;
        if (rbp < DIRECT_MAP || (rbp & 7) != 0) {
            return;
        }
        u64 address = ((const u64 *)rbp)[1];
        const char *name = symbol_at(address - 1, &offset);
        if (name == NULL) {
            return;
        }
        printk("  %016lx %s+%#lx\n", address, name, offset + 1);
        rbp = ((const u64 *)rbp)[0];
    }
}

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
