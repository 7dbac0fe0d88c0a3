/*
 * Random bytes, for getrandom(2), /dev/random and AT_RANDOM: ChaCha20 (RFC
 * 8439).  Keys and bytes are overwritten as they are used, so that what was
 * given out cannot be found in memory later.
 *
 * What feeds the key: at the first request 256 bits of RDSEED, or RDRAND; and
 * always the low bits of the TSC after 256 loads whose time varies, and the
 * time of day of the boot.  Each new pool of 512 bytes adds the TSC.  A CPU
 * with neither instruction (an emulated one) has little that others cannot
 * guess: then the bytes are good for hash tables and canaries, not for keys.
 * Linux would block here until interrupts have brought enough; we never do.
 */
#pragma once

#include "core/types.h"

/* => any context with interrupts on; no lock of RANK_RANDOM or higher */
void random_fill(void *buf, size_t size);

/* Four words, at little cost. */
void random_words(u32 words[4]);
