/*
 * Interval timers of a process: the three of setitimer(2), and those that
 * timer_create(2) makes.  One that expires sends its signal, by an entry of its
 * own: this needs no memory.  A periodic one then rests until the signal is
 * taken, as on Linux, and counts the times that it has missed: so a short
 * interval costs no more than the program's own handler.
 *
 *      stopped --itimer_set--> armed --expires--> due (periodic) or stopped
 *                                ^------taken-------+
 *
 * A timer of CPU time is on no list of timer.h: each tick of the process looks
 * at those that are armed.  For another process's CPU time one looks again when
 * it could have passed.  Fork copies none; exec keeps the three of
 * setitimer(2); exit ends all.
 *
 * All fields: p, the process's lock, which timer callbacks take, too.
 */
#pragma once

#include "core/types.h"

#include "proc/process.h"
#include "proc/sigqueue.h"
#include "proc/timer.h"

struct itimer {
    struct list link;        /* in itimers->created */
    struct timer timer;      /* of CPU time: its link is in itimers->cpu */
    struct process *process;
    int id, clock;
    pid_t other;             /* whose CPU time it is; 0: its own process's */
    u64 seen;                /* what that was when it was last read */
    bool absolute;           /* a time of CLOCK_REALTIME: moves with it */
    bool due;                /* has expired; armed when the signal is taken */
    u64 when, interval;      /* nanoseconds of its clock; or 0 */
    u64 missed;              /* times that have passed since it was armed */
    int told;                /* timer_getoverrun(2)'s */
    int notify;              /* SIGEV_; and the thread */
    pid_t tid;
    struct sigqueue signal;
};

struct itimers {
    struct itimer set[3];    /* ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF */
    struct list created;
    struct list cpu;         /* the armed ones of CPU time */
    int next_id;
};

/* The current process's timers.  => NULL: no memory */
struct itimers *itimers_own(void);

/* A new timer for the current process; event NULL: SIGALRM, with its id.
 * => its id; -EAGAIN: too many, or no memory; -EINVAL: no such clock, or the
 *    event is wrong; -EOPNOTSUPP: the clock has no timers */
int itimer_create(int clock, const sigevent_t *event);

/* Delete one; how often it had expired, too, when its signal was last taken.
 * => -EINVAL: no such id */
int itimer_delete(int id);
int itimer_told(int id);

struct itimer_value {
    u64 value, interval; /* nanoseconds; value 0: it is stopped */
};

/* Read a timer of setitimer(2), or if it is NULL that with the id, and set it;
 * old and new may be NULL.
 * => 0, -EINVAL: no such id; -ESRCH: to set it, the other process is gone */
int itimer_set(struct itimer *timer, int id, bool absolute,
               const struct itimer_value *new, struct itimer_value *old);

/* A signal of the process was taken, and this entry (or NULL).
 * => its lock held */
void itimer_taken(struct process *process, int signal, struct sigqueue *entry,
                  siginfo_t *info);

/* Between itimer.c and itimer_make.c; => the process's lock held.
 * try_stop: => false: it expires now; release the lock, and try again */
void itimer_init(struct itimer *timer, int id, int clock,
                 const siginfo_t *info);
struct itimer *itimer_find(int id);
bool itimer_try_stop(struct itimer *timer) __must_check;
