/*
 * The model: what each space must hold and allow, stored in the simplest way.
 * All borders of ranges are borders of segments, so each space has one state
 * for a whole segment: one page that is accessed, or a range that never is.
 */
#pragma once

#include "mm/as.h"

#include "model/object.h"

#define SEGMENTS_MAX 256
#define SPACES       12

struct segment {
    vaddr_t start, end;
    bool page;           /* one page that is read and written */
};

extern struct segment segments[SEGMENTS_MAX];
extern int segment_count;

/* Segments [first, end). */
struct range {
    int first, end;
};

/* One segment of one space. */
struct cell {
    bool mapped;
    bool shared;         /* MAP_SHARED */
    bool written;        /* shared: W has been given, and must stay */
    bool own;            /* private: written, so `word` counts */
    bool kept, wiped;    /* fork: a child does not get it; gets it empty */
    u32 prot;
    struct thing *thing; /* NULL: anonymous */
    u64 index;           /* of its first page in the thing */
    u64 word[WORDS];
};

struct space {
    struct as *as;       /* NULL: free */
    bool busy;           /* an operation works on it */
    bool frozen;         /* an eager fork copies it: no private writes */
    struct range flux;   /* what the operation changes */
    vaddr_t brk_start, brk;
    struct cell cell[SEGMENTS_MAX];
};

extern struct space spaces[SPACES];

static inline int
space_id(const struct space *space)
{
    return (int)(space - spaces);
}

/* Lay out the segments. */
void model_init(void);

/* The segment that starts at addr; segment_count for the end of the last. */
int segment_at(vaddr_t addr);

/* What an access to a segment must give: 0, -EFAULT, -ERANGE. */
int model_access(const struct space *space, int segment, enum access access);

/* What word w of a page must be. */
u64 model_word(const struct space *space, int segment, int w);

/* A word has been written. */
void model_write(struct space *space, int segment, int w, u64 value);

/* Unmap, or give new rights to, a range. */
void model_unmap(struct space *space, struct range range);
void model_protect(struct space *space, struct range range, u32 prot);

/* A child has been made of the space: leave out what it does not get. */
void model_leave_out(struct space *child);

/* Compare a word of a page in memory with the model. */
void model_compare(const struct space *space, int segment, int w,
                   paddr_t frame);

/* Compare all pages of a space, its rights, and its vmas. */
void model_check(const struct space *space);
