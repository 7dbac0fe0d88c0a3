/*
 * What forkmoved.c has for forkbench.c.
 */
#pragma once

#include <stddef.h>

/* The first writes to an area while the other side, child or parent, still
 * has it; and two groups. */
void first_writes(size_t size);
void moved(void);
void moved_huge(void);
