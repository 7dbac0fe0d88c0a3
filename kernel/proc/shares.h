/*
 * Who runs next, if not all threads are alike (shares.c, optional).  A thread
 * has a level.  Those of SCHED_OTHER at nice 0 are at level 0, in the run
 * queue's own list; as long as all are, sched.c goes round robin and needs
 * none of this.  `mixed` is set while a thread of another level waits or runs.
 *
 *      level 0       SCHED_OTHER, SCHED_BATCH at nice 0       fair: each of
 *            1..40   the same at nice -20..19                 its threads has
 *            41      SCHED_IDLE                               a weight
 *            42      as level 0, where a crowd waits: of the
 *                    user who ran most (heavy.h); all the
 *                    others together get at least as much
 *            65..163 SCHED_FIFO, SCHED_RR of priority 1..99   highest first
 *            164     PRIORITY_LAST: those who must end        before them
 *
 * SH-1  A queue that is not mixed has only threads of level 0, waiting or
 *       running.
 */
#pragma once

#include "proc/balance.h"

#define LEVEL_IDLE 41
#define LEVEL_HEAVY 42
#define FAIR_LEVELS 43
#define LEVEL_REAL 64            /* plus the priority */
#define PRIORITY_LAST 100        /* no program can have it */
#define LEVELS (LEVEL_REAL + PRIORITY_LAST + 1)

#define TURN_TICKS 10            /* of SCHED_RR */
#define CROWD 4                  /* threads that wait, or more */

/* => boot */
void shares_init(void);

/* Charge the running thread for its time, and take the next off its list.
 * => NULL: none waits; the queue's lock held, and it is this CPU's */
struct thread *share_next(struct runqueue *queue);

/* Note who runs, and whether a crowd waits.  => in the timer's handler */
void share_tick(void);

/* The best thread that may run on this CPU, for a queue that is mixed.
 * => NULL: none of its levels but 0; the queue's lock held */
struct thread *share_find(const struct runqueue *queue, int cpu);

/* The threads that wait on a CPU at a level, but for level 0; NULL: there are
 * no levels.  => for checkers */
const struct list *share_list(int cpu, int level);

/* Give a thread this policy, nice value, priority and fate at fork.
 * => its process's lock held */
void share_set(struct thread *thread, struct share share);

/* A child's share, if its parent's says SCHED_RESET_ON_FORK. */
void share_reset(struct share *share);
