/*
 * ends.h: pipes in graded tests, and bytes of which each place has its own.
 */
#pragma once

#include "watch.h"

#define CAPACITY 65536
#define PIECE 4096 /* PIPE_BUF: a write of so many bytes is in one piece */

static inline void
make_pipe(int ends[2])
{
    lab_check("PI-1", "the result of pipe()", 0, (unsigned long)pipe(ends));
}

/* The byte at this place of a stream. */
static inline char
stream_byte(unsigned long at)
{
    return (char)(at * 7 + at / 251 + at / 65521);
}

static inline void
stream_fill(char *buf, unsigned long at, unsigned long size)
{
    for (unsigned long i = 0; i < size; i++) {
        buf[i] = stream_byte(at + i);
    }
}

/* => how many bytes are not those of the stream from `at` on */
static inline unsigned long
stream_wrong(const char *buf, unsigned long at, unsigned long size)
{
    unsigned long count = 0;

    for (unsigned long i = 0; i < size; i++) {
        count += buf[i] != stream_byte(at + i);
    }
    return count;
}

/* Fill a pipe, so that `room` bytes of room are left. */
static inline void
fill_pipe(int end, unsigned long room)
{
    static char block[CAPACITY];

    lab_check("PI-6", "bytes that an empty pipe takes", CAPACITY - room,
              (unsigned long)write(end, block, CAPACITY - room));
}
