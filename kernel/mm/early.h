/*
 * Memory before there is an allocator: a pointer that moves up through the
 * largest usable region, around the kernel's image and the initrd.  What is
 * taken here is never given back; the rest becomes frames (frame_init).
 */
#pragma once

#include "core/types.h"

/* Take size bytes, zeroed, page aligned.
 * => boot only, before frame_init; panics, saying what is missing, if memory
 *    is too small */
void *early_alloc(size_t size);

/* The end of the last usable byte. */
paddr_t early_memory_end(void);
