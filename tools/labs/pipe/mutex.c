/* Release it.  => it is the one taken last (checked by rank)
 * => of this lab: with preempt=always it gives up the CPU (proc/hostile.c) */
static inline void
mutex_unlock(struct mutex *mutex)
{
    extern void hostile_point(void);
    struct thread *thread = current;
    u64 mine = (u64)thread;

    assert(thread->mutex_rank == mutex->rank);
    thread->mutex_rank = mutex->outer;
    if (!__atomic_compare_exchange_n(&mutex->owner, &mine, 0, false,
                                     __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
        mutex_pass_on(mutex);
    }
    hostile_point();
}
