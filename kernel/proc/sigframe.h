/*
 * Signal frames: what only optional files use.  Without sigframe.c, all fail
 * with -ENOSYS.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

struct trapframe;

/* What a program reads and writes of a signal: `more` is 0. */
struct user_siginfo {
    siginfo_t info;
    u64 more[10];
};

/* The handler has returned: make the frame again what it was.
 * => 0; -EFAULT: the program's frame is bad; -ENOSYS */
int sigframe_pop(struct trapframe *frame) __must_check;

/* sigaltstack(2); new may be NULL.
 * => 0; -EPERM: the stack is in use; -EINVAL: flags; -ENOMEM: it is too small;
 *    -ENOSYS */
int sigframe_set_altstack(const stack_t *new, stack_t *old) __must_check;
