/*
 * Advice that changes what fork gives to the child.  The essential fact: fork
 * shares all, in constant time, and a child whose parent was advised then gives
 * back what it must not have: it unmaps that in its own tree, before anyone can
 * run in it.  A parent that was never advised pays nothing.
 */
#include "abi/errno.h"

#include "mm/advise.h"
#include "mm/as.h"
#include "mm/range.h"
#include "mm/vma.h"

int
vma_advise_fork(struct as *as, vaddr_t start, vaddr_t end, enum advice advice)
{
    const struct vma *vma = vma_find(as, start);
    u32 bit = advice <= ADVICE_DOFORK ? VMA_DONTFORK : VMA_WIPEONFORK;
    bool sets = advice == ADVICE_DONTFORK || advice == ADVICE_WIPEONFORK;
    u32 cuts = (u32)(vma->start < start) + (u32)(vma->end > end);

    if (advice == ADVICE_WIPEONFORK && vma->object != NULL) {
        return -EINVAL;
    }
    if (((vma->flags & bit) != 0) == sets) {
        return 0;
    }
    if ((cuts > 0 && vma_too_many(as, cuts))
        || vma_own(as, start, end, cuts) != 0) {
        return -EAGAIN;
    }
    /* ---- no failure below this line ---- */
    vma_split_at(as, start);
    vma_split_at(as, end);
    vma_find(as, start)->flags ^= bit;
    vma_merge_at(as, start);
    vma_merge_at(as, end);
    as->advised = true;
    return 0;
}

int
as_leave_out(struct as *child)
{
    const struct vma *vma;
    vaddr_t at = 0;
    int error = 0;

    spin_lock(&child->lock);
    while (error == 0 && (vma = vma_first_from(child, at)) != NULL) {
        vaddr_t start = vma->start;
        at = vma->end;
        if (vma->flags & VMA_DONTFORK) {
            error = as_unmap_locked(child, start, at);
        } else if (vma->flags & VMA_WIPEONFORK) {
            error = range_unmap(child, start, at);
        }
    }
    spin_unlock(&child->lock);
    return error;
}
