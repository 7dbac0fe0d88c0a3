/*
 * Where in user memory a read puts its bytes, or a write takes them from: one
 * buffer, or the segments of readv and writev.  It remembers how far it is.
 */
#pragma once

#include "abi/uio.h"
#include "core/types.h"

struct uio {
    const struct iovec *iov; /* the segment that is next */
    size_t offset;           /* bytes of it that are done */
    size_t left;             /* bytes left in all segments */
};

/* Copy size bytes (at most uio->left) to or from the next places.
 * => no spinlock held
 * => bytes that could not be copied: 0, or where a bad address was met */
size_t uio_put(struct uio *uio, const void *from, size_t size) __must_check;
size_t uio_take(struct uio *uio, void *to, size_t size) __must_check;
