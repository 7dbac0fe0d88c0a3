#pragma once

/*
 * Patterns as grep has them: POSIX's basic and extended regular expressions,
 * with GNU's \+ \? \| \w \s \b \< \>, or plain texts. Not back-references. A
 * newline between two patterns means either.
 */

#include <stdbool.h>
#include <stddef.h>

enum {
    PATTERN_EXTENDED = 1,
    PATTERN_FIXED = 2,
    PATTERN_FOLD = 4,       /* small and capital letters are the same */
    PATTERN_WHOLE_LINE = 8,
    PATTERN_WHOLE_WORD = 16, /* nothing of a word stands next to the match */
};

/* => NULL, or what is wrong with the pattern */
const char *pattern_compile(const char *text, unsigned flags);

/*
 * Find the first match at or behind `from`, the longest of those.
 * => false if there is none
 */
bool pattern_find(const char *line, size_t length, size_t from, size_t *start,
                  size_t *end);
