/* FreeBSD's rfork, in terms of clone and unshare. */
#include <errno.h>
#include <freebsd.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "c/internal.h"
#include "c/rawclone.h"

#undef rfork

#define RF_KNOWN                                                               \
    (RFFDG | RFPROC | RFMEM | RFNOWAIT | RFCFDG | RFTHREAD | RFSIGSHARE        \
     | RFLINUXTHPN | RFTSIGZMB | RFTSIGFLAGS(RFTSIGMASK))

static int
check(unsigned flags)
{
    bool bad = (flags & ~RF_KNOWN) != 0
               || (flags & (RFFDG | RFCFDG)) == (RFFDG | RFCFDG)
               || (flags & (RFMEM | RFPROC)) == RFMEM
               || RFTSIGNUM(flags) > (flags & RFTSIGZMB ? NSIG - 1u : 0u);

    errno = bad ? EINVAL : errno;
    return bad ? -1 : 0;
}

static unsigned long
clone_flags(unsigned flags)
{
    unsigned long signal = flags & RFTSIGZMB      ? RFTSIGNUM(flags)
                           : flags & RFLINUXTHPN ? SIGUSR1
                                                 : SIGCHLD;

    return signal | (flags & RFMEM ? CLONE_VM : 0)
           | (flags & RFSIGSHARE ? CLONE_SIGHAND : 0)
           | (flags & (RFFDG | RFCFDG) ? 0 : CLONE_FILES);
}

int
rfork(int flags)
{
    bool own = (flags & (RFFDG | RFCFDG)) != 0;
    pid_t pid = 0;

    if (check((unsigned)flags) < 0) {
        return -1;
    }
    if (flags & RFPROC) {
        pid = raw_clone(clone_flags((unsigned)flags), (flags & RFNOWAIT) != 0);
    } else if (own && unshare(CLONE_FILES) < 0) {
        return -1;
    }
    if (pid == 0 && (flags & RFCFDG)) {
        close_all_but(-1);
    }
    return pid;
}

pid_t
rfork_spawned(pid_t pid)
{
    struct sigaction action;
    int saved = errno;

    for (int signal = 1; pid == 0 && signal < NSIG; signal++) {
        if (sigaction(signal, NULL, &action) == 0
            && action.sa_handler != SIG_IGN && action.sa_handler != SIG_DFL) {
            action.sa_handler = SIG_DFL;
            sigaction(signal, &action, NULL);
        }
    }
    errno = saved;
    return pid;
}

/* ---- On a new stack ---- */

struct start {
    int flags;
    void *stack;
    int (*fn)(void *);
    void *arg;
    int pid, error; /* of the process that a first child has made */
};

static int
start(void *arg)
{
    struct start start = *(struct start *)arg; /* it may end before we do */

    if (start.flags & RFCFDG) {
        close_all_but(-1);
    }
    return start.fn(start.arg);
}

static int
start_dissociated(void *arg)
{
    struct start *mine = arg;

    mine->pid = clone(start, mine->stack,
                      (int)clone_flags((unsigned)mine->flags), mine);
    mine->error = errno;
    return 0;
}

pid_t
rfork_thread(int flags, void *stack, int (*fn)(void *), void *arg)
{
    char small[4096] __attribute__((aligned(16)));
    /* The child reads it on the new stack: the caller may return before. */
    struct start *mine = (struct start *)((uintptr_t)stack & -16UL) - 1;

    if (check((unsigned)flags) < 0 || !(flags & RFPROC) || stack == NULL
        || fn == NULL) {
        errno = EINVAL;
        return -1;
    }
    *mine = (struct start){flags, mine, fn, arg, 0, 0};
    if (!(flags & RFNOWAIT)) {
        return clone(start, mine, (int)clone_flags((unsigned)flags), mine);
    }
    pid_t first = clone(start_dissociated, small + sizeof(small),
                        CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_FS, mine);
    if (first < 0) {
        return -1;
    }
    while (waitpid(first, NULL, __WALL) < 0 && errno == EINTR) {
    }
    return mine->pid;
}
