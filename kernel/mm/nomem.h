/*
 * Want of memory on purpose: a thread's allocations fail by number, so that
 * every "no memory" path can be taken (debug/README.md: nomem=).
 */
#pragma once

#include "core/types.h"

#include "arch/percpu.h"

struct nomem {
    u64 next;   /* the number of that which is to fail; 0: none is (off) */
    u64 step;   /* from there to the one after; 0: there is none */
    u64 passed; /* allocations from then until off, failed ones too */
};

/* What new threads start with: set once, by the boot word nomem=N. */
extern struct nomem nomem_default;

/* Whether the allocation that is to be counted now is to fail.
 * => it is not off */
bool nomem_count(struct nomem *nomem);

/* Count one allocation by the running thread.
 * => not in an interrupt handler
 * => whether it is to fail */
static inline bool
nomem_fails(void)
{
    struct nomem *nomem = this_cpu()->nomem;

    return nomem != NULL && nomem_count(nomem);
}
