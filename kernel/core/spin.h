/*
 * Spinlocks, of two kinds that share one type.  spin_lock leaves interrupts on:
 * it guards what no interrupt handler touches, and its work may be long.
 * spin_lock_irq turns them off: it guards what handlers touch too, and its work
 * is bounded.  A lock is always taken by the same kind, and locks are released
 * in the opposite order of taking (both checked by rank).
 */
#pragma once

#include "core/lockrank.h"
#include "core/types.h"

struct spinlock {
    u32 locked;     /* 1 while held */
    u8 rank;        /* enum lock_rank */
    u8 outer;       /* while held: the rank held before this one */
    const char *name;
};

#define SPINLOCK_INIT(r) { .rank = (r), .name = #r }

void spin_init(struct spinlock *lock, enum lock_rank rank, const char *name);

/* Take the lock.
 * => no lock of this rank or higher is held by this CPU (checked)
 * => spin_lock: interrupts are on; not in a handler */
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);

/* Take the lock with interrupts off; returns what spin_unlock_irq restores. */
u64 spin_lock_irq(struct spinlock *lock) __must_check;
void spin_unlock_irq(struct spinlock *lock, u64 flags);

/* Whether somebody holds the lock: for asserts. */
bool spin_held(const struct spinlock *lock);
