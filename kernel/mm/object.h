/*
 * A memory object: something that has pages and can be mapped.  mm defines the
 * interface and files implement it, so that a page fault needs no way upward.
 *
 *   a  atomic
 */
#pragma once

#include "core/types.h"

struct object;

struct object_ops {
    /* Find the page at index (in pages), making it if it is a hole.
     * => an address space's spinlock is held: must not sleep
     * => 0 and *frame with one more reference, for the caller;
     *    -ENOMEM; -ERANGE if index lies beyond the end */
    int (*page)(struct object *object, u64 index, paddr_t *frame);
    /* Find the pages from index on, `count` at most, but make none: found[i]
     * is 0 for one that is not there, else has one more reference.
     * => as above; how many were looked at, fewer at the end */
    u64 (*present)(struct object *object, u64 index, u64 count,
                   paddr_t *found);
    u64 (*size)(struct object *object); /* bytes */
    void (*get)(struct object *object); /* one more reference */
    void (*put)(struct object *object); /* one fewer; may free, never sleeps */
};

struct object {
    const struct object_ops *ops;
    bool mapped; /* a  some space maps it, perhaps (mm/vma.c sets it) */
};

/* Take the object's pages [first, end) out of every space that maps them, with
 * the copies that private mappings have made (as Linux): the next touch asks
 * the object anew.  Who cuts a file short first makes it shorter, under the
 * lock that `page` takes; then calls this; then drops the pages.
 * => no spinlock held; costs nothing if nobody has mapped the object
 * => 0; -ENOMEM: some spaces still have pages of it */
int object_unmap(struct object *object, u64 first, u64 end) __must_check;

/* Copy size bytes at offset (bytes) out of the object into kernel memory.
 * => no spinlock above RANK_AS held
 * => bytes copied, fewer at the object's end; -ENOMEM */
long object_read(struct object *object, u64 offset, void *buf, size_t size);
