/*
 * Spinlocks, of two kinds that share one type: spin_lock leaves interrupts on,
 * spin_lock_irq turns them off, as handlers take its locks too.  A lock is
 * always taken by the same kind (schedule turns interrupts off itself), and
 * locks are released in the opposite order (both checked by rank).
 *
 * They are inline because a fork takes some forty of them; what is rare (a lock
 * that is held, an order that is wrong) is in spin.c.
 */
#pragma once

#include "core/lockrank.h"
#include "core/types.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

struct spinlock {
    u32 held;   /* 0: free; else 1 + the rank that its holder held before */
    u32 rank;   /* enum lock_rank */
    const char *name;
};

#define SPINLOCK_INIT(r) { .rank = (r), .name = #r }

static inline void
spin_init(struct spinlock *lock, enum lock_rank rank, const char *name)
{
    *lock = (struct spinlock){.rank = rank, .name = name};
}

/* Whether somebody holds the lock: for asserts. */
static inline bool
spin_held(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->held, __ATOMIC_RELAXED) != 0;
}

/* spin.c: take a lock that was found held, with interrupts as in `flags` until
 * it is there; panic over a wrong order. */
void spin_wait(struct spinlock *lock, u32 held);
void spin_wait_irq(struct spinlock *lock, u32 held, u64 flags);
__noreturn void spin_order(const struct spinlock *lock);

static inline bool
spin_try(struct spinlock *lock, u32 held)
{
    u32 none = 0;

    return __atomic_compare_exchange_n(&lock->held, &none, held, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Take the lock.
 * => no lock of this rank or higher is held by this CPU (checked)
 * => spin_lock: interrupts are on; not in a handler (which may spin_try) */
static inline void
spin_lock(struct spinlock *lock)
{
    u32 outer = cpu_rank();

    if (outer >= lock->rank) {
        spin_order(lock);
    }
    if (!spin_try(lock, outer + 1)) {
        spin_wait(lock, outer + 1);
    }
    cpu_set_rank(lock->rank);
}

/* Give it back.
 * => it is the one taken last (checked: by rank here; if nobody held it, by the
 *    next spin_lock, as the rank is then -1) */
static inline void
spin_unlock(struct spinlock *lock)
{
    if (cpu_rank() != lock->rank) {
        spin_order(lock);
    }
    cpu_set_rank(__atomic_load_n(&lock->held, __ATOMIC_RELAXED) - 1);
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

/* Take the lock with interrupts off; returns what spin_unlock_irq restores.
 * While somebody else holds it, interrupts are as they were: who comes next is
 * not promised, so they might be off for long. */
static inline u64 __must_check
spin_lock_irq(struct spinlock *lock)
{
    u64 flags = cpu_flags();
    u32 outer = cpu_rank();

    if (outer >= lock->rank) {
        spin_order(lock);
    }
    cpu_interrupts_off();
    if (!spin_try(lock, outer + 1)) {
        spin_wait_irq(lock, outer + 1, flags);
    }
    cpu_set_rank(lock->rank);
    return flags;
}

static inline void
spin_unlock_irq(struct spinlock *lock, u64 flags)
{
    spin_unlock(lock);
    if (flags & RFLAGS_IF) {
        cpu_interrupts_on();
    }
}
