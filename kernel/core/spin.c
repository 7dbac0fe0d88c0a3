/*
 * Spinlocks with ranks checked at every acquire.
 */
#include "core/panic.h"
#include "core/spin.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

void
spin_init(struct spinlock *lock, enum lock_rank rank, const char *name)
{
    *lock = (struct spinlock){.rank = (u8)rank, .name = name};
}

static void
acquire(struct spinlock *lock)
{
    struct cpu *cpu = this_cpu();

    if (cpu->rank >= lock->rank) {
        panic("lock order: %s (rank %d) wanted while rank %d is held",
              lock->name, lock->rank, cpu->rank);
    }
    while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE) != 0) {
        cpu_pause();
    }
    lock->outer = (u8)cpu->rank;
    cpu->rank = lock->rank;
}

static void
release(struct spinlock *lock)
{
    struct cpu *cpu = this_cpu();

    assert(lock->locked && cpu->rank == lock->rank);
    cpu->rank = lock->outer;
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

void
spin_lock(struct spinlock *lock)
{
    acquire(lock);
}

void
spin_unlock(struct spinlock *lock)
{
    release(lock);
}

u64
spin_lock_irq(struct spinlock *lock)
{
    u64 flags = cpu_flags();

    cpu_interrupts_off();
    acquire(lock);
    return flags;
}

void
spin_unlock_irq(struct spinlock *lock, u64 flags)
{
    release(lock);
    if (flags & RFLAGS_IF) {
        cpu_interrupts_on();
    }
}

bool
spin_held(const struct spinlock *lock)
{
    return lock->locked != 0;
}
