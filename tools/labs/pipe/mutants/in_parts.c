/* caught: atomic, nonblock -- a small write takes what room there is */
static long
pipe_write(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);
    size_t done = 0;
    long n = 0;

    mutex_lock(&pipe->mutex);
    while (uio->left > 0 && n >= 0) {
        if (pipe->readers == 0) {
            n = -EPIPE;
        } else if (pipe->size == filled(pipe)) {
            n = wait_other_end(pipe, file, &pipe->room_wait);
        } else {
            n = fill_ring(pipe, uio);
            done += n > 0 ? (size_t)n : 0;
        }
    }
    mutex_unlock(&pipe->mutex);
    if (n == -EPIPE) {
        signal_send(current->process, SIGPIPE);
    }
    return done > 0 ? (long)done : n;
}
