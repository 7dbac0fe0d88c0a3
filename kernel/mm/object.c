/*
 * Operations on an object's pages: read them, and unmap them from every space.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/vma.h"

long
object_read(struct object *object, u64 offset, void *buf, size_t size)
{
    u64 end = object->ops->size(object);
    size_t done = 0;

    size = offset < end ? MIN(size, end - offset) : 0;
    while (done < size) {
        paddr_t frame;
        u64 at = offset + done;
        size_t inside = at & (PAGE_SIZE - 1);
        size_t part = MIN(size - done, PAGE_SIZE - inside);
        int error = object->ops->page(object, at >> PAGE_SHIFT, &frame);
        if (error != 0) {
            return error == -ERANGE ? (long)done : error;
        }
        memcpy((char *)buf + done, (char *)frame_ptr(frame) + inside, part);
        frame_put(frame);
        done += part;
    }
    return (long)done;
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
