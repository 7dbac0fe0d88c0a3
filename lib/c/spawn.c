/*
 * A process from a list of actions: Tine's call, or where that is missing, as
 * on Linux, vfork and a child that does the actions itself and then execs.
 *
 * Essential fact: that child runs in our memory until it execs.  So it writes
 * nothing but what says how far it came; all signals are blocked, so that no
 * handler runs in it; and its descriptors, directory and mask are its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/spawn.h"
#include "c/internal.h"

#define CLOSE_RANGE    436 /* Linux's call */
#define ONLY_ON_EXEC   4   /* its flag CLOSE_RANGE_CLOEXEC */
#define PTRACE         101
#define PTRACE_TRACEME 0
#define PTRACE_DETACH  17

struct work {
    const struct spawn_args *args;
    const struct spawn_action *actions;
    int *given;     /* copies of what SPAWN_GIVE names, from `kept` on */
    unsigned kept;  /* the first descriptor that no action names; or 0 */
    sigset_t mask;  /* the new process's */
    sigset_t before;
    volatile int failed;
    volatile int error;
};

/* Close a range of descriptors, or mark it. */
static void
close_range(unsigned first, unsigned last, int flags)
{
    struct rlimit limit;

    if (first > last || syscall(CLOSE_RANGE, first, last, flags) == 0) {
        return;
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    for (unsigned fd = first; fd <= last && fd < limit.rlim_cur; fd++) {
        if (flags != 0) {
            fcntl((int)fd, F_SETFD, FD_CLOEXEC);
        } else {
            close((int)fd);
        }
    }
}

/* A new process has none of our descriptors: but what it is to be given is out
 * of the way, and closed by exec. */
static void
drop_files(struct work *work)
{
    const struct spawn_args *args = work->args;
    bool gives = false;

    work->kept = 0;
    for (unsigned i = 0; i < args->count; i++) {
        unsigned fd = (unsigned)work->actions[i].fd;
        work->kept = fd < 4096 && fd >= work->kept ? fd + 1 : work->kept;
    }
    for (unsigned i = 0; i < args->count; i++) {
        if (work->actions[i].kind == SPAWN_GIVE) {
            gives = true;
            work->given[i] = fcntl((int)work->actions[i].value,
                                   F_DUPFD_CLOEXEC, (int)work->kept);
        }
    }
    if ((args->flags & SPAWN_FILES) == 0) {
        close_range(work->kept, ~0U, ONLY_ON_EXEC);
        if (work->kept != 0) {
            close_range(0, work->kept - 1, 0);
        }
    } else if (!gives) {
        work->kept = 0;
    }
}

static int
move_to(int from, int to)
{
    if (from < 0 || from == to) {
        return from;
    }
    int result = dup2(from, to);
    int error = errno;

    close(from);
    errno = error;
    return result;
}

static int
open_to(const struct spawn_action *action)
{
    close(action->fd);
    return move_to(open((const char *)(uintptr_t)action->value,
                        (int)action->flags, action->mode), action->fd);
}

static int
give(int copy, int fd)
{
    if (copy < 0) {
        errno = EBADF;
        return -1;
    }
    return dup2(copy, fd);
}

static int
close_to(const struct work *work, unsigned first, unsigned long last)
{
    unsigned to = last > ~0U ? ~0U : (unsigned)last;

    if (work->kept != 0 && to >= work->kept) { /* what is to be given stays */
        close_range(first < work->kept ? work->kept : first, to, ONLY_ON_EXEC);
        to = work->kept - 1;
    }
    close_range(first, to, 0);
    return 0;
}

static int
not_ignored(sigset_t set)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    for (int sig = 1; sig < NSIG; sig++) {
        if (sigismember(&set, sig) && sig != SIGKILL && sig != SIGSTOP) {
            sigaction(sig, &action, NULL);
        }
    }
    return 0;
}

static int
set_policy(int policy, int priority)
{
    struct sched_param param = {.sched_priority = priority};

    return policy == -1 ? sched_setparam(0, &param)
                        : sched_setscheduler(0, policy, &param);
}

static int
act(struct work *work, unsigned i)
{
    const struct spawn_action *action = &work->actions[i];
    int fd = action->fd;
    unsigned long value = action->value;

    switch (action->kind) {
    case SPAWN_GIVE:
        return give(work->given[i], fd);
    case SPAWN_OPEN:
        return open_to(action);
    case SPAWN_CLOSE:
        return close(fd);
    case SPAWN_CLOSE_TO:
        return close_to(work, (unsigned)fd, value);
    case SPAWN_DUP2:
        return (int)value == fd ? fcntl(fd, F_SETFD, 0) : dup2((int)value, fd);
    case SPAWN_CHDIR:
        return chdir((const char *)(uintptr_t)value);
    case SPAWN_FCHDIR:
        return fchdir(fd);
    case SPAWN_UMASK:
        return umask((mode_t)value & 0777), 0;
    case SPAWN_SETSID:
        return setsid();
    case SPAWN_SETPGID:
        return setpgid(0, (pid_t)value);
    case SPAWN_FOREGROUND:
        return tcsetpgrp(fd, getpgrp());
    case SPAWN_MASK:
        work->mask = value;
        return 0;
    case SPAWN_DEFAULT:
        return not_ignored(value);
    case SPAWN_SCHED:
        return set_policy((int)action->flags, (int)value);
    case SPAWN_RESETIDS:
        return setegid(getgid()) < 0 ? -1 : seteuid(getuid());
    default:
        errno = EINVAL;
        return -1;
    }
}

void
drop_handlers(bool keeps_ignored)
{
    struct sigaction action;

    for (int sig = 1; sig < NSIG; sig++) {
        if (sigaction(sig, NULL, &action) == 0 && action.sa_handler != SIG_DFL
            && (action.sa_handler != SIG_IGN || !keeps_ignored)) {
            action = (struct sigaction){.sa_handler = SIG_DFL};
            sigaction(sig, &action, NULL);
        }
    }
}

static int
become(struct work *work)
{
    const struct spawn_args *args = work->args;
    unsigned i;

    drop_handlers((args->flags & SPAWN_SIGNALS) != 0);
    drop_files(work);
    if ((args->flags & SPAWN_PLACE) == 0) {
        umask(022);
        if (chdir("/") < 0) {
            return -1;
        }
    }
    for (i = 0; i < args->count; i++) {
        work->failed = (int)i;
        if (act(work, i) < 0) {
            return -1;
        }
    }
    work->failed = (int)i;
    if (args->flags & SPAWN_STOPPED) {
        syscall(PTRACE, PTRACE_TRACEME, 0, 0, 0);
    }
    sigprocmask(SIG_SETMASK, &work->mask, NULL);
    return execve((const char *)(uintptr_t)args->path,
                  (char *const *)(uintptr_t)args->argv,
                  (char *const *)(uintptr_t)args->envp);
}

/* Exec has stopped the child before its first instruction, for a debugger: from
 * now on it is as if SIGSTOP had. */
static void
leave_stopped(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSTOPPED(status)) {
        siginfo_t info;
        syscall(PTRACE, PTRACE_DETACH, pid, 0, SIGSTOP);
        while (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT) < 0
               && errno == EINTR) {
        }
    }
}

static pid_t
spawn_by_vfork(struct spawn_args *args)
{
    int given[args->count + 1];
    struct work work = {.args = args, .failed = -1, .given = given,
                        .actions = (struct spawn_action *)(uintptr_t)
                                       args->actions};
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &work.before);
    sigemptyset(&work.mask);
    if (args->flags & SPAWN_SIGNALS) {
        work.mask = work.before;
    }
    pid_t pid = vfork();
    if (pid == 0) {
        become(&work);
        work.error = errno;
        _exit(127);
    }
    int error = pid < 0 ? errno : work.error;
    if (pid > 0 && error != 0) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
    } else if (pid > 0 && (args->flags & SPAWN_STOPPED)) {
        leave_stopped(pid);
    }
    sigprocmask(SIG_SETMASK, &work.before, NULL);
    args->failed = work.failed;
    errno = error != 0 ? error : errno;
    return error != 0 ? -1 : pid;
}

pid_t
spawn_program(struct spawn_args *args)
{
    int error = errno;
    pid_t pid = sys_spawn(args, sizeof(*args));

    if (pid < 0 && errno == ENOSYS) {
        errno = error;
        pid = spawn_by_vfork(args);
    }
    return pid;
}
