/*
 * words.h: words that several threads or processes read, write and wait on, by
 * futex(2) alone.
 */
#pragma once

#include <stddef.h>
#include <sys/syscall.h>

#include "abi/futex.h"
#include "raw.h"

#define FOREVER NULL
#define EVERYONE 0x7fffffffL

static inline int
word_of(const int *at)
{
    return __atomic_load_n(at, __ATOMIC_SEQ_CST);
}

static inline void
set_word(int *at, int value)
{
    __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}

/* futex(2) with all its arguments; => as the system call */
static inline long
futex(int *word, long op, long value, const void *timeout, int *second,
    long third)
{
    const long arg[6] = { P(word), op, value, P(timeout), P(second), third };

    return raw_v(SYS_futex, arg);
}

static inline long
futex_wait(int *word, int value)
{
    return futex(word, FUTEX_WAIT, value, FOREVER, NULL, 0);
}

static inline long
futex_wake(int *word, long count)
{
    return futex(word, FUTEX_WAKE, count, NULL, NULL, 0);
}

/* Sleep until a word that only grows is at least this. */
static inline void
until(int *word, int value)
{
    int now;

    while ((now = word_of(word)) < value) {
        futex_wait(word, now);
    }
}

/* Let a word grow by one, and wake who waits for it. */
static inline void
advance(int *word)
{
    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    futex_wake(word, EVERYONE);
}
