/*
 * Plan 9's rfork, in terms of clone and unshare. Essential fact: with RFMEM
 * both processes return into the same data; only the stack, the registers and
 * the private page are each one's own. So between the fork and the return, each
 * writes nothing but these.
 */
#include <errno.h>
#include <plan9.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "c/internal.h"
#include "c/plan9.h"
#include "c/rawclone.h"

#define RF_KNOWN                                                               \
    (RFNAMEG | RFENVG | RFFDG | RFNOTEG | RFPROC | RFMEM | RFNOWAIT | RFCNAMEG \
     | RFCENVG | RFCFDG | RFREND)

static int
both(int flags, int pair)
{
    return (flags & pair) == pair;
}

static int
check(int flags)
{
    int error = flags & RFNOMNT ? EOPNOTSUPP
                : (flags & ~RF_KNOWN) || both(flags, RFFDG | RFCFDG)
                          || both(flags, RFNAMEG | RFCNAMEG)
                          || both(flags, RFENVG | RFCENVG)
                          || (!(flags & RFPROC) && (flags & (RFMEM | RFNOWAIT)))
                    ? EINVAL : 0;

    errno = error != 0 ? error : errno;
    return error != 0 ? -1 : 0;
}

/* ---- What flags do to a process itself ---- */

/* In a name space that is new. */
static void
settle_names(int flags)
{
    if (flags & (RFNAMEG | RFCNAMEG)) {
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    }
    if (flags & RFCNAMEG) {
        umount2("/", MNT_DETACH);
    }
}

static void
settle_group(int flags)
{
    if ((flags & RFNOTEG) && getpgrp() != getpid()) {
        setpgid(0, 0);
    }
}

static int
change_self(int flags)
{
    struct env_group *env = NULL;
    unsigned long own = flags & (RFFDG | RFCFDG) ? CLONE_FILES : 0;

    own |= flags & (RFNAMEG | RFCNAMEG) ? CLONE_NEWNS : 0;
    if (flags & (RFENVG | RFCENVG)) {
        env = env_group_make((flags & RFCENVG) != 0);
        if (env == NULL) {
            return -1;
        }
    }
    if (own != 0 && unshare((int)own) < 0) {
        env_group_free(env);
        return -1;
    }
    if (env != NULL) {
        env_group_join(env);
    }
    if (flags & RFCFDG) {
        close_all_but(EXITS_FD);
        OWN.mail_in = OWN.mail_out = 0;
    }
    settle_names(flags);
    settle_group(flags);
    return 0;
}

/* ---- Making a process ---- */

/* In the child: it is given what the flags say. */
static void
settle(int flags, struct env_group *env)
{
    mail_inherit(!(flags & RFNOWAIT), (flags & (RFFDG | RFCFDG)) != 0);
    OWN.borrows = (flags & RFMEM) != 0;
    OWN.env = env; /* its parent's stays mapped, perhaps as its own */
    if (flags & RFCFDG) {
        close_all_but(EXITS_FD);
    }
    settle_names(flags);
    settle_group(flags);
}

/* A child that has a copy of shared segments must make it before we go on. */
static pid_t
clone_with_copy(unsigned long flags, bool dissociate)
{
    char word = 1;
    int done[2];

    if (pipe2(done, O_CLOEXEC) < 0) {
        return -1;
    }
    segments_lock();
    pid_t pid = raw_clone(flags, dissociate);
    if (pid == 0) {
        word = segments_copy() == 0;
        segments_unlock();
        write(done[1], &word, 1);
        if (!word) {
            _exit(127);
        }
        close(done[0]);
        close(done[1]);
        return 0;
    }
    if (pid > 0 && (read(done[0], &word, 1) != 1 || !word)) {
        waitpid(pid, NULL, 0);
        errno = ENOMEM;
        pid = -1;
    }
    segments_unlock();
    close(done[0]);
    close(done[1]);
    return pid;
}

static pid_t
make_process(int flags, struct env_group *env, struct child *child)
{
    bool dissociate = (flags & RFNOWAIT) != 0;
    unsigned long own = flags & (RFFDG | RFCFDG) ? 0 : CLONE_FILES;

    own |= flags & (RFNAMEG | RFCNAMEG) ? CLONE_NEWNS : 0;
    if ((flags & RFMEM) && segments_share() < 0) {
        return -1;
    }
    pid_t pid = !(flags & RFMEM) && segments_are_shared()
                    ? clone_with_copy(own | SIGCHLD, dissociate)
                    : raw_clone(own | SIGCHLD, dissociate);
    if (pid == 0) {
        settle(flags, env);
    } else {
        child_add(child, pid);
    }
    return pid;
}

/* Make what the child's environment is, and a place for its message. */
static pid_t
reserve_and_make(int flags)
{
    bool own_env = (flags & (RFENVG | RFCENVG)) != 0;
    struct env_group *env = own_env ? env_group_make((flags & RFCENVG) != 0)
                                    : env_group();
    struct child *child = flags & RFNOWAIT ? NULL : child_reserve();
    pid_t pid = -1;

    if (env != NULL && (child != NULL || (flags & RFNOWAIT))
        && ((flags & RFNOWAIT) || mail_open() == 0)) {
        pid = make_process(flags, env, child);
    } else {
        child_add(child, -1);
    }
    if (pid != 0 && own_env) {
        env_group_free(env);
    }
    return pid;
}

int
rfork(int flags)
{
    sigset_t all, before;

    if (check(flags) < 0) {
        return -1;
    }
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    int result = flags & RFPROC ? reserve_and_make(flags) : change_self(flags);
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return result;
}
