/*
 * sharespec.h: shares of a processor by system calls alone: niceness, policies
 * and priorities; processes that stay on one CPU; and a group of them that
 * begin together.
 *
 * On Linux these tests need root (as the policies do, and less niceness).
 */
#pragma once

#include "timespec.h"

#include <sys/mman.h>

enum {
    CALL_getpriority = 140, CALL_setpriority = 141, CALL_sched_setparam = 142,
    CALL_sched_getparam = 143, CALL_sched_setscheduler = 144,
    CALL_sched_getscheduler = 145, CALL_sched_get_priority_max = 146,
    CALL_sched_get_priority_min = 147, CALL_sched_rr_get_interval = 148,
    CALL_sched_setaffinity = 203, CALL_sched_getaffinity = 204,
};

enum { OTHER, FIFO, RR, RESET_ON_FORK = 0x40000000 };
enum { BY_PROCESS, BY_GROUP, BY_USER };

/* => 0 or -errno */
static inline long
set_policy(pid_t pid, long policy, int priority)
{
    return raw(CALL_sched_setscheduler, pid, policy, P(&priority), 0);
}

static inline long
policy_of(pid_t pid)
{
    return raw(CALL_sched_getscheduler, pid, 0, 0, 0);
}

/* => -errno, or the real-time priority */
static inline long
priority_of(pid_t pid)
{
    int priority = -1;
    long result = raw(CALL_sched_getparam, pid, P(&priority), 0, 0);

    return result < 0 ? result : priority;
}

/* => 0 or -errno */
static inline long
set_nice(long which, long who, long nice)
{
    return raw(CALL_setpriority, which, who, nice, 0);
}

/* The call returns 20 - niceness; => that, 1 to 40, or -errno */
static inline long
weight_of(long which, long who)
{
    return raw(CALL_getpriority, which, who, 0, 0);
}

/* Stay, with all children to come, on the first CPU that there is; 0, or
 * -errno */
static inline long
stay_on_one(void)
{
    unsigned long cpus[128] = { 0 }, one[128] = { 0 };
    int word = 0;

    raw(CALL_sched_getaffinity, 0, sizeof(cpus), P(cpus), 0);
    while (word < 127 && cpus[word] == 0) {
        word++;
    }
    one[word] = cpus[word] & -cpus[word];
    return raw(CALL_sched_setaffinity, 0, sizeof(one), P(one), 0);
}

/* Memory that all children share. */
static inline void *
shared_memory(long size)
{
    void *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED) {
        perror("mmap");
        exit(99);
    }
    return at;
}
