/*
 * The system call dispatcher.  Number in rax, arguments in rdi rsi rdx r10 r8
 * r9, result in rax: 0 or more, or a negative errno (System V ABI, A.2.1).
 */
#include "abi/errno.h"

#include "core/hooks.h"
#include "core/panic.h"

#include "arch/percpu.h"
#include "arch/trap.h"
#include "arch/upcalls.h"

#include "sys/sys.h"

void (*syscall_hook)(void);

void
on_syscall(struct trapframe *frame)
{
    u32 number = (u32)frame->rax; /* as Linux, the low half counts */
    long result = -ENOSYS;

    if (number < SYSCALL_COUNT && syscall_table[number] != NULL) {
        result = syscall_table[number](frame->rdi, frame->rsi, frame->rdx,
                                       frame->r10, frame->r8, frame->r9);
    }
    frame->rax = (u64)result;
    assert(this_cpu()->rank == 0);
    if (syscall_hook != NULL) {
        syscall_hook();
    }
}
