/*
 * Timers, and the interrupt that each CPU sets for its next event.  Timers
 * expire after the handler, on the way to user mode or in the idle loop, with
 * interrupts on, as there may be many.
 *
 *      timer_init     timer_start     the deadline has passed
 *   -> (stopped) ------> waiting ------> its callback runs, once -> (stopped)
 *          ^-- timer_stop --+
 *
 * The callback holds no lock.  So it may take any spinlock, wake threads, send
 * signals, allocate, and start this and other timers again, for later than now;
 * it may not sleep.  It may run while another CPU wants to stop the timer: see
 * timer_try_stop.  Two CPUs may not start or stop one timer at the same time:
 * its owner's lock prevents that, which may be of any rank up to RANK_PROCESS.
 */
#pragma once

#include "common/list.h"

#include "core/types.h"

struct process;

struct timer {
    struct list link;
    u64 deadline;                        /* CLOCK_MONOTONIC, nanoseconds */
    u64 realtime;                        /* if not 0, CLOCK_REALTIME: deadline
                                            follows it, as that clock is set;
                                            NEVER: that is when it expires */
    void (*expired)(struct timer *timer); /* the callback; may free the timer */
    int cpu;                             /* on whose list it is, or was */
};

/* => boot */
void timers_init(void);

static inline void
timer_init(struct timer *timer, void (*expired)(struct timer *timer))
{
    *timer = (struct timer){.expired = expired};
    list_init(&timer->link);
}

/* Call the callback when the deadline has passed.
 * => it is stopped, and deadline or realtime is set
 * => no lock from RANK_TIMER on is held */
void timer_start(struct timer *timer);

/* Stop a timer, if it waits.
 * => as timer_start; not in its own callback
 * => false: its callback runs now, on another CPU; release the locks that it
 *    takes (cpu_wait), and try again */
bool timer_try_stop(struct timer *timer) __must_check;

/* The same, until it is stopped.  => no lock that its callback takes is held */
void timer_stop(struct timer *timer);

/* CLOCK_REALTIME has been set (clock_boot_realtime_ns): the deadlines of timers
 * that follow it change.  => process context, no lock held */
void timers_follow_realtime(void);

/* Call the callbacks of this CPU's expired timers, and clear WORK_TIMER.
 * => no spinlock held; not in a handler */
void timers_expire(void);

/* Begin or end time slices: this CPU is busy, or idle.  => interrupts off */
void timer_ticks(bool on);

/* What a process with itimers tells them (itimer.c, optional): it ignores this
 * signal no longer (its lock held); a tick has found it running; it calls
 * execve. */
void itimer_unignored(struct process *process, int signal);
void itimer_tick(void);
void itimer_exec(void);
