/*
 * Free blocks of 2^order frames: for frame.c, which holds frame_lock.
 */
#pragma once

#include "core/types.h"

/* Free a block, and merge it with its buddies as far as possible. */
void block_free(u32 number, int order);

/* Take a block, splitting a larger one if need be.  => 0: there is none */
u32 block_take(int order);

/* Take the smallest free block, or 2^*order frames of it if it is larger; set
 * *order to what was taken.  => 0: there is none */
u32 block_take_small(int *order);
