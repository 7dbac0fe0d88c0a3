/*
 * Reading an object into kernel memory.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "mm/frame.h"
#include "mm/object.h"

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
        int error = object->ops->page(object, at >> PAGE_SHIFT,
                                      OBJECT_LOOK, &frame);
        if (error != 0) {
            return error == -ERANGE ? (long)done : error;
        }
        memcpy((char *)buf + done, (char *)frame_ptr(frame) + inside, part);
        frame_put(frame);
        done += part;
    }
    return (long)done;
}
