/*
 * Text that grows as it is written: what a file of /proc shows.
 */
#pragma once

#include "core/types.h"

struct text {
    char *buf;              /* NULL before the first byte */
    size_t size, capacity;
    bool failed;            /* memory ran out: the text is not complete */
};

/* Append formatted text.
 * => any context; want of memory is remembered in text->failed */
void text_printf(struct text *text, const char *fmt, ...) __printf(2, 3);

/* Free what it holds; it is empty then. */
void text_clear(struct text *text);
