/*
 * pidfdspec.h: clone3 and descriptors of processes, by system calls alone.
 */
#pragma once

#include "pollspec.h"

#include <fcntl.h>
#include <sched.h>

#include "abi/sched.h"

enum {
    CALL_pidfd_send_signal = 424, CALL_pidfd_open = 434, CALL_clone3 = 435,
    CALL_pidfd_getfd = 438, CALL_execveat = 322, PIDFD = 3, /* waitid's kind */
};

#define ENDS .exit_signal = SIGCHLD

static siginfo_t waited;

/* => as fork */
static inline long
clone3(const struct clone3_args *args)
{
    return raw(CALL_clone3, P(args), sizeof(*args), 0, 0);
}

static inline long
pidfd_of(pid_t pid, unsigned flags)
{
    return raw(CALL_pidfd_open, pid, flags, 0, 0);
}

static inline long
pidfd_signal(long fd, int signal, const void *info)
{
    return raw(CALL_pidfd_send_signal, fd, signal, P(info), 0);
}

static inline long
pidfd_get(long pidfd, int fd, unsigned flags)
{
    return raw(CALL_pidfd_getfd, pidfd, fd, flags, 0);
}

/* waitid of a descriptor, into `waited`. */
static inline long
pidfd_wait(long fd, int options)
{
    const long arg[6] = { PIDFD, fd, P(&waited), options, 0, 0 };

    memset(&waited, 0xa5, sizeof(waited));
    return raw_v(NR_waitid, arg);
}

/* A child that waits for a signal. */
static inline pid_t
sleeper(void)
{
    pid_t pid = must_fork();

    while (pid == 0) {
        pause();
    }
    return pid;
}
