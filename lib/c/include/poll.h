#pragma once

/* Waiting until a descriptor is ready. */

#include <signal.h>

#include "abi/poll.h"
#include "abi/time.h"

int poll(struct pollfd *fds, nfds_t count, int timeout);
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
          const sigset_t *mask);
