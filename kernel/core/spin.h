/*
 * Spinlocks, of two kinds that share one type.  spin_lock leaves interrupts on.
 * spin_lock_irq turns them off, because handlers take such locks, too.  One
 * lock is always taken by the same kind (schedule turns interrupts off itself).
 * Locks are released in the opposite order.  The rank checks both rules.
 *
 * The holder of the first kind may *rest* in long work: other threads run, but
 * the lock stays taken, and who wants it meanwhile does not spin but sleeps.
 */
#pragma once

#include "core/lockrank.h"
#include "core/types.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

struct spinlock {
    u32 held;   /* 0: free; else 1 + the rank that its holder held before, and
                   SPIN_RESTS */
    u32 rank;   /* enum lock_rank */
    const char *name;
};

#define SPIN_RESTS 0x80000000U

#define SPINLOCK_INIT(r) { .rank = (r), .name = #r }

static inline void
spin_init(struct spinlock *lock, enum lock_rank rank, const char *name)
{
    *lock = (struct spinlock){.rank = rank, .name = name};
}

/* Whether any CPU holds the lock: for asserts. */
static inline bool
spin_held(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->held, __ATOMIC_RELAXED) != 0;
}

/* spin.c: take a lock that another CPU holds, with interrupts as in `flags`
 * while waiting; panic over a wrong order. */
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
static __always_inline void
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
    span_lock(lock);
}

/* Release the lock.
 * => it is the one taken last (checked: by rank here; releasing a free lock
 *    sets the rank to -1, so the next spin_lock panics) */
static __always_inline void
spin_unlock(struct spinlock *lock)
{
    if (cpu_rank() != lock->rank) {
        spin_order(lock);
    }
    span_unlock(lock);
    cpu_set_rank(__atomic_load_n(&lock->held, __ATOMIC_RELAXED) - 1);
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

/* Long work under the lock: let others run, if any wait.
 * => the lock is held by spin_lock; what it guards is as it must be at a check
 *    (debug/check.c), and the caller holds nothing that a checker misses
 * => whether a signal will end the process: stop, if that is possible */
bool spin_rest_here(struct spinlock *lock); /* spin.c */

static inline bool
spin_rest(struct spinlock *lock)
{
    return cpu_has_work() && spin_rest_here(lock);
}

/* Whether its holder rests: for checkers. */
static inline bool
spin_is_resting(const struct spinlock *lock)
{
    return (__atomic_load_n(&lock->held, __ATOMIC_RELAXED) & SPIN_RESTS) != 0;
}

/* Take the lock with interrupts off; returns what spin_unlock_irq restores.
 * While another CPU holds it, interrupts are as the caller had them: the wait
 * can be long, because spinlocks do not promise an order of waiters. */
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
    span_lock(lock);
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
