/* caught: leak -- the pages of a pipe that nobody has any more are not freed */
static void
pipe_close(struct file *file)
{
    struct pipe *pipe = pipe_of(file);
    u32 ends = file->data != NULL ? file_access(file) : 0;

    mutex_lock(&pipe->mutex);
    pipe->readers -= ends & FILE_READS;
    pipe->writers -= ends / FILE_WRITES;
    wait_wake_all(&pipe->data_wait);
    wait_wake_all(&pipe->room_wait);
    mutex_unlock(&pipe->mutex);
}
