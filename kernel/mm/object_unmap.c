/*
 * Unmapping an object's pages from every space.
 */
#include "mm/as.h"
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

/* => as->lock is held */
static int
unmap_in(struct as *as, struct object *object, u64 first, u64 end)
{
    int error = 0;

    for (const struct vma *vma = vma_first_from(as, 0);
         vma != NULL && error == 0; vma = vma_first_from(as, vma->end)) {
        u64 pages = (vma->end - vma->start) >> PAGE_SHIFT;
        u64 from = MAX(first, vma->offset);
        u64 to = MIN(end, vma->offset + pages);
        vaddr_t start = vma->start + ((from - vma->offset) << PAGE_SHIFT);
        (void)spin_rest(&as->lock);
        if (vma->object != object) {
            continue;
        }
        __atomic_store_n(&object->mapped, true, __ATOMIC_RELAXED);
        if (from < to) {
            error = range_unmap(as, start,
                                start + ((to - from) << PAGE_SHIFT));
        }
    }
    return error;
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
int
object_unmap(struct object *object, u64 first, u64 end)
{
    int error = 0;

    if (!__atomic_exchange_n(&object->mapped, false, __ATOMIC_SEQ_CST)) {
        return 0;
    }
    for (struct as *as = as_next(NULL); as != NULL; as = as_next(as)) {
        spin_lock(&as->lock);
        int failed = unmap_in(as, object, first, end);
        spin_unlock(&as->lock);
        error = failed != 0 ? failed : error;
    }
    return error;
}
