/*
 * mprotect.  First it reserves nodes (vma_own_inside), then it changes the
 * tables, and then the vmas, which cannot fail.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "arch/pte.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/range.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

static void
change_rights(struct walk *walk)
{
    pte_t had = *walk->entry;
    pte_t now = (had & (PTE_ADDR | PTE_S | PTE_A | PTE_D)) | walk->rights;

    /* Set W where a write fault would do no more: the page is the object's (S),
     * or it has no other edge and no hold. */
    if ((now & PTE_W) != 0 && (had & (PTE_W | PTE_S)) == 0
        && __atomic_load_n(&frame_of(pte_addr(had))->refs, __ATOMIC_ACQUIRE)
               != 1) {
        now &= ~PTE_W;
    }
    /* Release, for the reads of the sharers that have dropped the page (A4). */
    __atomic_store_n(walk->entry, now, __ATOMIC_RELEASE);
    walk->lowered += ((had ^ PTE_NX) & ~(now ^ PTE_NX)
                      & (PTE_P | PTE_W | PTE_NX)) != 0;
}

/* Change the rights of every page.  => 0; -ENOMEM: nothing is changed */
static int
range_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    struct walk walk = {.start = start, .end = end, .visit = change_rights};

    if (range_own(as, start, end, false) != 0) {
        return -ENOMEM;
    }
    /* ---- no failure below this line ---- */
    walk.rights = range_rights(prot, 0) | (prot & PROT_WRITE ? PTE_W : 0);
    range_walk(as, &walk);
    if (walk.lowered > 0) { /* giving rights needs no flush (A8) */
        range_flush(as, start, end - start == PAGE_SIZE);
    }
    return 0;
}

/* Own all vmas of the range, which has no hole, and reserve `more`. */
static int
vma_own_inside(struct as *as, vaddr_t start, vaddr_t end, u32 more)
{
    int error = vma_own(as, start, end, more);

    while (start < end && error == 0) {
        start = vma_find(as, start)->end;
        error = vma_own_way(&as->vmas, start);
        (void)spin_rest(&as->lock);
    }
    return error;
}

/* Give every vma of the range these rights, split and merged as needed.
 * => vma_own_inside was called, with 1 more for each border inside a vma */
static void
vma_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    vma_split_at(as, start);
    vma_split_at(as, end);
    while (start < end) {
        struct vma *vma = vma_find(as, start);
        vaddr_t next = vma->end;
        vma->prot = prot;
        vma_merge_at(as, start);
        start = next;
        (void)spin_rest(&as->lock);
    }
    vma_merge_at(as, end);
}

/* What mprotect of [start, end) must know. */
struct protect {
    vaddr_t covered;    /* vmas lie in [start, covered) without a hole */
    vaddr_t start, end; /* the part that has other rights now */
    u32 flags;          /* of all of them */
};

static struct protect
survey(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    struct protect all = {.covered = start, .start = start, .end = start};
    const struct vma *vma;

    while (all.covered < end && (vma = vma_find(as, all.covered)) != NULL) {
        vaddr_t next = MIN(vma->end, end);
        all.flags |= vma->flags;
        if (vma->prot != prot) {
            all.start = all.end == start ? all.covered : all.start;
            all.end = next;
        }
        all.covered = next;
        (void)spin_rest(&as->lock);
    }
    return all;
}

/* Whether the vma at one end of the range, with its new rights, merges with its
 * neighbour behind that end.  At the limit Linux allows that, as here. */
static bool
moves_border(const struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    struct vma first = *vma_find(as, start);
    struct vma last = *vma_find(as, end - 1);
    const struct vma *before = vma_find(as, start - 1);
    const struct vma *after = vma_find(as, end);

    first.prot = last.prot = prot;
    return (before != NULL && vma_continues(before, &first))
           || (after != NULL && vma_continues(&last, after));
}

static int
protect_locked(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    struct protect all = survey(as, start, end, prot);
    int result = all.covered == end ? 0 : -ENOMEM;

    if ((prot & PROT_WRITE) != 0 && (all.flags & VMA_NEVER_W) != 0) {
        return -EACCES;
    }
    if (all.start == all.end) {
        return result;
    }
    u32 cuts = vma_is_inside(as, all.start) + vma_is_inside(as, all.end);
    if (cuts > 0 && vma_too_many(as, cuts)
        && (cuts > 1 || !moves_border(as, all.start, all.end, prot))) {
        return -ENOMEM;
    }
    int error = vma_own_inside(as, all.start, all.end, cuts);
    if (error == 0) {
        error = range_protect(as, all.start, all.end, prot);
    }
    if (error != 0) {
        return error;
    }
    /* ---- no failure below this line ---- */
    vma_protect(as, all.start, all.end, prot);
    return result;
}

int
as_protect(struct as *as, vaddr_t addr, u64 size, u64 prot)
{
    if (addr % PAGE_SIZE != 0) {
        return -EINVAL;
    }
    if (size == 0) {
        return 0;
    }
    size = align_up(size, PAGE_SIZE);
    if (addr + size <= addr) {
        return -ENOMEM;
    }
    if (prot & ~(u64)(PROT_READ | PROT_WRITE | PROT_EXEC)) {
        return -EINVAL;
    }
    if (!user_range(addr, size)) {
        return -ENOMEM;
    }
    spin_lock(&as->lock);
    int error = protect_locked(as, addr, addr + size, (u32)prot);
    spin_unlock(&as->lock);
    return error;
}
