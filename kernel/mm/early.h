/*
 * Memory before there is an allocator: a pointer that moves up through the
 * largest usable region, around the kernel's image and the initrd.  What is
 * taken here is never given back.
 */
#pragma once

#include "core/types.h"

/* Take size bytes, zeroed, page aligned.
 * => boot only, before early_close; panics, saying what is missing, if memory
 *    is too small */
void *early_alloc(size_t size);

/* No early_alloc after this. */
void early_close(void);

/* Whether the page belongs to the image, the initrd or early_alloc's. */
bool early_owned(paddr_t page);

/* The end of the last usable byte. */
paddr_t early_memory_end(void);
