/*
 * sweep.h: delays after which an action hits a process on another processor at
 * all moments of its life, and often near its end. The length of its life is
 * unknown, but each action's result says whether it came before the end.
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

/* => whether the next action is to come near the end: every second one, and all
 * until the first that came after it */
static inline int
sweep_to_end(const struct sweep *sweep)
{
    return sweep->n % 2 == 0 || sweep->late == 0;
}

/* How long to spin before the next action. */
static inline unsigned
sweep_delay(struct sweep *sweep)
{
    return sweep_to_end(sweep) ? sweep->end : pick(&sweep->seed, sweep->end);
}

/* Record whether the action came too late, and adapt the estimate. */
static inline void
sweep_saw(struct sweep *sweep, int late)
{
    unsigned step = sweep->late == 0 ? sweep->end : sweep->end / 8;

    if (sweep_to_end(sweep) && late && sweep->end > SWEEP_SHORTEST) {
        sweep->end -= sweep->end / 8;
    } else if (sweep_to_end(sweep) && !late && sweep->end < SWEEP_LONGEST) {
        sweep->end += step;
    }
    sweep->n++;
    sweep->early += !late;
    sweep->late += late;
}

/* On one processor only one of the two runs at a time, so one result may never
 * occur. */
static inline int
sweep_had_both(const struct sweep *sweep)
{
    return (sweep->early > 0 && sweep->late > 0) || cpus_count() == 1;
}

/* => whether to go on: until so many rounds, and until both results occurred */
static inline int
sweep_goes_on(const struct sweep *sweep, int rounds)
{
    return sweep->n < rounds
           || (!sweep_had_both(sweep) && sweep->n < 8 * rounds);
}
