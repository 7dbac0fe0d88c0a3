/*
 * Work that an interrupt handler cannot do, because it needs locks that are
 * taken with interrupts on: it is done before this CPU next returns to user
 * mode, or idles.
 */
#pragma once

#include "core/types.h"

struct deferred {
    void (*run)(void);     /* interrupts on, no lock held; must not sleep */
    struct deferred *next;
    bool queued;
};

/* Ask for work->run() soon; asking again before it runs changes nothing.
 * => any context */
void deferred_add(struct deferred *work);

/* Do what was asked for.
 * => interrupts on, no lock held; called when WORK_DEFERRED is set */
void deferred_run(void);
