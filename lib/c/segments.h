#pragma once

/*
 * Plan 9's segments: data, bss and heap, which RFMEM shares between processes
 * that each have their own stack (plan9.h).
 *
 *     data, bss | private_page | bss | heap | arena ......... | stack
 *     shared      each its own   shared       later brk, mmap   each its own
 */

#include <stdbool.h>
#include <stddef.h>

struct child;
struct env_group;

/* Each segment in turn, at most `most` of them. */
struct visit {
    int (*fn)(char *start, size_t size);
    int most, calls;
};

/* What each process has for itself although it shares the rest. */
struct private {
    bool borrows;           /* it was made by RFMEM: atexit is its parent's */
    int exits_fd;           /* takes its last words; 0: see exits.c */
    int mail_in, mail_out;  /* those of its children come here; 0: none yet */
    struct child *children; /* that it has not waited for */
    struct env_group *env;  /* NULL: what environ has */
    struct visit visit;
};

#define PRIVATE_SIZE 4096

extern union private_page {
    struct private own;
    char page[PRIVATE_SIZE];
} private_page;

/* Share the segments with every child that is made from now on.
 * => 0; -1 and errno: nothing has changed */
int segments_share(void);

/* Whether they are shared; and in a child that is to have a copy: make it.
 * => 0; -1: no memory */
bool segments_are_shared(void);
int segments_copy(void);

/* Keep the others from changing malloc's and the arena's lists meanwhile; in a
 * child with a copy, the locks are free again. */
void segments_lock(void);
void segments_unlock(void);
