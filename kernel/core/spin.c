/*
 * The rare parts of spinlocks: waiting, and the panic over a wrong order.
 */
#include "core/panic.h"
#include "core/spin.h"

static void
wait_until_free(const struct spinlock *lock)
{
    while (spin_held(lock)) {
        if (spin_is_resting(lock)) {
            on_rest_wait(&lock->held);
        } else {
            cpu_wait(); /* serves flush requests, too (H4) */
        }
        if (lock->rank == RANK_AS && cpu_rank() == 0) {
            (void)cond_resched(); /* its holder's work may be long */
        }
    }
}

void
spin_wait(struct spinlock *lock, u32 held)
{
    /* A handler must not spin on a lock of the code that it interrupted. */
    assert(lock->rank < RANK_IRQ);
    do {
        wait_until_free(lock);
    } while (!spin_try(lock, held));
}

void
spin_wait_irq(struct spinlock *lock, u32 held, u64 flags)
{
    assert(lock->rank >= RANK_IRQ);
    do {
        if (flags & RFLAGS_IF) {
            cpu_interrupts_on();
        }
        wait_until_free(lock);
        cpu_interrupts_off();
    } while (!spin_try(lock, held));
}

bool
spin_rest_here(struct spinlock *lock)
{
    u32 held = lock->held;

    if (held != 1) {
        return false; /* another lock is held: this caller's work is short */
    }
    assert(cpu_rank() == lock->rank && lock->rank < RANK_IRQ);
    span_unlock(lock);
    __atomic_store_n(&lock->held, held | SPIN_RESTS, __ATOMIC_RELEASE);
    cpu_set_rank(0);
    bool stop = on_long_work();
    cpu_set_rank(lock->rank);
    __atomic_store_n(&lock->held, held, __ATOMIC_SEQ_CST);
    span_lock(lock);
    on_rest_end();
    return stop;
}

void
spin_order(const struct spinlock *lock)
{
    panic("lock order: %s (rank %u%s) while rank %u is held", lock->name,
          lock->rank, spin_held(lock) ? ", held" : "", cpu_rank());
}
