#pragma once

/* One piece of readv's or writev's vector. */

#include "abi/posix.h"

struct iovec {
    void *iov_base;
    size_t iov_len;
};

#define IOV_MAX 1024 /* pieces in one vector */
