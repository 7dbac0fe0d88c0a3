/*
 * System calls that make files without a name: those that tell of an event,
 * eventfd, signalfd, timerfd; and memory, memfd_create.
 */
#include "abi/errno.h"
#include "abi/eventfd.h"
#include "abi/mman.h"
#include "abi/pidfd.h"
#include "abi/signalfd.h"
#include "abi/time.h"
#include "abi/timerfd.h"

#include "common/string.h"

#include "core/config.h"
#include "core/optional.h"

#include "mm/heap.h"

#include "fs/event.h"
#include "fs/memfd.h"
#include "fs/pidfd.h"

#include "sys/sys.h"
#include "sys/timespec.h"

OPTIONAL_ENOSYS(eventfd_create) OPTIONAL_ENOSYS(pidfd_open)
OPTIONAL_ENOSYS(pidfd_getfd)
OPTIONAL_ENOSYS(signalfd_create) OPTIONAL_ENOSYS(signalfd_set)
OPTIONAL_ENOSYS(timerfd_create) OPTIONAL_ENOSYS(timerfd_set)
OPTIONAL_ENOSYS(memfd_open)

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

/* int pidfd_open(pid_t pid, unsigned flags);
 * Returns a descriptor of the process, close-on-exec; with PIDFD_NONBLOCK,
 * waitid does not wait.
 * EINVAL: flags; not a process's number.  ESRCH.  EMFILE, ENOMEM. */
SYS_FORWARD(sys_pidfd_open, (u64 pid, u64 flags),
            (u32)flags & ~(u32)PIDFD_NONBLOCK || (pid_t)pid <= 0
                ? -EINVAL : pidfd_open((pid_t)pid, (u32)flags))

/* int pidfd_getfd(int pidfd, int fd, unsigned flags);
 * Returns a descriptor of what the process has open as fd, close-on-exec.
 * EINVAL: flags.  EBADF: no such descriptor, here or there.  EPERM: we may not
 * look into the process.  ESRCH: it has ended.  EMFILE, ENOMEM. */
long
sys_pidfd_getfd(u64 pidfd, u64 fd, u64 flags)
{
    if ((u32)flags != 0) {
        return -EINVAL;
    }
    struct file_use use = file_use_fd((int)pidfd);
    long result = use.file != NULL ? pidfd_getfd(use.file, (int)fd) : -EBADF;
    file_done(use);
    return result;
}

/* int timerfd_create(int clock, int flags);
 * Returns a descriptor.  EINVAL: another clock than CLOCK_REALTIME, _MONOTONIC,
 * _BOOTTIME; unknown flags.  EMFILE, ENOMEM.
 * Differences from Linux: no clock that needs an alarm of the hardware. */
long
sys_timerfd_create(u64 clock, u64 flags)
{
    bool known = (int)clock == CLOCK_REALTIME || (int)clock == CLOCK_MONOTONIC
                 || (int)clock == CLOCK_BOOTTIME;

    return !known || (u32)flags & ~(u32)(TFD_CLOEXEC | TFD_NONBLOCK)
               ? -EINVAL
               : timerfd_create((int)clock == CLOCK_REALTIME, (u32)flags);
}

/* Get the times of a timerfd, and set them, if new is not NULL. */
static long
set_times(u64 fd, u32 flags, const struct timerfd_times *new, u64 user)
{
    struct timerfd_times old;
    struct file_use use = file_use_fd((int)fd);
    long error = use.file != NULL ? timerfd_set(use.file, flags, new, &old)
                                  : -EBADF;

    file_done(use);
    if (error != 0) {
        return error;
    }
    struct itimerspec told = {
        .it_interval = timespec_of(old.every),
        .it_value = timespec_of(old.first),
    };
    return new != NULL ? copy_out(user, &told, sizeof(told))
                       : copy_to_user(user, &told, sizeof(told));
}

/* int timerfd_settime(int fd, int flags, const struct itimerspec *new,
 *                     struct itimerspec *old); timerfd_gettime(int fd, *old).
 * EINVAL: unknown flags, no time, another file.  EFAULT.
 * ECANCELED, by read, too: TFD_TIMER_CANCEL_ON_SET, and the clock was set. */
long
sys_timerfd_settime(u64 fd, u64 flags, u64 user, u64 old)
{
    struct itimerspec asked;
    struct timerfd_times new;

    if (copy_from_user(&asked, user, sizeof(asked)) != 0) {
        return -EFAULT;
    }
    if ((u32)flags & ~(u32)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)
        || ns_of(asked.it_value, &new.first) != 0
        || ns_of(asked.it_interval, &new.every) != 0) {
        return -EINVAL;
    }
    return set_times(fd, (u32)flags, &new, old);
}

SYS_FORWARD(sys_timerfd_gettime, (u64 fd, u64 old),
            set_times(fd, 0, NULL, old))

/* int memfd_create(const char *name, unsigned flags);
 * Returns a descriptor.
 * EINVAL: unknown flags, or 250 bytes of name and more.  EFAULT, EMFILE,
 * ENOMEM.
 * Differences from Linux: no MFD_HUGETLB, MFD_EXEC and MFD_NOEXEC_SEAL. */
long
sys_memfd_create(u64 user, u64 flags)
{
    char name[NAME_MAX + 1 - sizeof("memfd:") + 1];

    if ((u32)flags & ~(u32)(MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
        return -EINVAL;
    }
    long length = copy_string_from_user(name, user, sizeof(name));
    if (length < 0) {
        return length == -ENAMETOOLONG ? -EINVAL : length;
    }
    char *kept = kmalloc((size_t)length + 1);
    return kept == NULL ? -ENOMEM
                        : memfd_open(memcpy(kept, name, (size_t)length + 1),
                                     (u32)flags);
}
