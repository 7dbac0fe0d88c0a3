/*
 * The tables of system calls, all from syscalls.def.
 */
#include "sys/sys.h"

const syscall_fn syscall_table[SYSCALL_COUNT] = {
#define SYSCALL(number, name, nargs, formats)                              \
    [number] = (syscall_fn)(void *)sys_##name,
#include "sys/syscalls.def"
#undef SYSCALL
};

const char *const syscall_names[SYSCALL_COUNT] = {
#define SYSCALL(number, name, nargs, formats) [number] = #name,
#include "sys/syscalls.def"
#undef SYSCALL
};

const char *const syscall_formats[SYSCALL_COUNT] = {
#define SYSCALL(number, name, nargs, formats) [number] = formats,
#include "sys/syscalls.def"
#undef SYSCALL
};

/* Linux has fewer than 500 calls; ours begin at 1024. */
_Static_assert(SYSCALL_COUNT <= 1100, "the table stays small");
