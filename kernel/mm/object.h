/*
 * A memory object: something that has pages and can be mapped.  mm defines the
 * interface and fs implements it, so mm calls no function of fs by name.
 *
 *   a  atomic
 */
#pragma once

#include "core/types.h"

struct object;

struct object_ops {
    /* Find the page at index (in pages); make it if it is a hole.
     * => an address space's spinlock is held: must not sleep
     * => 0 and *frame with one more reference, for the caller;
     *    -ENOMEM; -ENOSPC: files have too many pages already;
     *    -ERANGE if index lies beyond the end */
    int (*page)(struct object *object, u64 index, paddr_t *frame);
    /* Find the pages from index on, `count` at most, but make none.  found[i]
     * is 0 for a missing page; a found one has one more reference.
     * => as above; the number of pages examined: fewer at the end */
    u64 (*present)(struct object *object, u64 index, u64 count,
                   paddr_t *found);
    /* Take a frame as the page of a hole, with one more reference.  frame 0:
     * make room for it; then the call with the frame cannot fail.
     * => as above; 0 or -ENOMEM; NULL: not possible */
    int (*adopt)(struct object *object, u64 index, paddr_t frame);
    u64 (*size)(struct object *object); /* bytes */
    void (*get)(struct object *object); /* one more reference */
    void (*put)(struct object *object); /* one fewer; may free, never sleeps */
};

struct object {
    const struct object_ops *ops;
    bool mapped; /* a  a space may map it (mm/vma.c sets it) */
    bool written; /* a  it was ever mapped so that a program may write to it */
};

/* Unmap the object's pages [first, end) from every space, and the copies that
 * private mappings have made of them (as Linux): the next access faults, and
 * asks the object again.  To truncate a file: make it shorter, under the lock
 * that `page` takes; call this; drop the pages.
 * => no spinlock held; costs nothing if no space has mapped the object
 * => 0; -ENOMEM: some spaces still have pages of it */
int object_unmap(struct object *object, u64 first, u64 end) __must_check;

/* Whether it is the program of a space.  => no spinlock held */
bool object_runs(const struct object *object);
/* How many vmas map the object, in all spaces; writable: of those through which
 * it may be written.  => no spinlock held; 0 without cost if none ever did */
u64 object_uses(struct object *object, bool writable);

/* Copy size bytes at offset (bytes) out of the object into kernel memory.
 * => no spinlock above RANK_AS held
 * => bytes copied, fewer at the object's end; -ENOMEM */
long object_read(struct object *object, u64 offset, void *buf, size_t size);
