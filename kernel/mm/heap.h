/*
 * The kernel heap: objects by size class in whole pages, larger ones as blocks
 * of frames.  Objects are aligned to 16 bytes, or to a page if they have one.
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

/* Bytes in live objects, rounded up to their classes; and the frames of small
 * ones, whose number also depends on what each CPU keeps.
 * => the second: all other CPUs are parked */
u64 heap_bytes(void);
u64 heap_small_frames(void);
