/*
 * The threads test: the real mm, locks and calls between CPUs, on the build
 * host, with a thread for each CPU, under the thread sanitizer.
 *
 *      main.c    what runs on the CPUs; the life of spaces
 *      pages.c   what they map, read and write, and how it is compared
 *      layer.c   physical memory, and what the real files need from elsewhere
 *      mmu.c     the processors' walks and TLBs
 */
#pragma once

#include "core/types.h"

#define HOST_CPUS 4

/* layer.c: something is wrong: say what, and end. */
__noreturn void fail(const char *fmt, ...) __printf(1, 2);

/* layer.c: lay out physical memory and start the allocators. */
void layer_init(void);
