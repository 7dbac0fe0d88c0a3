/*
 * What arch calls upward: declared here, defined above.
 */
#pragma once

#include "core/types.h"

struct trapframe;

/* A page fault at addr, from either mode, with the hardware's error code.
 * => interrupts on
 * => whether it was served; if not, a fault in the kernel is a user copy's
 *    failure or a panic, one in user mode has been turned into a signal */
bool on_page_fault(struct trapframe *frame, vaddr_t addr, u64 error);

/* Another exception in user mode.  => interrupts on */
void on_exception(struct trapframe *frame);

/* A system call: number and arguments in frame, result into frame->rax.
 * => interrupts on */
void on_syscall(struct trapframe *frame);

/* The timer.  => interrupts off */
void on_tick(bool from_user);

/* This CPU's work word is not zero, and it is about to return to user mode.
 * => interrupts on; called again while the word is not zero */
void on_user_return(struct trapframe *frame);
