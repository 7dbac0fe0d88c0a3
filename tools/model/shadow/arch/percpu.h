/*
 * On the host, the running CPU is a number that the test changes.
 */
#pragma once

#define this_cpu     hardware_this_cpu
#define cpu_rank     hardware_rank
#define cpu_set_rank hardware_set_rank
#define cpu_has_work hardware_has_work

#include_next "arch/percpu.h"

#undef this_cpu
#undef cpu_rank
#undef cpu_set_rank
#undef cpu_has_work

extern __thread int running_cpu;

static inline struct cpu *
this_cpu(void)
{
    return &cpus[running_cpu];
}

static inline u32
cpu_rank(void)
{
    return this_cpu()->rank;
}

static inline void
cpu_set_rank(u32 rank)
{
    this_cpu()->rank = rank;
}

/* Whether anyone waits for this CPU: the test decides. */
bool cpu_has_work(void);
