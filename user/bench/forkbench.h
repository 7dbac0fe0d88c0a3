/*
 * What forkmoved.c and forkthreads.c have for forkbench.c.
 */
#pragma once

#include <stddef.h>

/* The first writes to an area while the other side, child or parent, still
 * has it; and two groups. */
void first_writes(size_t size);
void moved(void);
void moved_huge(void);

/* A group: threads and futexes. */
void threads(void);
