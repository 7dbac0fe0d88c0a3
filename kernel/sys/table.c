/*
 * The tables of system calls, all made from syscalls.def, and the work at a
 * call's end.  Entry.S calls the function that syscall_table has for the number
 * in rax.  Arguments are in rdi rsi rdx r10 r8 r9; the result is in rax: 0 or
 * more, or a negative errno (System V ABI, A.2.1).
 */
#include "abi/errno.h"

#include "core/panic.h"

#include "arch/percpu.h"
#include "arch/upcalls.h"

#include "sys/sys.h"

SYS_FORWARD(sys_enosys, (void), -ENOSYS)

/* The function of a call whose file is not linked is sys_enosys. */
#define SYSCALL(number, name, nargs, formats)                              \
    __asm__(".weak sys_" #name "\n.set sys_" #name ", sys_enosys");
#include "abi/syscalls.def"
#undef SYSCALL

/* First all slots get sys_enosys, then those of existing calls are replaced: so
 * entry.S need not test for an empty slot. */
#pragma GCC diagnostic ignored "-Woverride-init"

const syscall_fn syscall_table[SYSCALL_COUNT] = {
    [0 ... SYSCALL_COUNT - 1] = (syscall_fn)(void *)sys_enosys,
#define SYSCALL(number, name, nargs, formats)                              \
    [number] = (syscall_fn)(void *)sys_##name,
#include "abi/syscalls.def"
#undef SYSCALL
};

const u32 syscall_count = SYSCALL_COUNT;

const struct syscall_text syscall_texts[SYSCALL_COUNT] = {
#define SYSCALL(number, name, nargs, formats) [number] = {#name, formats},
#include "abi/syscalls.def"
#undef SYSCALL
};

/* Linux has fewer than 500 calls; 500 to 509 are for courses. */
_Static_assert(SYSCALL_COUNT <= 1100, "the table stays small");

static void (*syscall_hook)(void);

void
syscall_set_hook(void (*hook)(void))
{
    syscall_hook = hook;
    work_always |= WORK_HOOK;
    cpu_add_work(WORK_HOOK); /* other CPUs: when they leave the idle loop */
}

void
on_syscall_work(void)
{
    assert(this_cpu()->rank == 0);
    span_leave();
    if (this_cpu()->work & WORK_HOOK) {
        syscall_hook();
    }
}
