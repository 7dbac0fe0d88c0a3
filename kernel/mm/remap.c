/*
 * mremap.  The essential fact: an edge moves, so no reference is counted.  The
 * old entries are first made unreachable (P cleared, K set), then all CPUs
 * flush, and only then do the new ones appear: no page is ever seen at two
 * places.  They have no W, unless shared: the next write takes the page back.
 */
#include "abi/errno.h"

#include "core/panic.h"

#include "arch/pte.h"

#include "mm/advise.h"
#include "mm/as.h"
#include "mm/range.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

struct move {
    struct walk walk; /* of the old range */
    struct as *as;
    vaddr_t to;       /* where walk.start goes */
    bool no_memory;
};

static pte_t *
target(struct move *move)
{
    return pt_own(move->as, move->walk.addr - move->walk.start + move->to);
}

static void
reserve_entry(struct walk *walk)
{
    struct move *move = (struct move *)walk;

    move->no_memory = move->no_memory || target(move) == NULL;
}

static void
move_entry(struct walk *walk)
{
    pte_t old = *walk->entry;
    pte_t *entry = target((struct move *)walk);

    assert(entry != NULL && !pte_is_edge(*entry));
    __atomic_store_n(walk->entry, 0, __ATOMIC_RELAXED);
    pt_install(entry, (old & (PTE_ADDR | PTE_A | PTE_D)) | walk->rights);
}

/* Move the pages of `from` that lie below `end`, and map `new` in its place.
 * => -ENOMEM: nothing has changed */
static int
move_range(struct as *as, const struct vma *from, const struct vma *new)
{
    struct move move = {
        .walk = {.start = from->start, .end = from->end,
                 .rights = range_rights(from->prot, from->flags),
                 .visit = reserve_entry},
        .as = as, .to = new->start,
    };

    /* One for the new vma, and one or two to cut the old one out. */
    if (vma_own(as, from->start, from->end, 3) != 0
        || vma_own(as, new->start, new->end, 3) != 0
        || range_own(as, from->start, from->end, false) != 0) {
        return -ENOMEM;
    }
    range_walk(as, &move.walk);
    if (move.no_memory) {
        return -ENOMEM;
    }
    /* ---- no failure below this line ---- */
    move.walk.visit = range_cut_entry;
    range_walk(as, &move.walk);
    if (move.walk.lowered > 0) {
        range_flush(as, from->start, from->end - from->start == PAGE_SIZE);
    }
    move.walk.visit = move_entry;
    range_walk(as, &move.walk);
    vma_insert(as, new);
    vma_remove(as, from->start, from->end);
    return 0;
}

/* Make a vma longer where it is.  => whether there was room; -ENOMEM */
static int
grow_in_place(struct as *as, const struct vma *vma, u64 more)
{
    const struct vma *next = vma_first_from(as, vma->end);
    struct vma rest = *vma;

    if (!user_range(vma->end, more)
        || (next != NULL && next->start < vma->end + more)) {
        return 0;
    }
    rest.start = vma->end;
    rest.end = vma->end + more;
    rest.offset += (vma->end - vma->start) >> PAGE_SHIFT;
    if (vma_own(as, rest.start, rest.end, 1) != 0) {
        return -ENOMEM;
    }
    /* ---- no failure below this line ---- */
    vma_insert(as, &rest); /* and merge */
    return 1;
}

static long
remap_locked(struct as *as, vaddr_t addr, u64 size, u64 new_size,
             bool may_move, vaddr_t to)
{
    const struct vma *vma = vma_find(as, addr);
    if (vma == NULL) {
        return -EFAULT;
    }
    if (to != 0 && vma_too_many(as, 3)) { /* as on Linux, before all else */
        return -ENOMEM;
    }
    int error = to != 0 ? as_unmap_locked(as, to, to + new_size) : 0;
    if (error == 0 && new_size < size) {
        error = as_unmap_locked(as, addr + new_size, addr + size);
        size = new_size;
    }
    if (error != 0 || (to == 0 && new_size == size)) {
        return error != 0 ? error : (long)addr;
    }
    vma = vma_find(as, addr); /* it may be another node now */
    if (vma == NULL || size > vma->end - addr) {
        return -EFAULT;
    }
    struct vma from = *vma;
    int grown = 0;
    if (to == 0 && addr + size == from.end) {
        grown = grow_in_place(as, vma, new_size - size);
    }
    if (grown != 0) {
        return grown < 0 ? grown : (long)addr;
    }
    if (to == 0) {
        to = may_move && !vma_too_many(as, 3) ? as_gap(as, new_size) : 0;
    }
    if (to == 0) {
        return -ENOMEM;
    }
    from.offset += (addr - from.start) >> PAGE_SHIFT;
    from.start = addr;
    from.end = addr + size;
    from.flags &= ~(u32)VMA_STACK;
    struct vma new = from;
    new.start = to;
    new.end = to + new_size;
    error = move_range(as, &from, &new);
    return error != 0 ? error : (long)to;
}

long
as_remap(struct as *as, vaddr_t addr, u64 size, u64 new_size, bool may_move,
         vaddr_t to)
{
    spin_lock(&as->lock);
    long result = user_range(addr, size)
                      ? remap_locked(as, addr, size, new_size, may_move, to)
                      : -EFAULT;
    spin_unlock(&as->lock);
    return result;
}
