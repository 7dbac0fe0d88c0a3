/*
 * The tables of system calls, all from syscalls.def, and a call's end.  Its
 * beginning is in entry.S, which finds the function in syscall_table: number in
 * rax, arguments in rdi rsi rdx r10 r8 r9, result in rax: 0 or more, or a
 * negative errno (System V ABI, A.2.1).
 */
#include "abi/errno.h"

#include "core/panic.h"

#include "arch/percpu.h"
#include "arch/upcalls.h"

#include "sys/sys.h"

SYS_FORWARD(sys_enosys, (void), -ENOSYS)

/* A call whose file is not linked is sys_enosys. */
#define SYSCALL(number, name, nargs, formats)                              \
    __asm__(".weak sys_" #name "\n.set sys_" #name ", sys_enosys");
#include "abi/syscalls.def"
#undef SYSCALL

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
    cpu_add_work(WORK_HOOK); /* others: when they next leave their idle loop */
}

void
on_syscall_work(void)
{
    assert(this_cpu()->rank == 0);
    if (this_cpu()->work & WORK_HOOK) {
        syscall_hook();
    }
}
