/*
 * Things to map: files, whose contents change only when they are cut short and
 * written anew, and shared memory.
 */
#pragma once

#include "mm/object.h"

#define THING_PAGES 256 /* at most */
#define FILE_PAGES  200
#define WORDS       2   /* words of each page that the test looks at */

struct thing {
    struct object object;
    bool file;
    u32 refs;                   /* 0: not in use */
    u64 pages;                  /* its size */
    bool lent;                  /* zeros may be mapped for a hole */
    paddr_t frame[THING_PAGES]; /* 0: a hole */
    u64 word[THING_PAGES][WORDS]; /* the model: what must be there */
};

/* Where word number i lies in its page: at both ends. */
static inline u64
word_offset(int i)
{
    return i == 0 ? 0 : PAGE_SIZE - sizeof(u64);
}

/* Make the files; they stay until things_end. */
void things_init(void);
void things_end(void);

struct thing *a_file(void);

/* New shared memory with one reference.  => NULL: all are in use */
struct thing *new_shared(void);
void thing_put(struct thing *thing);

/* Set the size.  After a smaller one, drop the pages behind the end: a thing
 * that grows again gets new ones. */
void thing_resize(struct thing *thing, u64 pages);
void thing_drop_rest(struct thing *thing);
