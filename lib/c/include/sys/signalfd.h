#pragma once

/* Signals to read. */

#include <signal.h>

#include "abi/signalfd.h"

int signalfd(int fd, const sigset_t *set, int flags);
