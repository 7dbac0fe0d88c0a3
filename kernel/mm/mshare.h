/*
 * Private memory becomes shared: the segments of Plan 9's rfork, as objects.
 * After it a fork shares the range with the child, as MAP_SHARED; all other
 * private memory, such as the stack, is copied as ever.
 */
#pragma once

#include "core/types.h"

struct as;
struct object;

/* Make [addr, addr + size) a shared mapping of the object, which has that size
 * and no pages.  Its contents stay: the object takes over the pages.
 * => page aligned, in user memory; no spinlock held
 * => 0, or nothing has changed, but the object must not be used:
 *    -EINVAL: a part is shared, the stack, or not to be read and written;
 *    -ENOMEM: a hole, a limit, no memory; -EFAULT: behind a file's end */
int as_mshare(struct as *as, vaddr_t addr, u64 size, struct object *object)
    __must_check;
