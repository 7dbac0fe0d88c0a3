/* caught: eof -- a reader does not ask whether there are writers */
static long
pipe_read(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);
    size_t done = 0;
    int error = 0;

    if (uio->left == 0) {
        return 0;
    }
    mutex_lock(&pipe->mutex);
    while (filled(pipe) == 0 && error == 0) {
        error = wait_other_end(pipe, file, &pipe->data_wait);
    }
    if (filled(pipe) > 0) {
        done = copy_ring(pipe, pipe->tail, uio, MIN(uio->left, filled(pipe)),
                         &error);
        pipe->tail += done;
        tell_writers(pipe, done);
    }
    if (filled(pipe) > 0) {
        pass_on(pipe);
    }
    mutex_unlock(&pipe->mutex);
    return done > 0 ? (long)done : error;
}
