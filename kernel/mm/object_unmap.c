/*
 * An object in every space: unmapping its pages, or the zeros in place of one,
 * and counting its vmas.
 */
#include "arch/pte.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/vma.h"

/* Find the next space that has users (after NULL: the first), and take a
 * reference to it.  The caller's reference to `as` is dropped.
 * => NULL: there is none */
static struct as *
as_next(struct as *as)
{
    struct list *link = as != NULL ? &as->link : &all_spaces;
    struct as *next = NULL;
    u32 refs = 0;

    spin_lock(&all_spaces_lock);
    while (refs == 0 && (link = link->next) != &all_spaces) {
        next = list_entry(link, struct as, link);
        refs = __atomic_load_n(&next->refs, __ATOMIC_RELAXED);
        while (refs != 0
               && !__atomic_compare_exchange_n(&next->refs, &refs, refs + 1,
                                               false, __ATOMIC_ACQUIRE,
                                               __ATOMIC_RELAXED)) {
        }
    }
    if (refs != 0) {
        __atomic_fetch_add(&next->visits, 1, __ATOMIC_RELAXED);
    }
    spin_unlock(&all_spaces_lock);
    if (as != NULL) {
        as_leave(as);
    }
    return refs != 0 ? next : NULL;
}

static void
look(struct walk *walk)
{
    (void)walk; /* which says what it has seen */
}

static bool
shows_zeros(struct as *as, vaddr_t addr)
{
    struct walk walk = {.start = addr, .end = addr + PAGE_SIZE, .visit = look};

    return range_walk(as, &walk) && walk.entry != NULL
           && pte_addr(*walk.entry) == zero_frame;
}

/* What is unmapped: pages [first, end) of the object, or zeros in place of the
 * first. */
struct cut {
    struct object *object;
    u64 first, end;
    bool zeros;
    bool mapped; /* a vma was seen */
};

/* => as->lock is held */
static int
unmap_in(struct as *as, struct cut *cut)
{
    int error = 0;

    for (const struct vma *vma = vma_first_from(as, 0);
         vma != NULL && error == 0; vma = vma_first_from(as, vma->end)) {
        u64 pages = (vma->end - vma->start) >> PAGE_SHIFT;
        u64 from = MAX(cut->first, vma->offset);
        u64 to = MIN(cut->end, vma->offset + pages);
        vaddr_t start = vma->start + ((from - vma->offset) << PAGE_SHIFT);
        (void)spin_rest(&as->lock);
        if (vma->object != cut->object) {
            continue;
        }
        cut->mapped = true;
        __atomic_store_n(&cut->object->mapped, true, __ATOMIC_RELAXED);
        if (from < to && (!cut->zeros || shows_zeros(as, start))) {
            error = range_unmap(as, start,
                                start + ((to - from) << PAGE_SHIFT));
        }
    }
    return error;
}

bool
object_runs(const struct object *object)
{
    bool runs = false;
    struct as *as = as_next(NULL);

    while (as != NULL && !runs) {
        spin_lock(&as->lock);
        const struct vma *vma = vma_program(as);
        runs = vma != NULL && vma->object == object;
        spin_unlock(&as->lock);
        if (!runs) {
            as = as_next(as);
        }
    }
    if (as != NULL) {
        as_leave(as);
    }
    return runs;
}

/*
 * Why no space keeps a page, or gets it back after our visit:
 * - A fault asks the object under as->lock.  If it asked before the object
 *   became shorter, its page is in the tables when we get that lock.
 * - A child comes after its parent in the list, and is made under the parent's
 *   lock.  If we have visited the parent, the child has none of the pages; else
 *   it is complete when we visit it.  A space that maps the object meanwhile
 *   (exec too) is in the list, or sets `mapped` after we have cleared it.
 */
static int
unmap_everywhere(struct cut *cut)
{
    int error = 0;

    for (struct as *as = as_next(NULL); as != NULL; as = as_next(as)) {
        spin_lock(&as->lock);
        int failed = unmap_in(as, cut);
        spin_unlock(&as->lock);
        error = failed != 0 ? failed : error;
    }
    return error;
}

int
object_unmap(struct object *object, u64 first, u64 end)
{
    struct cut cut = {.object = object, .first = first, .end = end};

    return __atomic_exchange_n(&object->mapped, false, __ATOMIC_SEQ_CST)
               ? unmap_everywhere(&cut) : 0;
}

/* It does not trust `mapped`, which another call may have cleared for now. */
int
object_unmap_zeros(struct object *object, u64 index, bool *mapped)
{
    struct cut cut = {.object = object, .first = index, .end = index + 1,
                      .zeros = true};
    int error = unmap_everywhere(&cut);

    *mapped = cut.mapped;
    return error;
}

/* A child comes after its parent in the list, and is made under the parent's
 * lock: so what we have seen to be mapped nowhere stays so, unless it is mapped
 * anew. */
u64
object_uses(struct object *object, bool writable)
{
    u64 uses = 0;

    if (!__atomic_load_n(&object->mapped, __ATOMIC_SEQ_CST)) {
        return 0;
    }
    for (struct as *as = as_next(NULL); as != NULL; as = as_next(as)) {
        spin_lock(&as->lock);
        for (const struct vma *vma = vma_first_from(as, 0); vma != NULL;
             vma = vma_first_from(as, vma->end)) {
            uses += vma->object == object
                    && (!writable
                        || (vma->flags & (VMA_SHARED | VMA_NEVER_W))
                               == VMA_SHARED);
        }
        spin_unlock(&as->lock);
    }
    return uses;
}
