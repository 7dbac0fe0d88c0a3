/* caught: race, race_again -- wait_sleep releases the spinlock before it is on the queue */
int
wait_sleep(struct waitq *queue, struct spinlock *lock, enum wait_mode mode)
{
    struct waiter waiter;

    spin_unlock(lock);
    wait_begin(queue, &waiter, true);
    int error = wait_block(mode, NEVER);
    spin_lock(lock);
    return wait_end(&waiter) ? 0 : error;
}
