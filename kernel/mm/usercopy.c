/*
 * User copies.  The instruction itself faults pages in and breaks sharing, with
 * the processor checking rights as for the user (CR0.WP is on); what cannot be
 * reached ends at the fixup in entry.S.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/panic.h"

#include "arch/percpu.h"

#include "mm/usercopy.h"

size_t user_copy(void *to, const void *from, size_t size);

static bool
user_range(vaddr_t addr, size_t size)
{
    assert(this_cpu()->rank == 0);
    return addr < USER_END && size <= USER_END - addr;
}

size_t
copy_from_user_some(void *dst, vaddr_t src, size_t size)
{
    return user_range(src, size) ? user_copy(dst, (const void *)src, size)
                                 : size;
}

size_t
copy_to_user_some(vaddr_t dst, const void *src, size_t size)
{
    return user_range(dst, size) ? user_copy((void *)dst, src, size) : size;
}

int
copy_from_user(void *dst, vaddr_t src, size_t size)
{
    return copy_from_user_some(dst, src, size) == 0 ? 0 : -EFAULT;
}

int
copy_to_user(vaddr_t dst, const void *src, size_t size)
{
    return copy_to_user_some(dst, src, size) == 0 ? 0 : -EFAULT;
}

long
copy_string_from_user(char *dst, vaddr_t src, size_t size)
{
    size_t done = 0;

    while (done < size) {
        /* Up to the page's end: what lies behind the NUL may be unmapped. */
        vaddr_t at = src + done;
        size_t part = MIN(size - done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));
        if (at >= USER_END || at < src) {
            return -EFAULT;
        }
        if (copy_from_user(dst + done, at, MIN(part, USER_END - at)) != 0) {
            return -EFAULT;
        }
        char *nul = memchr(dst + done, '\0', part);
        if (nul != NULL) {
            return nul - dst;
        }
        done += part;
    }
    return -ENAMETOOLONG;
}
