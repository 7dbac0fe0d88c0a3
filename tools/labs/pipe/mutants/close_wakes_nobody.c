/* caught: eof, epipe -- who sleeps is not told that the other end is closed */
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
