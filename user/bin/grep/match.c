/*
 * The matcher: all ways through the program are followed at once, one character
 * of the line after the other. Essential fact: the set of places in the program
 * where one could be is all there is to remember, so the time is at most the
 * program's length for each character and each start, whatever the pattern
 * (Thompson 1968).
 */
#include <string.h>
#include <sys/types.h>

#include "match.h"
#include "program.h"

/* Where one could be in the program, before line[position]. */
struct places {
    int count;
    int list[STEPS_MAX];
};

static struct places here;
static struct places next;
static unsigned reached[STEPS_MAX]; /* the last turn that added a step */
static unsigned turn;

static bool
has(const struct step *step, int c)
{
    return (step->set[c >> 5] >> (c & 31) & 1) != 0;
}

static bool
holds(enum code code, const char *line, size_t length, size_t position)
{
    bool before = position > 0 && is_word((unsigned char)line[position - 1]);
    bool after = position < length && is_word((unsigned char)line[position]);

    switch (code) {
    case LINE_START:
        return position == 0;
    case LINE_END:
        return position == length;
    case WORD_START:
        return !before && after;
    case WORD_END:
        return before && !after;
    case WORD_EDGE:
        return before != after;
    case WORD_INSIDE:
        return before == after;
    case NO_WORD_BEFORE:
        return !before;
    default:
        return !after;
    }
}

/* Add a step, and where one gets from it without taking a character. */
static void
arrive(struct places *places, int number, const char *line, size_t length,
       size_t position)
{
    while (reached[number] != turn) {
        reached[number] = turn;
        const struct step *step = &steps[number];
        if (step->code == TAKE || step->code == MATCHED) {
            places->list[places->count++] = number;
            return;
        }
        if (step->code == JUMP) {
            number += step->to;
            continue;
        }
        if (step->code == EITHER) {
            arrive(places, number + step->to, line, length, position);
        } else if (!holds(step->code, line, length, position)) {
            return;
        }
        number++;
    }
}

/* => the end of the longest match that starts here, or -1 */
static ssize_t
match_at(const char *line, size_t length, size_t position)
{
    ssize_t end = -1;

    here.count = 0;
    turn++;
    arrive(&here, 0, line, length, position);
    for (;; position++) {
        next.count = 0;
        turn++;
        for (int i = 0; i < here.count; i++) {
            const struct step *step = &steps[here.list[i]];
            if (step->code == MATCHED) {
                end = (ssize_t)position;
            } else if (position < length &&
                       has(step, (unsigned char)line[position])) {
                arrive(&next, here.list[i] + 1, line, length, position + 1);
            }
        }
        if (next.count == 0) {
            return end;
        }
        here.count = next.count;
        memcpy(here.list, next.list, (size_t)next.count * sizeof(int));
    }
}

bool
pattern_find(const char *line, size_t length, size_t from, size_t *start,
             size_t *end)
{
    for (; from <= length; from++) {
        ssize_t found = match_at(line, length, from);
        if (found >= 0) {
            *start = from;
            *end = (size_t)found;
            return true;
        }
    }
    return false;
}
