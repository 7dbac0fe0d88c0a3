int
wait_sleep(struct waitq *queue, struct spinlock *lock, enum wait_mode mode)
{
    (void)queue;
    spin_unlock(lock);
    /* Not yet: sleeps for a moment, and the caller looks again. */
    sched_prepare(THREAD_SLEEPING);
    int error = wait_block(mode, clock_ns() + NSEC_PER_SEC / 500);
    spin_lock(lock);
    return error == -ETIMEDOUT ? 0 : error;
}

int
wait_sleep_mutex(struct waitq *queue, struct mutex *mutex)
{
    (void)queue;
    mutex_unlock(mutex);
    /* Not yet, as above. */
    int error = sleep_until(clock_ns() + NSEC_PER_SEC / 500);
    mutex_lock(mutex);
    return error;
}

static long
pipe_read(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);
    size_t done = 0;
    int error = 0;

    mutex_lock(&pipe->mutex);
    while (filled(pipe) == 0 && error == 0) {
        error = wait_sleep_mutex(&pipe->data_wait, &pipe->mutex);
    }
    if (error == 0) {
        done = copy_ring(pipe, pipe->tail, uio, MIN(uio->left, filled(pipe)),
                         &error);
        pipe->tail += done;
    }
    mutex_unlock(&pipe->mutex);
    return done > 0 ? (long)done : error;
}

static long
pipe_write(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);
    size_t done = 0;
    int error = 0;

    mutex_lock(&pipe->mutex);
    while (uio->left > 0 && error == 0) {
        size_t room = pipe->size - filled(pipe);
        if (room == 0) {
            error = wait_sleep_mutex(&pipe->room_wait, &pipe->mutex);
        } else {
            size_t n = copy_ring(pipe, pipe->head, uio, MIN(uio->left, room),
                                 &error);
            pipe->head += n;
            done += n;
        }
    }
    mutex_unlock(&pipe->mutex);
    return done > 0 ? (long)done : error;
}

static void
pipe_close(struct file *file)
{
    struct pipe *pipe = pipe_of(file);
    u32 ends = file->data != NULL ? file_access(file) : 0;

    mutex_lock(&pipe->mutex);
    pipe->readers -= ends & FILE_READS;
    pipe->writers -= ends / FILE_WRITES;
    if (pipe->readers + pipe->writers == 0) {
        pipe->head = pipe->tail = 0;
        for (size_t i = 0; i < PIPE_PAGES; i++) {
            if (pipe->page[i] != 0) {
                frame_put(pipe->page[i]);
                pipe->page[i] = 0;
            }
        }
    }
    mutex_unlock(&pipe->mutex);
}
