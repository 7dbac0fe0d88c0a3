/*
 * Clearing and copying whole pages.
 */
#pragma once

#include "core/types.h"

/* Fill the page with zeros, 16 bytes an instruction.
 * => preserves the user's registers, also XMM0 */
void page_clear(void *page);

/* Copy words of 8 bytes; the two places are distinct. */
static inline void
words_copy(void *to, const void *from, u64 words)
{
    __asm__ volatile("rep movsq"
                     : "+D"(to), "+S"(from), "+c"(words)
                     :
                     : "memory");
}

static inline void
page_copy(void *to, const void *from)
{
    words_copy(to, from, PAGE_SIZE / 8);
}
