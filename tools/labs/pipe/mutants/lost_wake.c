/* caught: race, race_again -- the mutex is released before the reader or writer is on the queue */
int
wait_sleep_mutex(struct waitq *queue, struct mutex *mutex)
{
    struct waiter waiter;

    mutex_unlock(mutex);
    wait_begin(queue, &waiter, true);
    int error = wait_block(WAIT_INTERRUPTIBLE, NEVER);
    mutex_lock(mutex);
    return wait_end(&waiter) ? 0 : error;
}
