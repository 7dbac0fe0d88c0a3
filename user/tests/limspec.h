/*
 * limspec.h: limits of resources by system calls alone.
 */
#pragma once

#include "timespec.h"

enum { CALL_getrlimit = 97, CALL_setrlimit = 160 };

/* Resources, under the names of the manual. */
enum {
    CPU, FSIZE, DATA, STACK, CORE, RSS, NPROC, NOFILE, MEMLOCK, AS, LOCKS,
    SIGPENDING, MSGQUEUE, NICE, RTPRIO, RTTIME, RESOURCES,
};

#define INFINITE (~0UL)

struct limit {
    unsigned long soft;
    unsigned long hard;
};

/* => 0 or -errno */
static inline long
set_limit(long resource, unsigned long soft, unsigned long hard)
{
    struct limit limit = { soft, hard };

    return raw(NR_prlimit64, 0, resource, P(&limit), 0);
}

/* Only the soft one; => 0 or -errno */
static inline long
set_soft(long resource, unsigned long soft)
{
    struct limit limit = { 0, 0 };

    raw(NR_prlimit64, 0, resource, 0, P(&limit));
    limit.soft = soft;
    return raw(NR_prlimit64, 0, resource, P(&limit), 0);
}

static inline struct limit
limit_of(long resource)
{
    struct limit limit;

    memset(&limit, 0xa5, sizeof(limit));
    raw(NR_prlimit64, 0, resource, 0, P(&limit));
    return limit;
}

/* Both are as they should be. */
static inline int
has_limit(long resource, unsigned long soft, unsigned long hard)
{
    struct limit limit = limit_of(resource);

    return limit.soft == soft && limit.hard == hard;
}
