/*
 * What programs may say and ask about ranges of their memory (madvise, mincore,
 * mlock), and moving a range (mremap).
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
    ADVICE_FREE,  /* the same, but only of private memory without an object */
};

/* => 0; -EINVAL: ADVICE_FREE, and a vma has an object (those below it are
 *    done); -ENOMEM: a hole, all else is done; -EAGAIN: no memory */
int as_advise(struct as *as, vaddr_t addr, u64 size, enum advice advice);

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
