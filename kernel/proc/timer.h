/*
 * Timers, and the interrupt that serves them; each CPU sets it for what comes
 * first: one of its timers, or the end of the time slice, if it is not idle.
 * Timers expire later, on the way to user mode or in the idle loop, with
 * interrupts on, however many they are.
 */
#pragma once

#include "common/list.h"

#include "core/types.h"

struct timer {
    struct list link;
    u64 deadline;                    /* CLOCK_MONOTONIC, nanoseconds */
    struct thread *thread;           /* that sleeps until then */
    int cpu;                         /* on whose list it is */
};

/* => boot */
void timers_init(void);

/* Have its thread woken once the deadline has passed.
 * => deadline and thread are set; no lock from RANK_TIMER on is held */
void timer_start(struct timer *timer);

/* Take a timer back: from here it wakes nobody.
 * => as timer_start; whether it had not expired */
bool timer_stop(struct timer *timer);

/* Wake for the timers of this CPU that are due, and clear WORK_TIMER.
 * => no spinlock held; not in a handler */
void timers_expire(void);

/* Begin or end time slices: this CPU is busy, or idle.  => interrupts off */
void timer_ticks(bool on);
