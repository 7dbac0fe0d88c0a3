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
 *                    user who ran most (heavy.c); all the
 *                    others together get at least as much
 *            65..163 SCHED_FIFO, SCHED_RR of priority 1..99   highest first
 *            164     PRIORITY_LAST: those who must end        before them
 *
 * SH-1  A queue that is not mixed has only threads of level 0, waiting or
 *       running.
 */
#pragma once

#include "arch/clock.h"

#include "proc/balance.h"

#define LEVEL_IDLE 41
#define LEVEL_HEAVY 42
#define FAIR_LEVELS 43
#define LEVEL_REAL 64            /* plus the priority */
#define PRIORITY_LAST 100        /* no program can have it */
#define LEVELS (LEVEL_REAL + PRIORITY_LAST + 1)

#define CROWD 4                  /* threads that wait, or more */

/* Who runs most (heavy.c): users, told apart by the lowest bits of their ids.
 * First, a tick has passed while the current thread ran, not the idle one:
 * => in the timer's handler.  Then, whether the thread's user is the one who
 * runs most on this CPU, and is not root: => it does not run elsewhere, so its
 * cred stays. */
void heavy_tick(void);
bool heavy_is(int cpu, const struct thread *thread);

/* How long real-time threads may have run in a period, while others wait, for
 * this one to be next.  Of a user who is not root: half of it, so that the rest
 * is enough for a shell.  => as heavy_is */
u64 heavy_real(const struct thread *thread);
#define REAL_PERIOD NSEC_PER_SEC

/* The best thread that may run on this CPU, for a queue that is mixed.
 * => NULL: none of its levels but 0; the queue's lock held */
struct thread *share_find(const struct runqueue *queue, int cpu);

/* The threads that wait on a CPU at a level, but for level 0; NULL: there are
 * no levels.  => for checkers */
const struct list *share_list(int cpu, int level);

/* Give a thread this policy, nice value, priority and fate at fork.
 * => its process's lock held */
void share_set(struct thread *thread, struct share share);
