/*
 * Opening pipes with a name.
 */
#include "abi/errno.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/pipe.h"

/* Wait until the other end is opened, even if it is closed again at once. */
static int
wait_for_end(struct pipe *pipe, struct waitq *queue, const u32 *opened)
{
    u32 before = *opened;
    int error = 0;

    while (*opened == before && error == 0) {
        error = wait_sleep_mutex(queue, &pipe->mutex);
    }
    return error;
}

int
pipe_open(struct file *file)
{
    struct pipe *pipe = pipe_of(file);
    bool named = file->inode->dev != DEV_PIPE;
    bool waits = named && !(file->flags & O_NONBLOCK);
    u32 ends = file_access(file);
    int error = ends == 0 ? -EINVAL : 0;

    mutex_lock(&pipe->mutex);
    if (ends == FILE_WRITES && pipe->readers == 0 && named && !waits) {
        error = -ENXIO;
    } else if (error == 0) {
        pipe_join(file);
        file->offset = pipe->writers == 0 && named ? pipe->writes : 0;
    }
    if (ends == FILE_READS && pipe->writers == 0 && waits) {
        error = wait_for_end(pipe, &pipe->data_wait, &pipe->writes);
    } else if (ends == FILE_WRITES && pipe->readers == 0 && waits) {
        error = wait_for_end(pipe, &pipe->room_wait, &pipe->reads);
    }
    mutex_unlock(&pipe->mutex);
    return error;
}
