/*
 * What programs may say and ask about ranges of their memory (madvise, mincore,
 * mlock), what fork makes of it, and moving a range (mremap).
 *
 * All functions take as->lock; addr and size are page aligned.
 */
#pragma once

#include "core/types.h"

struct as;
struct vma;

/* What has to be done to a range, or to each vma in it. */
enum advice {
    ADVICE_NONE,  /* only see whether it is mapped */
    ADVICE_DROP,  /* MADV_DONTNEED: the next access finds what is mapped */
    ADVICE_FREE,  /* MADV_FREE: nothing; of private memory without an object */
    ADVICE_DONTFORK, /* a child does not get it */
    ADVICE_DOFORK,
    ADVICE_WIPEONFORK, /* a child gets it empty; only such memory, too */
    ADVICE_KEEPONFORK,
};

/* => 0; -EINVAL: ADVICE_FREE or _WIPEONFORK, and a vma has an object (those
 *    below it are done); -ENOMEM: a hole, all else is done; -EAGAIN: no memory,
 *    or too many vmas */
int as_advise(struct as *as, vaddr_t addr, u64 size, enum advice advice);

/* One of the last four, for a part of one vma.
 * => as->lock held; 0; -EINVAL, -EAGAIN: nothing has changed */
int vma_advise_fork(struct as *as, vaddr_t start, vaddr_t end,
                    enum advice advice) __must_check;

/* Take out of a new child what its parent, which was advised, has shared but
 * does not want it to have.
 * => nobody runs in the child; 0; -ENOMEM: the child must not run */
int as_leave_out(struct as *child) __must_check;

/* Set a byte for each page: 1 if an access needs no page to be made or read.
 * => size is at most RESIDENT_MAX pages; 0, or -ENOMEM: a hole */
#define RESIDENT_MAX 64
int as_resident(struct as *as, vaddr_t addr, u64 size, u8 *found);

/* The first vma that ends behind addr.  => false: none */
bool as_vma_from(struct as *as, vaddr_t addr, struct vma *vma);

/* mremap(2) of a range that changes its size, its place, or both.
 * => may_move: to wherever there is room; `to` not 0: there, replacing what is
 *    mapped
 * => the address; -EFAULT: the range is not in one vma; -EINVAL; -ENOMEM */
long as_remap(struct as *as, vaddr_t addr, u64 size, u64 new_size,
              bool may_move, vaddr_t to);
