/*
 * What is done with an object's pages as a whole: reading them into kernel
 * memory, and taking them out of every space.
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
        if (error == -ERANGE) {
            break;
        }
        if (error != 0) {
            return error;
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

    for (u32 i = 0; i < as->vmas->count && error == 0; i++) {
        const struct vma *vma = &as->vmas->vma[i];
        u64 pages = (vma->end - vma->start) >> PAGE_SHIFT;
        u64 from = MAX(first, vma->offset);
        u64 to = MIN(end, vma->offset + pages);
        if (vma->object != object) {
            continue;
        }
        object_set_mapped(object);
        if (from < to) {
            vaddr_t start = vma->start + ((from - vma->offset) << PAGE_SHIFT);
            vaddr_t stop = start + ((to - from) << PAGE_SHIFT);
            error = range_prepare_unmap(as, start, stop);
            if (error == 0) {
                range_unmap(as, start, stop);
            }
        }
    }
    return error;
}

/*
 * No page comes back behind our back, and none escapes:
 * - A fault asks the object under as->lock.  If it asked before the object was
 *   made shorter, it has put the page in before we get that lock.
 * - A child stands in the list behind its parent, and is made under the
 *   parent's lock.  So the child of one that we have passed has none of the
 *   pages, and the child of one that we have not is whole when we come to it.
 *   The same order holds for who maps the object: either we find the mapping,
 *   or `mapped` is set after we cleared it.
 * - exec's new space is in the list, and is filled under its lock, too.
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
