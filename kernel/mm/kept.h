/*
 * Frames that are kept for a time without memory, and what a space holds.
 */
#pragma once

#include "core/types.h"

struct as;

/* How many of the kept frames the running thread must leave to those with more
 * need.  NULL: all. */
extern int (*kept_for_others)(void);

/* Before an allocation fails: free a kept frame, so that this CPU finds it.  If
 * there is none for the running thread, WORK_MEMORY notes the failure.
 * => as frame_alloc */
bool kept_release(void);

/* Keep FRAMES_KEPT frames again, if some were taken and memory is not short. */
void kept_fill(void);

/* About how many frames the space's user half holds: its tables, and its pages
 * by the eight, but not the frame of zeros.  Of what several entries share,
 * each has its part.
 * => no CPU changes the tables: all others are parked */
u64 kept_weigh(const struct as *as);
