/*
 * What arch calls upward: declared here, defined above.
 */
#pragma once

#include "core/types.h"

struct trapframe;

/* A page fault at addr in user mode, with the hardware's error code: it is
 * served, or turned into a signal.  => interrupts on */
void on_user_fault(vaddr_t addr, u64 error);

/* The same in the kernel, in a copy to or from user memory.
 * => interrupts on
 * => whether it was served; if not, the copy ends */
bool on_kernel_fault(vaddr_t addr, u64 error);

/* Another exception in user mode.  => interrupts on */
void on_exception(struct trapframe *frame);

/* entry.S itself calls syscall_table[number], or sys_enosys if the number is
 * syscall_count or more (sys/sys.h), with interrupts on; and on_start
 * (proc/sched.c), where begins what has just been made. */

/* The end of a system call where the work word is not zero, or a lock is held.
 * => interrupts on */
void on_syscall_work(void);

/* The time has come that apic_timer_set was given, or almost.
 * => interrupts off */
void on_timer(bool from_user);

/* This CPU's work word is not zero, and it is about to return to user mode,
 * or the frame is of a call that may have to be made again.
 * => interrupts on; called again while the word is not zero */
void on_user_return(struct trapframe *frame);
