/*
 * The rare parts of spinlocks: waiting, and what a wrong order says.
 */
#include "core/panic.h"
#include "core/spin.h"

void
spin_wait(struct spinlock *lock, u32 held)
{
    /* Else a handler may wait for whom it interrupted.  Looked at here, where
     * it costs nothing. */
    assert(lock->rank < RANK_IRQ || (cpu_flags() & RFLAGS_IF) == 0);
    while (!spin_try(lock, held)) {
        while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED) != 0) {
            cpu_wait(); /* and serves flush requests (H4) */
        }
    }
}

void
spin_order(const struct spinlock *lock)
{
    panic("lock order: %s (rank %u%s) while rank %u is held", lock->name,
          lock->rank, spin_held(lock) ? ", held" : "", cpu_rank());
}
