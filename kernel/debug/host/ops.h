/*
 * What an operation and what happens in the middle of it have in common.
 */
#pragma once

#include "mm/fault.h"

#include "debug/host/model.h"

/* The CPUs that are inside an operation; the page it is about, or -1. */
extern bool cpu_busy[HOST_CPUS];
extern int hot_segment;

/* A random segment that is a page: often the hot one, else one that is mapped
 * in the space, if one is soon found. */
int pick_page(const struct space *space);

/* The space that a CPU has loaded, or NULL. */
struct space *loaded_space(int cpu);

/* What a granted access finds must be what the model says, and a write is done
 * in both. */
void use_page(struct space *space, int segment, enum access access,
              paddr_t frame);
