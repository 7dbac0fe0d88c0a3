/*
 * sched.h: for tests of shares: one processor for all, memory that all see,
 * and CPU time.
 */
#pragma once

#include "raw.h"
#include "tap.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { MS = 1000000 };

/* From here on, we and our children run on one processor. */
static inline void
on_one_cpu(void)
{
    unsigned long mask[16] = { 0 };
    unsigned cpu;

    getcpu(&cpu, NULL);
    mask[cpu / 64] = 1UL << cpu % 64;
    if (sched_setaffinity(0, sizeof(mask), mask) < 0) {
        perror("sched_setaffinity");
        exit(99);
    }
}

static inline volatile long *
shared_longs(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
        -1, 0);
}

/* Nanoseconds on a processor, of this process. */
static inline long
cpu_time(void)
{
    struct timespec ts = { 0, 0 };

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static inline void
spend(long ns)
{
    long end = cpu_time() + ns;

    while (cpu_time() < end) {
    }
}

/* => 0, or -errno */
static inline long
set_policy(pid_t pid, int policy, int priority)
{
    struct sched_param param = { priority };

    return raw(NR_sched_setscheduler, pid, policy, P(&param), 0);
}
