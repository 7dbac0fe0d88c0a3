/*
 * On the host, the running CPU is a number that the test changes.
 */
#pragma once

#define this_cpu hardware_this_cpu

#include_next "arch/percpu.h"

#undef this_cpu

extern int running_cpu;

static inline struct cpu *
this_cpu(void)
{
    return &cpus[running_cpu];
}
