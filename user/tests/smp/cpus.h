/*
 * cpus.h: the n-th processor, whichever and however many there are.
 */
#pragma once

#include "../tap.h"

#include "../raw.h"
#include <sys/syscall.h>

enum { CPUS_MOST = 1024 };

/* Which processors this program may use at its start: a process that goes to
 * one of them may then use only that one, and so may its children. */
struct cpus {
    unsigned long mask[16]; /* of CPUS_MOST */
};

static struct cpus all_cpus;

static inline int
cpu_allowed(int cpu)
{
    return all_cpus.mask[cpu / 64] >> cpu % 64 & 1;
}

/* => how many there are */
static inline int
cpus_count(void)
{
    struct cpus none = { { 0 } };
    int count = 0;

    if (memcmp(&all_cpus, &none, sizeof(none)) == 0) {
        raw(SYS_sched_getaffinity, 0, sizeof(all_cpus), P(&all_cpus), 0);
    }
    for (int cpu = 0; cpu < CPUS_MOST; cpu++) {
        count += cpu_allowed(cpu);
    }
    return count;
}

/* From now on this process (0: our own) runs on the n-th processor that we
 * may use, from the first again after the last. */
static inline void
move(pid_t pid, int n)
{
    struct cpus to = { { 0 } };
    int skip = n % cpus_count(), cpu = 0;

    while (!cpu_allowed(cpu) || skip-- > 0) {
        cpu++;
    }
    to.mask[cpu / 64] = 1UL << cpu % 64;
    raw(SYS_sched_setaffinity, pid, sizeof(to), P(&to), 0);
}

static inline void
on_cpu(int n)
{
    move(0, n);
}
