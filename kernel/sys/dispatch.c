/*
 * The end of a system call.  The beginning is in entry.S, which finds the
 * function in the table of table.c: number in rax, arguments in rdi rsi rdx r10
 * r8 r9, result in rax: 0 or more, or a negative errno (System V ABI, A.2.1).
 */
#include "core/hooks.h"
#include "core/panic.h"

#include "arch/percpu.h"
#include "arch/upcalls.h"

static void (*syscall_hook)(void);

void
syscall_set_hook(void (*hook)(void))
{
    syscall_hook = hook;
    work_always |= WORK_HOOK;
    cpu_add_work(WORK_HOOK); /* others: with their next tick */
}

void
on_syscall_work(void)
{
    assert(this_cpu()->rank == 0);
    if (this_cpu()->work & WORK_HOOK) {
        syscall_hook();
    }
}
