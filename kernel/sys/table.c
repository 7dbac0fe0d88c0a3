/*
 * The tables of system calls, all from syscalls.def.
 */
#include "abi/errno.h"

#include "sys/sys.h"

/* The holes come first, and the calls that there are replace them: so the path
 * of a call has no test for a hole. */
#pragma GCC diagnostic ignored "-Woverride-init"

const syscall_fn syscall_table[SYSCALL_COUNT] = {
    [0 ... SYSCALL_COUNT - 1] = (syscall_fn)(void *)sys_enosys,
#define SYSCALL(number, name, nargs, formats)                              \
    [number] = (syscall_fn)(void *)sys_##name,
#include "abi/syscalls.def"
#undef SYSCALL
};

const u32 syscall_count = SYSCALL_COUNT;

long
sys_enosys(void)
{
    return -ENOSYS;
}

const char *const syscall_names[SYSCALL_COUNT] = {
#define SYSCALL(number, name, nargs, formats) [number] = #name,
#include "abi/syscalls.def"
#undef SYSCALL
};

const char *const syscall_formats[SYSCALL_COUNT] = {
#define SYSCALL(number, name, nargs, formats) [number] = formats,
#include "abi/syscalls.def"
#undef SYSCALL
};

/* Linux has fewer than 500 calls; ours begin at 1024. */
_Static_assert(SYSCALL_COUNT <= 1100, "the table stays small");
