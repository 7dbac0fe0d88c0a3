/*
 * In the threads test, copies that the sanitizer sees.
 */
#pragma once

#include "core/types.h"

void page_clear(void *page);

static inline void
words_copy(void *to, const void *from, u64 words)
{
    for (u64 i = 0; i < words; i++) {
        ((u64 *)to)[i] = ((const u64 *)from)[i];
    }
}

static inline void
page_copy(void *to, const void *from)
{
    words_copy(to, from, PAGE_SIZE / 8);
}
