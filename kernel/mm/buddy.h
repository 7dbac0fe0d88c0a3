/*
 * Free blocks of 2^order frames: for frame.c, which holds frame_lock.
 */
#pragma once

#include "core/types.h"

/* Give a block to the lists, merged as far as it goes. */
void block_free(u32 number, int order);

/* Take a block, splitting a larger one if need be.  => 0: there is none */
u32 block_take(int order);

/* Take the smallest one that is free, or a part of it: 2^*order frames at most,
 * then exactly.  => 0: there is none */
u32 block_take_small(int *order);
