/*
 * getrandom.
 */
#include "abi/random.h"

#include "fs/device.h"
#include "fs/file.h"

#include "sys/sys.h"

/* ssize_t getrandom(void *buf, size_t size, unsigned flags);
 * Returns the bytes written: fewer than size if a signal ends it, or if size
 * is over RW_MAX.
 * EINVAL: unknown flag; GRND_RANDOM with GRND_INSECURE.  EFAULT. */
long
sys_getrandom(u64 buf, u64 size, u64 flags)
{
    u32 both = GRND_RANDOM | GRND_INSECURE;
    struct uio uio = {.at = buf};

    if (((u32)flags & ~(GRND_NONBLOCK | both)) != 0
        || ((u32)flags & both) == both) {
        return -EINVAL;
    }
    uio.part = uio.left = MIN(size, RW_MAX);
    return random_read(NULL, &uio);
}
