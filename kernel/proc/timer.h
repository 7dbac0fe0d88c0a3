/*
 * Timers, and the interrupt that each CPU sets for its next event.  Timers
 * expire after the handler, on the way to user mode or in the idle loop, with
 * interrupts on, as there may be many.
 */
#pragma once

#include "common/list.h"

#include "core/types.h"

struct timer {
    struct list link;
    u64 deadline;                    /* CLOCK_MONOTONIC, nanoseconds */
    struct thread *thread;           /* sleeps until then */
    int cpu;                         /* on whose list it is */
};

/* => boot */
void timers_init(void);

/* Wake its thread when the deadline has passed.
 * => deadline and thread are set; no lock from RANK_TIMER on is held */
void timer_start(struct timer *timer);

/* Stop a timer: from here it wakes no thread.
 * => as timer_start; false: it has expired */
bool timer_stop(struct timer *timer);

/* Wake the threads of this CPU's expired timers, and clear WORK_TIMER.
 * => no spinlock held; not in a handler */
void timers_expire(void);

/* Begin or end time slices: this CPU is busy, or idle.  => interrupts off */
void timer_ticks(bool on);
