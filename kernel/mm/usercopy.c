/*
 * User copies; the instruction that copies is in entry.S.
 */
#include "common/string.h"

#include "core/panic.h"

#include "arch/percpu.h"

#include "mm/usercopy.h"

#define STEP 64 /* bytes of a string at a time; divides a page */

size_t user_copy(void *to, const void *from, size_t size);

size_t
copy_from_user_some(void *dst, vaddr_t src, size_t size)
{
    assert(!cpu_holds_lock());
    return user_range(src, size) ? user_copy(dst, (const void *)src, size)
                                 : size;
}

size_t
copy_to_user_some(vaddr_t dst, const void *src, size_t size)
{
    assert(!cpu_holds_lock());
    return user_range(dst, size) ? user_copy((void *)dst, src, size) : size;
}

long
copy_string_from_user(char *dst, vaddr_t src, size_t size)
{
    size_t done = 0;

    while (done < size) {
        /* In small steps, since most strings are short.  A step ends at a
         * multiple of STEP: the page behind the NUL may be unmapped. */
        vaddr_t at = src + done;
        size_t part = MIN(size - done, STEP - at % STEP);
        if (copy_from_user(dst + done, at, part) != 0) {
            return -EFAULT;
        }
        size_t length = strnlen(dst + done, part);
        done += length;
        if (length < part) {
            return (long)done;
        }
    }
    return -ENAMETOOLONG;
}
