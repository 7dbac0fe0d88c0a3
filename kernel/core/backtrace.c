/*
 * The calls that led to a panic, by name.
 */
#include "core/memlayout.h"
#include "core/panic.h"
#include "core/printk.h"

#define FRAMES_SHOWN 24

/* Made by the build from the first link (tools/symbols). */
extern const u32 symbol_count;
extern const u64 symbol_addrs[];
extern const u32 symbol_name_offsets[];
extern const char symbol_names[];
extern const char text_end[];

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

void
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
