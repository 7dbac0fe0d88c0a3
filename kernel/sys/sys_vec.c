/*
 * readv and writev.
 *
 * Essential fact: a vector is read or written one segment after the other, each
 * as its own read or write; so a second segment is read only if that
 * would not block.
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
    u64 count;
};

static int
check_segments(const struct vector *vector)
{
    for (u64 i = 0; i < vector->count; i++) {
        const struct iovec *iov = &vector->iov[i];
        if ((i64)iov->iov_len < 0) {
            return -EINVAL;
        }
        if (!is_user_range((vaddr_t)iov->iov_base, iov->iov_len)) {
            return -EFAULT;
        }
    }
    return 0;
}

/* => 0, and vector_free must follow; -EINVAL, -EFAULT, -ENOMEM */
static int
vector_get(struct vector *vector, u64 user, u64 count)
{
    size_t size = count * sizeof(struct iovec);

    if (count > IOV_MAX) {
        return -EINVAL;
    }
    vector->count = count;
    vector->iov = count <= FEW ? vector->few : kmalloc(size);
    if (vector->iov == NULL) {
        return -ENOMEM;
    }
    int error = copy_from_user(vector->iov, user, size);
    if (error == 0) {
        error = check_segments(vector);
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

/* Move segment after segment, until one comes short. */
static long
move_all(struct file *file, const struct vector *vector, bool writes)
{
    long done = 0;

    for (u64 i = 0; i < vector->count; i++) {
        vaddr_t base = (vaddr_t)vector->iov[i].iov_base;
        size_t size = vector->iov[i].iov_len;
        if (size == 0 && vector->count > 1) {
            continue;
        }
        if (!writes && done > 0 && file->ops->may_block != NULL
            && file->ops->may_block(file)) {
            break;
        }
        long n = writes ? file_write(file, base, size)
                        : file_read(file, base, size);
        if (n < 0) {
            return done > 0 ? done : n;
        }
        done += n;
        if ((size_t)n < size) {
            break;
        }
    }
    return done;
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
        result = move_all(file, &vector, writes);
        vector_free(&vector);
    }
    file_put(file);
    return result;
}

/* ssize_t readv(int fd, const struct iovec *iov, int count)
 * => bytes read into the segments in order; 0 at the end of the file
 * Errors: EINVAL (count, a segment's size), EFAULT, and as read.
 * Differences from Linux: other readers may come between two segments. */
long
sys_readv(u64 fd, u64 iov, u64 count)
{
    return move_vector(fd, iov, count, false);
}

/* ssize_t writev(int fd, const struct iovec *iov, int count)
 * => bytes written
 * Errors: EINVAL (count, a segment's size), EFAULT, and as write.
 * Differences from Linux: other writers may come between two segments. */
long
sys_writev(u64 fd, u64 iov, u64 count)
{
    return move_vector(fd, iov, count, true);
}
