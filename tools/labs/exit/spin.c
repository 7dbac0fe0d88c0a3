/* Release the lock.
 * => it is the one taken last (checked: by rank here; releasing a free lock
 *    sets the rank to -1, so the next spin_lock panics)
 * => of this lab: with preempt=always, family_lock's release gives up the CPU
 *    (proc/hostile.c) */
static __always_inline void
spin_unlock(struct spinlock *lock)
{
    extern void hostile_point(void);

    if (cpu_rank() != lock->rank) {
        spin_order(lock);
    }
    cpu_set_rank(__atomic_load_n(&lock->held, __ATOMIC_RELAXED) - 1);
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    if (lock->rank == RANK_FAMILY) {
        hostile_point();
    }
}
