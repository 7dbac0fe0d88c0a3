/*
 * Signal frames: from what a program does to a handler, and back (sigframe.c,
 * which is optional: without it, all fail with -ENOSYS).
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

struct trapframe;

/* Make the frame that of a handler's first instruction, which will return by
 * rt_sigreturn(2) to what the frame is now, with this mask (sigframe.c).
 * => process context, no lock held
 * => 0; -EFAULT: it cannot be written, and the frame is as it was; -ENOSYS */
int sigframe_push(struct trapframe *frame, const siginfo_t *info,
                  const struct kernel_sigaction *action, sigset_t mask)
    __must_check;

/* The handler has returned: make the frame again what it was.
 * => 0; -EFAULT: the program's frame is bad; -ENOSYS */
int sigframe_pop(struct trapframe *frame) __must_check;

/* sigaltstack(2); new may be NULL.
 * => 0; -EPERM: the stack is in use; -EINVAL: flags; -ENOMEM: it is too small;
 *    -ENOSYS */
int sigframe_set_altstack(const stack_t *new, stack_t *old) __must_check;

/* => -ENOSYS: there is no sigframe.c, so no handler */
int sigframe_exists(void) __must_check;
