/*
 * Spans: how long the kernel works without a look at what others want, with
 * interrupts off, or with a lock held.  `make SPANS=1` measures them
 * (debug/spans.c); in any other build the calls below vanish.
 */
#pragma once

#ifdef SPANS
struct spinlock;

void span_look(void); /* others were looked at */
void span_off(void);  /* interrupts are off now */
void span_on(void);   /* or will be on */
void span_lock(const struct spinlock *lock);
void span_unlock(const struct spinlock *lock);

/* The kernel begins to work for a program (called by entry.S), or ends. */
void span_enter(void);
void span_leave(void);
#else
#define span_look()       ((void)0)
#define span_off()        ((void)0)
#define span_on()         ((void)0)
#define span_lock(lock)   ((void)0)
#define span_unlock(lock) ((void)0)
#define span_enter()      ((void)0)
#define span_leave()      ((void)0)
#endif
