/*
 * Walking over the segments of a user's vector.
 */
#include "mm/usercopy.h"

#include "fs/uio.h"

/* The place of the next bytes, and how many lie there together. */
static vaddr_t
next_place(struct uio *uio, size_t *size)
{
    while (uio->offset == uio->iov->iov_len) {
        uio->iov++;
        uio->offset = 0;
    }
    *size = MIN(*size, uio->iov->iov_len - uio->offset);
    return (vaddr_t)uio->iov->iov_base + uio->offset;
}

static void
advance(struct uio *uio, size_t size)
{
    uio->offset += size;
    uio->left -= size;
}

size_t
uio_put(struct uio *uio, const void *from, size_t size)
{
    const char *at = from;

    while (size > 0) {
        size_t part = size;
        vaddr_t place = next_place(uio, &part);
        size_t failed = copy_to_user_some(place, at, part);
        advance(uio, part - failed);
        at += part;
        size -= part - failed;
        if (failed != 0) {
            break;
        }
    }
    return size;
}

size_t
uio_take(struct uio *uio, void *to, size_t size)
{
    char *at = to;

    while (size > 0) {
        size_t part = size;
        vaddr_t place = next_place(uio, &part);
        size_t failed = copy_from_user_some(at, place, part);
        advance(uio, part - failed);
        at += part;
        size -= part - failed;
        if (failed != 0) {
            break;
        }
    }
    return size;
}
