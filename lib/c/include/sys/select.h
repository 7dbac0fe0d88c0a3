#pragma once

/* Waiting until a descriptor of a set is ready. */

#include <signal.h>

#include "abi/time.h"

#define FD_SETSIZE 1024

typedef struct {
    unsigned long bits[FD_SETSIZE / 64];
} fd_set;

#define FD_ZERO(set) ((void)(*(set) = (fd_set){ { 0 } }))
#define FD_SET(fd, set) ((void)((set)->bits[(fd) / 64] |= 1UL << (fd) % 64))
#define FD_CLR(fd, set) ((void)((set)->bits[(fd) / 64] &= ~(1UL << (fd) % 64)))
#define FD_ISSET(fd, set) ((int)((set)->bits[(fd) / 64] >> (fd) % 64 & 1))

int select(int count, fd_set *in, fd_set *out, fd_set *except,
           struct timeval *timeout);
int pselect(int count, fd_set *in, fd_set *out, fd_set *except,
            const struct timespec *timeout, const sigset_t *mask);
