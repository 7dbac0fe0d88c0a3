/* caught: sleeps -- a write wakes its reader only when the ring is full */
static long
fill_ring(struct pipe *pipe, struct uio *uio)
{
    bool atomic = uio->left <= PIPE_BUF;
    int error = 0;
    size_t done = copy_ring(pipe, pipe->head, uio,
                            MIN(uio->left, pipe->size - filled(pipe)), &error);

    if (error != 0 && (atomic || done == 0)) {
        return error;
    }
    pipe->head += done;
    if (filled(pipe) == pipe->size) {
        wait_wake_one(&pipe->data_wait);
    }
    return (long)done;
}
