/*
 * System calls of files that tell of an event: eventfd, signalfd.
 */
#include "abi/errno.h"
#include "abi/eventfd.h"
#include "abi/signal.h"
#include "abi/signalfd.h"

#include "core/optional.h"

#include "fs/event.h"

#include "sys/sys.h"

OPTIONAL_ENOSYS(eventfd_create)
OPTIONAL_ENOSYS(signalfd_create) OPTIONAL_ENOSYS(signalfd_set)

/* int eventfd2(unsigned count, int flags); eventfd(unsigned count).
 * Returns a descriptor.  EINVAL: unknown flags.  EMFILE, ENOMEM. */
SYS_FORWARD(sys_eventfd2, (u64 count, u64 flags),
            (u32)flags & ~(u32)(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)
                ? -EINVAL : eventfd_create((u32)count, (u32)flags))
SYS_FORWARD(sys_eventfd, (u64 count), eventfd_create((u32)count, 0))

/* int signalfd4(int fd, const sigset_t *set, size_t size, int flags); signalfd.
 * Returns a new descriptor, if fd is -1; or fd, which has a new set.
 * EINVAL: size is not 8, unknown flags, another file.  EFAULT, EMFILE, ENOMEM.
 * Differences from Linux: each signal that is sent wakes all pollers of such
 *   files, so EPOLLET may tell twice of one signal. */
long
sys_signalfd4(u64 fd, u64 user, u64 size, u64 flags)
{
    sigset_t set;

    if (size != sizeof(set)) {
        return -EINVAL;
    }
    if (copy_from_user(&set, user, sizeof(set)) != 0) {
        return -EFAULT;
    }
    if ((u32)flags & ~(u32)(SFD_CLOEXEC | SFD_NONBLOCK)) {
        return -EINVAL;
    }
    if ((int)fd == -1) {
        return signalfd_create(set, (u32)flags);
    }
    struct file_use use = file_use_fd((int)fd);
    long result = use.file != NULL ? signalfd_set(use.file, set) : -EBADF;
    file_done(use);
    return result != 0 ? result : (int)fd;
}

SYS_FORWARD(sys_signalfd, (u64 fd, u64 set, u64 size),
            sys_signalfd4(fd, set, size, 0))
