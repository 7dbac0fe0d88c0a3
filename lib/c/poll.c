/*
 * The calls with a mask of signals: the kernel also wants its size. And it
 * stores the time that is left, which these functions do not.
 */
#include <poll.h>
#include <sys/select.h>

#include "c/internal.h"

int
ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
      const sigset_t *mask)
{
    struct timespec left = timeout != NULL ? *timeout : (struct timespec){0};

    return sys_ppoll(fds, count, timeout != NULL ? &left : NULL, mask,
                     sizeof(*mask));
}

int
pselect(int count, fd_set *in, fd_set *out, fd_set *except,
        const struct timespec *timeout, const sigset_t *mask)
{
    struct timespec left = timeout != NULL ? *timeout : (struct timespec){0};
    unsigned long set[2] = {(unsigned long)mask, sizeof(*mask)};

    return sys_pselect6(count, in, out, except, timeout != NULL ? &left : NULL,
                        set);
}
