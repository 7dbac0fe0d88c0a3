/* caught: killed -- after its sleep, a reader does not look again, and takes an empty pipe for the end of file */
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
    if (filled(pipe) == 0 && pipe->writers > 0) {
        error = wait_other_end(pipe, file, &pipe->data_wait);
    }
    if (filled(pipe) > 0) {
        done = copy_ring(pipe, pipe->tail, uio, MIN(uio->left, filled(pipe)),
                         &error);
        pipe->tail += done;
        tell_writers(pipe, done);
    }
    pass_on(pipe);
    mutex_unlock(&pipe->mutex);
    return done > 0 ? (long)done : error;
}
