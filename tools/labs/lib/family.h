/*
 * family.h: parents and children in graded tests. They speak through a step, a
 * number in shared memory that each waits for, and through nothing else.
 */
#pragma once

#include "lab.h"

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL

/* Wait for a child that has to be killed by this signal. */
static inline void
family_killed(pid_t pid, int signal)
{
    int status = -1;

    waitpid(pid, &status, 0);
    lab_end();
    lab_check("wait", "the signal that killed a child", (unsigned long)signal,
              WIFSIGNALED(status) ? (unsigned long)WTERMSIG(status) : 0);
}

/* A step that parent and child share: 0 until one of them sets it. */
static inline volatile int *
family_step(void)
{
    return lab_shared(PAGE);
}

/* Let others run until the step has come. */
static inline void
family_until(volatile int *step, int number)
{
    while (*step < number) {
        lab_end();
        sched_yield();
    }
}

/* Words of a pattern that belongs to this start alone. */
static inline void
fill(volatile unsigned long *memory, unsigned long bytes, unsigned long start)
{
    for (unsigned long i = 0; i < bytes / sizeof(*memory); i++) {
        memory[i] = start + i * 0x9e3779b97f4a7c15UL;
    }
}

/* => how many words are not of that pattern */
static inline unsigned long
different(volatile unsigned long *memory, unsigned long bytes,
          unsigned long start)
{
    unsigned long count = 0;

    for (unsigned long i = 0; i < bytes / sizeof(*memory); i++) {
        count += memory[i] != start + i * 0x9e3779b97f4a7c15UL;
    }
    return count;
}

/* Private memory that nobody has touched. */
static inline void *
fresh(unsigned long bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    lab_check("MAP", "a mapping that has to work", 1, memory != MAP_FAILED);
    return memory;
}
