/*
 * Want of memory on purpose: a process's allocations fail by number, so that
 * every "no memory" path can be taken.
 *
 * A process starts with what the boot word nomem= says (a program's own choice
 * through /proc/tine/nomem is not inherited).  Exempt are the kernel's own work
 * at boot, pid 1 and its children: somebody has to tell how it went.
 */
#pragma once

#include "core/types.h"

struct nomem {
    enum {
        NOMEM_OFF,
        NOMEM_ONCE,  /* allocation n fails, and only that */
        NOMEM_FROM,  /* allocation n fails, and all after it */
        NOMEM_EVERY, /* allocations n, 2n, 3n, ... fail */
    } mode;
    u64 n;
    u64 passed; /* allocations since the mode was set, failed ones too */
};

/* What new processes start with: set once, by the boot word nomem=N. */
extern struct nomem nomem_default;

/* Count one allocation by the running process.
 * => any context
 * => whether it is to fail */
bool nomem_fails(void);
