/*
 * readv and writev.
 *
 * Essential fact: a vector is one read or one write to the file, which sees it
 * as a struct uio; a plain read is a vector of one segment.
 */
#include "abi/errno.h"
#include "abi/uio.h"

#include "mm/heap.h"
#include "mm/usercopy.h"

#include "fs/openfile.h"

#include "sys/sys.h"

#define FEW 8 /* segments that need no allocation */

/* A user's vector in kernel memory. */
struct vector {
    struct iovec few[FEW];
    struct iovec *iov;
};

/* => 0, and vector_free must follow; -EINVAL, -EFAULT, -ENOMEM */
static int
vector_get(struct vector *vector, u64 user, u64 count)
{
    size_t size = count * sizeof(struct iovec);

    if (count > IOV_MAX) {
        return -EINVAL;
    }
    vector->iov = count <= FEW ? vector->few : kmalloc(size);
    if (vector->iov == NULL) {
        return -ENOMEM;
    }
    int error = copy_from_user(vector->iov, user, size);
    for (u64 i = 0; i < count && error == 0; i++) {
        error = (i64)vector->iov[i].iov_len < 0 ? -EINVAL : 0;
    }
    if (error != 0 && vector->iov != vector->few) {
        kfree(vector->iov);
    }
    return error;
}

static void
vector_free(struct vector *vector)
{
    if (vector->iov != vector->few) {
        kfree(vector->iov);
    }
}

static long
move_vector(u64 fd, u64 iov, u64 count, bool writes)
{
    struct file *file = file_get_fd((int)fd);
    struct vector vector;

    if (file == NULL) {
        return -EBADF;
    }
    long result = vector_get(&vector, iov, count);
    if (result == 0) {
        result = writes ? file_write(file, vector.iov, count)
                        : file_read(file, vector.iov, count);
        vector_free(&vector);
    }
    file_put(file);
    return result;
}

/* ssize_t readv(int fd, const struct iovec *iov, int count)
 * => bytes read into the segments in order; 0 at the end of the file
 * Errors: EINVAL (count, a segment's size), EFAULT, and as read.
 * Differences from Linux: none known. */
long
sys_readv(u64 fd, u64 iov, u64 count)
{
    return move_vector(fd, iov, count, false);
}

/* ssize_t writev(int fd, const struct iovec *iov, int count)
 * => bytes written
 * Errors: EINVAL (count, a segment's size), EFAULT, and as write.
 * Differences from Linux: none known. */
long
sys_writev(u64 fd, u64 iov, u64 count)
{
    return move_vector(fd, iov, count, true);
}
