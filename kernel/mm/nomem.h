/*
 * Allocations that fail on purpose: the Nth one of a thread, so that tests can
 * take every "no memory" path (debug/README.md: nomem=).
 */
#pragma once

#include "core/types.h"

#include "arch/percpu.h"

struct nomem {
    u64 next;   /* the number of the allocation that is to fail; 0: off */
    u64 step;   /* from it to the next one that fails; 0: there is none */
    u64 passed; /* allocations since it was turned on, failed ones too */
};

/* The value in a new thread: set once, by the boot word nomem=N. */
extern struct nomem nomem_default;

/* Count one allocation.  => next is not 0
 * => whether the allocation is to fail */
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
