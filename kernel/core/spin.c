/*
 * The rare parts of spinlocks: waiting, and what a wrong order says.
 */
#include "core/panic.h"
#include "core/spin.h"

static void
wait_until_free(const struct spinlock *lock)
{
    while (spin_held(lock)) {
        cpu_wait(); /* and serves flush requests (H4) */
    }
}

void
spin_wait(struct spinlock *lock, u32 held)
{
    /* Else a handler waits for whom it interrupted.  Here it costs nothing. */
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

void
spin_order(const struct spinlock *lock)
{
    panic("lock order: %s (rank %u%s) while rank %u is held", lock->name,
          lock->rank, spin_held(lock) ? ", held" : "", cpu_rank());
}
