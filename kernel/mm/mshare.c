/*
 * mshare.  The essential fact: a private page that the space owns has one edge
 * and W, so nobody else can see it; to give it to the object adds the object's
 * hold and S, and moves no byte.  A page that others still share, after a fork,
 * is owned first, which copies it: so their memory stays private.
 */
#include "abi/errno.h"
#include "abi/mman.h"
#include "common/string.h"

#include "arch/pte.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/mshare.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/vma.h"

struct handing {
    struct walk walk; /* of the whole range */
    struct object *object;
    bool no_memory;
};

static u64
index_of(const struct walk *walk, vaddr_t addr)
{
    return (addr - walk->start) >> PAGE_SHIFT;
}

static void
reserve_slot(struct walk *walk)
{
    struct handing *all = (struct handing *)walk;
    u64 index = index_of(walk, walk->addr);

    all->no_memory |= all->object->ops->adopt(all->object, index, 0) != 0;
}

static void
hand_over(struct walk *walk)
{
    struct object *object = ((struct handing *)walk)->object;

    /* In one instruction: the processor may set A or D meanwhile. */
    __atomic_fetch_or(walk->entry, PTE_S, __ATOMIC_RELAXED);
    object->ops->adopt(object, index_of(walk, walk->addr),
                       pte_addr(*walk->entry));
}

/* Whether the vmas of the range may become one that is shared.  => 0 if so */
static int
examine(const struct as *as, vaddr_t start, vaddr_t end)
{
    const struct vma *vma;
    u32 prot = 0;

    for (vaddr_t at = start; at < end; at = vma->end) {
        vma = vma_find(as, at);
        if (vma == NULL) {
            return -ENOMEM;
        }
        prot = at == start ? vma->prot : prot;
        if ((vma->flags & (VMA_SHARED | VMA_STACK)) != 0 || vma->prot != prot
            || (~prot & (PROT_READ | PROT_WRITE)) != 0) {
            return -EINVAL;
        }
    }
    return vma_too_many(as, 2) ? -ENOMEM : 0;
}

/* Copy the page of a mapped file at addr, if it is not present. */
static int
copy_absent(struct as *as, const struct vma *vma, vaddr_t addr,
            struct handing *all)
{
    struct object *file = vma->object;
    u64 index = vma->offset + ((addr - vma->start) >> PAGE_SHIFT);
    paddr_t from, to;
    int level = 1;
    const pte_t *entry = pt_own_present(as, addr, &level);

    if (entry == NULL || (level == 1 && pte_is_edge(*entry))) {
        return entry == NULL ? -ENOMEM : 0;
    }
    int error = file->ops->page(file, index, OBJECT_LOOK, &from);
    if (error != 0) {
        return error == -ERANGE ? -EFAULT : error;
    }
    error = all->object->ops->page(all->object, index_of(&all->walk, addr),
                                   OBJECT_WRITE, &to);
    if (error == 0) {
        memcpy(frame_ptr(to), frame_ptr(from), PAGE_SIZE);
        frame_put(to);
    }
    frame_put(from);
    return error;
}

static int
copy_files(struct as *as, struct handing *all)
{
    int error = 0;

    for (vaddr_t at = all->walk.start; at < all->walk.end && error == 0;) {
        const struct vma *vma = vma_find(as, at);
        if (vma->object == NULL) {
            at = vma->end;
        } else {
            error = copy_absent(as, vma, at, all);
            at += PAGE_SIZE;
        }
        (void)spin_rest(&as->lock);
    }
    return error;
}

static int
mshare_locked(struct as *as, struct handing *all)
{
    vaddr_t start = all->walk.start;
    vaddr_t end = all->walk.end;
    int error = examine(as, start, end);
    if (error != 0) {
        return error;
    }
    const struct vma shared = {
        .start = start, .end = end, .prot = vma_find(as, start)->prot,
        .flags = VMA_SHARED, .object = all->object,
    };

    error = range_own(as, start, end, true);
    if (error == 0) {
        error = copy_files(as, all);
    }
    if (error == 0) {
        range_walk(as, &all->walk);
        error = all->no_memory ? -ENOMEM
                               : vma_own(as, start, end,
                                         1 + vma_is_inside(as, end));
    }
    if (error != 0) {
        return error;
    }
    /* ---- no failure below this line ---- */
    all->walk.visit = hand_over;
    range_walk(as, &all->walk);
    vma_remove(as, start, end);
    vma_insert(as, &shared);
    return 0;
}

int
as_mshare(struct as *as, vaddr_t addr, u64 size, struct object *object)
{
    struct handing all = {
        .walk = {.start = addr, .end = addr + size, .visit = reserve_slot},
        .object = object,
    };

    spin_lock(&as->lock);
    int error = mshare_locked(as, &all);
    spin_unlock(&as->lock);
    return error;
}
