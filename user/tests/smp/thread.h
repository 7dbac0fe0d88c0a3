/*
 * thread.h: threads as far as these tests need them: processes that share
 * memory, directory and descriptors with their maker. Each has its own stack,
 * and its maker waits for it as for a child.
 *
 * The C library has one errno: threads make system calls through raw.h.
 */
#pragma once

#include "smp.h"
#include <sched.h>

enum { THREADS = 8, THREAD_STACK = 32768 };

static char thread_stacks[THREADS][THREAD_STACK] __attribute__((aligned(16)));

/* Thread `slot` calls body(arg) and exits with what it returns; => its pid.
 * Only one thread at a time may use a slot. */
static inline pid_t
thread_start(int slot, int (*body)(void *), void *arg)
{
    pid_t pid = clone(body, thread_stacks[slot] + THREAD_STACK,
        CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, arg);
    if (pid < 0) {
        perror("clone");
        exit(99);
    }
    return pid;
}

/* fork by a thread, which has no errno; => as the system call */
static inline pid_t
thread_fork(void)
{
    return (pid_t)raw(NR_fork, 0, 0, 0, 0);
}

/* The number of a thread, as its argument. */
#define NUMBER(arg) ((int)(long)(arg))
#define ARG(number) ((void *)(long)(number))
