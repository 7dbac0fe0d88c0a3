/*
 * The kernel heap: objects by size class from whole pages, and larger ones as
 * blocks of frames.  Every object is aligned to 16 bytes, those of a page or
 * more to a page.
 */
#pragma once

#include "core/types.h"

/* Allocate size bytes.
 * => not in an interrupt handler
 * => NULL if there is no memory */
void *kmalloc(size_t size) __must_check __attribute__((malloc));

/* The same, filled with zeros. */
void *kzalloc(size_t size) __must_check __attribute__((malloc));

/* Free what kmalloc returned; NULL is ignored. */
void kfree(void *ptr);

/* Bytes in live objects, rounded up to their classes. */
u64 heap_bytes(void);
