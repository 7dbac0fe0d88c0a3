/*
 * sweep.h: delays after which an action hits a process on another processor at
 * all moments of its life, and often near its end. The length of its life is
 * unknown, but each action's result says whether it came before the end.
 *
 * Where a delay ends depends on the processors, and no test asks that some end
 * early and some late. But the first two actions are ordered: one comes while
 * the process is held before its life, one after that.
 */
#pragma once

#include "smp.h"

enum { SWEEP_SHORTEST = 64, SWEEP_LONGEST = 1 << 24 };

struct sweep {
    unsigned end;           /* of a life, in turns of spin, as we believe */
    unsigned long seed;
    int n;                  /* so many deeds have been done */
    int early;              /* in the middle of the life */
    int late;               /* after all that matters in it */
};

static inline int
sweep_before(const struct sweep *sweep)
{
    return sweep->n == 0;
}

static inline int
sweep_after(const struct sweep *sweep)
{
    return sweep->n == 1;
}

/* What a process does that is held: nothing, until it is killed. */
static inline void
sweep_hold(void)
{
    for (;;) {
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
}

/* => whether the next delay is to come near the end: every second one, and all
 * until the first that came after it */
static inline int
sweep_to_end(const struct sweep *sweep)
{
    return sweep->n % 2 == 0 || sweep->late == 1;
}

/* Wait for the moment of the next action, if it is none of the ordered ones. */
static inline void
sweep_wait(struct sweep *sweep)
{
    if (!sweep_before(sweep) && !sweep_after(sweep)) {
        spin(sweep_to_end(sweep) ? sweep->end
                                 : pick(&sweep->seed, sweep->end));
    }
}

/* Record whether the action came too late, and adapt the estimate. */
static inline void
sweep_saw(struct sweep *sweep, int late)
{
    unsigned step = sweep->late == 1 ? sweep->end : sweep->end / 8;
    int adapts = !sweep_before(sweep) && !sweep_after(sweep)
                 && sweep_to_end(sweep);

    if (adapts && late && sweep->end > SWEEP_SHORTEST) {
        sweep->end -= sweep->end / 8;
    } else if (adapts && !late && sweep->end < SWEEP_LONGEST) {
        sweep->end += step;
    }
    sweep->n++;
    sweep->early += !late;
    sweep->late += late;
}

static inline int
sweep_had_both(const struct sweep *sweep)
{
    return sweep->early > 0 && sweep->late > 0;
}
