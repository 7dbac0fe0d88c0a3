/*
 * Advice about ranges.  Dropping pages is what munmap does to the tables; the
 * vmas stay.
 */
#include "abi/errno.h"

#include "mm/advise.h"
#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/vma.h"

int
as_advise(struct as *as, vaddr_t addr, u64 size, enum advice advice)
{
    vaddr_t end = addr + size;
    vaddr_t at = addr;
    int result = 0;
    int error = 0;

    spin_lock(&as->lock);
    while (at < end && error == 0) {
        const struct vma *vma = vma_first_from(as, at);
        vaddr_t start = vma != NULL ? MAX(at, vma->start) : end;
        result = start > at ? -ENOMEM : result;
        at = vma != NULL ? MIN(vma->end, end) : end;
        (void)spin_rest(&as->lock);
        if (start >= end || advice == ADVICE_NONE) {
            continue;
        }
        error = advice >= ADVICE_DONTFORK
                    ? vma_advise_fork(as, start, at, advice)
                : advice == ADVICE_FREE ? (vma->object != NULL ? -EINVAL : 0)
                : range_unmap(as, start, at) != 0 ? -EAGAIN : 0;
    }
    spin_unlock(&as->lock);
    return error != 0 ? error : result;
}

struct residency {
    struct walk walk;
    u8 *found; /* of the page at walk.start */
};

static void
note_page(struct walk *walk)
{
    struct residency *all = (struct residency *)walk;

    all->found[(walk->addr - walk->start) >> PAGE_SHIFT] = 1;
}

/* Pages that the object has in memory, mapped or not. */
static void
note_object(const struct vma *vma, vaddr_t start, vaddr_t end, u8 *found)
{
    paddr_t held[RESIDENT_MAX];
    u64 index = vma->offset + ((start - vma->start) >> PAGE_SHIFT);
    u64 count = vma->object->ops->present(vma->object, index,
                                          (end - start) >> PAGE_SHIFT, held);

    for (u64 i = 0; i < count; i++) {
        found[i] |= held[i] != 0;
        if (held[i] != 0) {
            frame_put(held[i]);
        }
    }
}

int
as_resident(struct as *as, vaddr_t addr, u64 size, u8 *found)
{
    struct residency all = {
        .walk = {.start = addr, .end = addr + size, .visit = note_page},
        .found = found,
    };
    const struct vma *vma;
    vaddr_t at = addr;

    spin_lock(&as->lock);
    while (at < addr + size && (vma = vma_find(as, at)) != NULL) {
        vaddr_t end = MIN(vma->end, addr + size);
        if (vma->object != NULL) {
            note_object(vma, at, end, found + ((at - addr) >> PAGE_SHIFT));
        }
        at = end;
    }
    range_walk(as, &all.walk);
    spin_unlock(&as->lock);
    return at < addr + size ? -ENOMEM : 0;
}

bool
as_vma_from(struct as *as, vaddr_t addr, struct vma *vma)
{
    spin_lock(&as->lock);
    const struct vma *first = vma_first_from(as, addr);
    if (first != NULL) {
        *vma = *first;
    }
    spin_unlock(&as->lock);
    return first != NULL;
}
