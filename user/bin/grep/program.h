#pragma once

/*
 * The program that a pattern becomes.
 *
 *     a*      0 either 1 or 3    a|b     0 either 1 or 3
 *             1 a                        1 a
 *             2 jump to 0                2 jump to 4
 *             3                          3 b
 *
 * Jumps are relative, so a piece of program may be moved and copied.
 */

#include <stdbool.h>
#include <stdint.h>

enum code {
    TAKE,       /* one character of the set */
    EITHER,     /* the next step, or the one that is `to` further */
    JUMP,
    LINE_START,
    LINE_END,
    WORD_START,
    WORD_END,
    WORD_EDGE,  /* one of these two */
    WORD_INSIDE, /* none of them */
    NO_WORD_BEFORE,
    NO_WORD_AFTER,
    MATCHED,
};

struct step {
    enum code code;
    int to;
    uint32_t set[8]; /* of TAKE: a bit for each character */
};

#define STEPS_MAX 20000

extern struct step *steps;

/* Letters, digits and _ */
bool is_word(int c);
