/*
 * System calls that wait until a descriptor is ready: poll and select.
 *
 * Essential fact: what a signal does to them differs.  poll goes on until its
 * end, by restart_syscall; the others are made again, with the time that is
 * left, which is why they store it.  No handler ever lets them go on.
 */
#include "abi/errno.h"
#include "abi/time.h"

#include "core/config.h"

#include "arch/clock.h"
#include "arch/trap.h"

#include "mm/heap.h"

#include "proc/limits.h"
#include "proc/signal.h"

#include "fs/poll.h"

#include "sys/sys.h"
#include "sys/timespec.h"

#define FEW 2 /* items on the stack, to save the allocation */

/* ---- Times and masks ---- */

int
deadline_get(u64 user, u64 *deadline)
{
    struct timespec ts;

    *deadline = NEVER;
    return user == 0                                    ? 0
           : copy_from_user(&ts, user, sizeof(ts)) != 0 ? -EFAULT
           : deadline_after(ts, deadline);
}

/* Store the time that is left, as a timespec or a timeval; not if there was
 * none, or 0.
 * => result; but a call that is not told the time left is not made again */
static long
deadline_put(u64 user, u64 deadline, u64 ns_per_unit, long result)
{
    u64 now = clock_ns();
    u64 rest = deadline > now ? deadline - now : 0;
    struct timespec left = {
        .tv_sec = (long)(rest / NSEC_PER_SEC),
        .tv_nsec = (long)(rest % NSEC_PER_SEC / ns_per_unit),
    };

    if (user != 0 && deadline != 0
        && copy_to_user(user, &left, sizeof(left)) != 0
        && result == -ERESTARTNOHAND) {
        return -EINTR;
    }
    return result;
}

int
call_mask_set(u64 user, u64 size)
{
    sigset_t mask;

    if (user == 0) {
        return 0;
    }
    if (size != sizeof(mask)) {
        return -EINVAL;
    }
    if (copy_from_user(&mask, user, sizeof(mask)) != 0) {
        return -EFAULT;
    }
    current->saved_blocked = current->blocked;
    current->restores = true;
    signal_set_blocked(mask);
    return 0;
}

void
call_mask_end(bool interrupted)
{
    if (current->restores && !interrupted) {
        current->restores = false;
        signal_set_blocked(current->saved_blocked);
    }
}

/* ---- poll ---- */

static inline u64
fd_at(u64 fds, u32 i)
{
    return fds + i * sizeof(struct pollfd);
}

/* => how many are ready; -ERESTARTNOHAND; -EINVAL, -EFAULT, -ENOMEM */
static long
poll_user(u64 fds, u32 count, u64 deadline)
{
    struct poll_item few[FEW], *items = few;
    u32 made = 0;
    long result = 0;

    if (count > fd_limit()) {
        return -EINVAL;
    }
    if (count > FEW && (items = kmalloc(count * sizeof(*items))) == NULL) {
        return -ENOMEM;
    }
    while (made < count && result == 0) {
        struct pollfd asked;
        result = words_from_user(&asked, fd_at(fds, made), sizeof(asked));
        if (result == 0) {
            poll_item_set(&items[made++], asked.fd,
                          (u16)asked.events | POLLERR | POLLHUP);
        }
    }
    bool asks = result == 0;
    if (asks) {
        result = poll_files(items, count, deadline);
    }
    for (u32 i = 0; i < made; i++) {
        i16 ready = (i16)items[i].ready;
        u64 to = fd_at(fds, i) + offsetof(struct pollfd, revents);
        if (asks && copy_to_user(to, &ready, sizeof(ready)) != 0) {
            result = -EFAULT;
        }
        file_done(items[i].use);
    }
    if (items != few) {
        kfree(items);
    }
    return result;
}

/* Poll until sleep_end, with the call's own registers. */
static long
poll_on(void)
{
    const struct trapframe *frame = current->frame;
    long result = poll_user(frame->rdi, (u32)frame->rsi, current->sleep_end);

    if (result == -ERESTARTNOHAND) {
        current->restart = poll_on;
        result = -ERESTART_RESTARTBLOCK;
    }
    return result;
}

/* int poll(struct pollfd *fds, unsigned count, int timeout);
 * Returns how many are ready.
 * EINVAL: count is over RLIMIT_NOFILE.  EINTR, EFAULT, ENOMEM. */
long
sys_poll(u64 fds, u64 count, u64 timeout)
{
    int ms = (int)timeout;

    (void)fds, (void)count;
    current->sleep_end = ms < 0    ? NEVER
                         : ms == 0 ? 0
                                   : clock_ns() + (u64)ms * 1000000;
    return poll_on();
}

/* int ppoll(struct pollfd *fds, unsigned count, struct timespec *timeout,
 *           const sigset_t *mask, size_t size);
 * As poll; until it returns the thread has this mask.  *timeout becomes what is
 * left.  EINVAL: not a time, or size is not 8. */
long
sys_ppoll(u64 fds, u64 count, u64 timeout, u64 mask, u64 size)
{
    u64 deadline;
    long result = deadline_get(timeout, &deadline);

    if (result == 0) {
        result = call_mask_set(mask, size);
    }
    if (result == 0) {
        result = poll_user(fds, (u32)count, deadline);
        call_mask_end(result == -ERESTARTNOHAND);
        result = deadline_put(timeout, deadline, 1, result);
    }
    return result;
}

/* ---- select ---- */

/* The bits of poll that each of the three sets asks for. */
static const u32 meaning[3] = {
    POLL_READ | POLLRDBAND | POLLHUP | POLLERR,
    POLL_WRITE | POLLWRBAND | POLLERR,
    POLLPRI,
};

struct sets {
    u64 word[3][OPEN_MAX / 64];
};

/* What the three sets ask of a descriptor. */
static u32
asked_of(const struct sets *sets, u32 fd)
{
    u32 asked = 0;

    for (int i = 0; i < 3; i++) {
        asked |= sets->word[i][fd / 64] >> fd % 64 & 1 ? meaning[i] : 0;
    }
    return asked;
}

/* Leave the bits in the sets that hold.  => how many */
static long
answer(struct sets *sets, u32 fds, const struct poll_item *item)
{
    long bits = 0;

    for (u32 fd = 0; fd < fds; fd++) {
        u32 ready = asked_of(sets, fd) != 0 ? item++->ready : 0;
        for (int i = 0; i < 3; i++) {
            u64 bit = 1UL << fd % 64;
            if (sets->word[i][fd / 64] & bit) {
                sets->word[i][fd / 64] &= ready & meaning[i] ? ~0UL : ~bit;
                bits += (ready & meaning[i]) != 0;
            }
        }
    }
    return bits;
}

/* Wait for what the sets ask.  => bits; -EBADF; as poll_files */
static long
select_sets(struct sets *sets, u32 fds, struct poll_item *items, u64 deadline)
{
    u32 made = 0;
    long result = 0;

    for (u32 fd = 0; fd < fds && result == 0; fd++) {
        u32 asked = asked_of(sets, fd);
        if (asked != 0) {
            poll_item_set(&items[made], (int)fd, asked);
            result = items[made++].ready == POLLNVAL ? -EBADF : 0;
        }
    }
    if (result == 0) {
        result = poll_files(items, made, deadline);
    }
    if (result >= 0) {
        result = answer(sets, fds, items);
    }
    for (u32 i = 0; i < made; i++) {
        file_done(items[i].use);
    }
    return result;
}

/* user: the three sets.  => bits; -ERESTARTNOHAND; -EBADF, -EINVAL, -EFAULT,
 * -ENOMEM */
static long
select_user(int count, const u64 user[3], u64 deadline)
{
    u32 fds = MIN((u32)count, (fd_end() + 63) / 64 * 64); /* as on Linux */
    size_t size = (fds + 63) / 64 * sizeof(u64);
    struct sets *sets = count >= 0 ? kzalloc(sizeof(*sets)) : NULL;
    struct poll_item *items = NULL;
    u32 asked = 0;
    long result = count < 0 ? -EINVAL : sets == NULL ? -ENOMEM : 0;

    for (int i = 0; i < 3 && result == 0; i++) {
        result = user[i] != 0 ? copy_from_user(sets->word[i], user[i], size)
                              : 0;
    }
    for (u32 fd = 0; fd < fds && result == 0; fd++) {
        asked += asked_of(sets, fd) != 0;
    }
    if (result == 0
        && (items = kmalloc((asked + 1) * sizeof(*items))) == NULL) {
        result = -ENOMEM;
    }
    if (result == 0) {
        result = select_sets(sets, fds, items, deadline);
    }
    for (int i = 0; i < 3 && result >= 0; i++) {
        if (copy_out(user[i], sets->word[i], size) != 0) {
            result = -EFAULT;
        }
    }
    kfree(items);
    kfree(sets);
    return result;
}

/* int select(int count, fd_set *in, fd_set *out, fd_set *except,
 *            struct timeval *timeout);
 * Leaves in the sets what is ready, and in *timeout what is left.
 * Returns the number of bits.  EBADF: a descriptor is not open.  EINVAL: count,
 * or not a time.  EINTR, EFAULT, ENOMEM. */
long
sys_select(u64 count, u64 in, u64 out, u64 except, u64 timeout)
{
    struct timeval tv;
    u64 deadline = NEVER;

    if (timeout != 0) {
        if (copy_from_user(&tv, timeout, sizeof(tv)) != 0) {
            return -EFAULT;
        }
        if (deadline_after((struct timespec){tv.tv_sec + tv.tv_usec / 1000000,
                                             tv.tv_usec % 1000000 * 1000},
                           &deadline) != 0) {
            return -EINVAL;
        }
    }
    long result = select_user((int)count, (u64[3]){in, out, except}, deadline);
    return deadline_put(timeout, deadline, 1000, result);
}

/* int pselect6(int count, fd_set *in, fd_set *out, fd_set *except,
 *              struct timespec *timeout, struct { sigset_t *; size_t } *mask);
 * As select and ppoll. */
long
sys_pselect6(u64 count, u64 in, u64 out, u64 except, u64 timeout, u64 mask)
{
    u64 set[2] = {0}; /* its address and size */
    u64 deadline;

    if (mask != 0 && copy_from_user(set, mask, sizeof(set)) != 0) {
        return -EFAULT;
    }
    long result = deadline_get(timeout, &deadline);
    if (result == 0) {
        result = call_mask_set(set[0], set[1]);
    }
    if (result == 0) {
        result = select_user((int)count, (u64[3]){in, out, except}, deadline);
        call_mask_end(result == -ERESTARTNOHAND);
        result = deadline_put(timeout, deadline, 1, result);
    }
    return result;
}
