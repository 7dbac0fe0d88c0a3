/*
 * What arch calls upward: declared here, defined above.
 */
#pragma once

#include "core/types.h"

struct trapframe;

/* A page fault at addr in user mode, with the hardware's error code: serve it,
 * or turn it into a signal.  => interrupts on */
void on_user_fault(vaddr_t addr, u64 error);

/* The same in the kernel, in a copy to or from user memory.
 * => interrupts on
 * => whether it was served; if not, the copy ends */
bool on_kernel_fault(vaddr_t addr, u64 error);

/* Another exception in user mode.  => interrupts on */
void on_exception(struct trapframe *frame);

/* entry.S itself calls syscall_table[number], or sys_enosys if the number is
 * syscall_count or more (sys/sys.h), with interrupts on.  It also calls
 * on_start (proc/sched.c), where a new thread begins. */

/* The end of a system call when the work word is not 0, or a lock is held.
 * => interrupts on */
void on_syscall_work(void);

/* The time given to apic_timer_set has come, or almost.
 * => interrupts off */
void on_timer(bool from_user);

/* This CPU is about to return to user mode, and its work word is not 0 or the
 * frame is of a call that may have to be made again.
 * => interrupts on; called again while the word is not zero */
void on_user_return(struct trapframe *frame);
