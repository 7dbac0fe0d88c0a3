/*
 * Frames: every page of physical memory has one 16-byte record.
 *
 *      free ---frame_alloc---> table | anon | cache | shared | kernel
 *        ^                                    |
 *        +----------- refs reaches 0 ---------+
 *
 * refs counts references to a frame: entries of distinct live page tables that
 * name it (present, or kept with PTE_K), plus named holds of the kernel (the
 * page cache's own, a pin during a copy).  It counts edges, not processes.
 *
 * FR-1  Every frame is exactly one of free, table, anon, cache, shared, kernel,
 *       reserved; a free one has refs 0.
 * FR-2  A free frame holds what its record says (enum frame_content).
 *
 * Callers: all code but interrupt handlers.  Each CPU keeps some free frames of
 * its own, and the kernel is not preempted, so most calls take no lock.
 */
#pragma once

#include "core/memlayout.h"
#include "core/types.h"

enum frame_kind {
    FRAME_FREE,     /* in the allocator, caches of free frames included */
    FRAME_RESERVED, /* never ours: firmware, the image, holes */
    FRAME_TABLE,    /* a page table of level 1 to 4 */
    FRAME_ANON,     /* a process's memory, not held by an object */
    FRAME_CACHE,    /* a page of a file (tmpfs), held once by the file */
    FRAME_SHARED,   /* the same, for shared anonymous memory */
    FRAME_KERNEL,   /* heap, stacks, the kernel's own */
    FRAME_KINDS,
};

/* The content of a free frame, if it is known: it need not be written again.
 * Page tables are cleared as they are dropped, entry by entry. */
enum frame_content {
    CONTENT_ANY,
    CONTENT_ZERO,
    CONTENT_ROOT, /* a root: no user entries, the kernel's half filled */
    CONTENT_COUNT,
};

#define FRAME_WCLEARED 0x1 /* a copier cleared W bits here: see share.c */
#define FRAME_HIDDEN   0x2 /* zeros may be mapped instead: fs/holes.c */

struct frame {
    u64 lines;         /* table: bit i = cache line i may hold entries;
                          free: links of the allocator's list */
    u32 refs;
    u8 level;          /* table: 1 to 4, for checks; block: its order */
    u8 flags;          /* free: its content, or FRAME_BLOCK */
    u8 kind;           /* enum frame_kind */
    u8 visits;         /* by debug/check.c, else 0 */
};

_Static_assert(sizeof(struct frame) == 16, "16 bytes per frame");

extern struct frame *frames;  /* the record of frame n is frames[n] */
extern u64 frames_count;
extern paddr_t zero_frame;    /* all zero; counted like any other frame, so
                                 that no walk tests for it; held once by us */

/* Build the records and free lists from bootinfo (early.c).
 * => boot, one CPU; panics if there is not enough memory to go on */
void frame_init(void);

/* Take size bytes before that, zeroed, page aligned, and for ever.
 * => boot; panics, saying what is missing, if memory is too small */
void *early_alloc(size_t size);

/* The end of the last usable byte. */
paddr_t early_memory_end(void);

/* Allocate one frame, with refs 1; its content is undefined.
 * => 0 if there is no memory */
paddr_t frame_alloc(enum frame_kind kind) __must_check;

/* The same, filled with zeros. */
paddr_t frame_alloc_zero(enum frame_kind kind) __must_check;

/* The same for a table of level 4: the kernel's half is filled, the rest 0. */
paddr_t frame_alloc_root(void) __must_check;

/* Allocate 2^order contiguous frames, aligned to their size; refs 1 each.
 * => 0 if there is no such run */
paddr_t frame_alloc_block(enum frame_kind kind, int order) __must_check;
void frame_free_block(paddr_t block, int order);

/* Add / drop one reference; dropping the last one frees the frame.
 * => get: the caller has a reference, or a lock that keeps one alive
 * => put of a table: use pt_drop, which drops the children too */
static inline void frame_get(paddr_t frame);
void frame_put(paddr_t frame);

/* An object adds its hold to a page, which is of this kind from now on.
 * => the caller has a reference */
void frame_adopt(paddr_t frame, enum frame_kind kind);

/* Drop an object's hold on its page.  If a copy still has it pinned, it counts
 * as anonymous memory from now on. */
void frame_disown(paddr_t frame);

/* Free a frame without references, and record its content (for pt_drop, which
 * has counted refs down itself). */
void frame_free(paddr_t frame, enum frame_content content);

/* How many frames are of this kind now (exact while all CPUs are still). */
u64 frame_count(enum frame_kind kind);

/* Free [start, end), which boot has reserved: the initrd, once unpacked. */
void frame_release_range(paddr_t start, paddr_t end);

static inline struct frame *
frame_of(paddr_t addr)
{
    /* One shift instead of two, and a mask: the records are 16 bytes long. */
    return (struct frame *)((u64)frames + (addr >> (PAGE_SHIFT - 4) & ~15UL));
}

/* The frame's contents, through the direct map. */
static inline void *
frame_ptr(paddr_t addr)
{
    return (void *)(addr + DIRECT_MAP);
}

static inline paddr_t
frame_addr(const void *ptr)
{
    return (paddr_t)ptr - DIRECT_MAP;
}

static inline void
frame_get(paddr_t addr)
{
    __atomic_fetch_add(&frame_of(addr)->refs, 1, __ATOMIC_RELAXED);
}
