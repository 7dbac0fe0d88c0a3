/*
 * ForkExec and StartProcess.
 *
 * Essential fact: what fails in the child, it writes to a pipe that exec
 * closes. So the parent reads an errno, or the pipe's end: then the new program
 * runs. The child is one of vfork, and writes only to its own descriptors and
 * to the memory of this call.
 */
#include <errno.h>
#include <fcntl.h>
#include <forkexec.h>
#include <grp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/internal.h"

static int
set_ids(const struct credential *credential)
{
    if (!credential->keeps_groups
        && setgroups(credential->count, credential->groups) < 0) {
        return -1;
    }
    return setgid(credential->gid) < 0 ? -1 : setuid(credential->uid);
}

static int
set_groups(const struct sys_proc_attr *sys)
{
    if (sys->setsid && setsid() < 0) {
        return -1;
    }
    if ((sys->setpgid || sys->foreground) && setpgid(0, sys->pgid) < 0) {
        return -1;
    }
    pid_t pgid = sys->pgid != 0 ? sys->pgid : getpid();
    return sys->foreground ? ioctl(sys->ctty, TIOCSPGRP, &pgid) : 0;
}

/* If the parent has ended before this, nobody else would send the signal. */
static int
die_with(pid_t parent, int sig)
{
    if (prctl(PR_SET_PDEATHSIG, sig) < 0) {
        return -1;
    }
    return getppid() != parent ? kill(getpid(), sig) : 0;
}

/* Make files[i] descriptor i.  First all that a lower number would overwrite
 * goes out of the way, the pipe too. */
static int
place_files(int *files, int count, int *pipe)
{
    int next = count;

    for (int i = 0; i < count; i++) {
        next = files[i] >= next ? files[i] + 1 : next;
    }
    if (*pipe < next) {
        if (dup3(*pipe, next, O_CLOEXEC) < 0) {
            return -1;
        }
        *pipe = next++;
    }
    for (int i = 0; i < count; i++) {
        if (files[i] >= 0 && files[i] < i) {
            next += next == *pipe;
            if (dup3(files[i], next, O_CLOEXEC) < 0) {
                return -1;
            }
            files[i] = next++;
        }
    }
    for (int i = 0; i < count || i < 3; i++) {
        if (i >= count || files[i] < 0) {
            close(i);
        } else if ((files[i] == i ? fcntl(i, F_SETFD, 0) : dup2(files[i], i))
                   < 0) {
            return -1;
        }
    }
    return 0;
}

static int
set_terminal(const struct sys_proc_attr *sys)
{
    if (sys->noctty && ioctl(0, TIOCNOTTY, 0) < 0) {
        return -1;
    }
    return sys->setctty ? ioctl(sys->ctty, TIOCSCTTY, 1) : 0;
}

struct child {
    const char *path;
    char *const *argv;
    const struct proc_attr *attr;
    int *files; /* a copy of the list */
    int pipe;
    pid_t parent;
    sigset_t mask;
};

/* In the child: all that is done between vfork and exec.  => it has failed */
static void
become(struct child *child)
{
    static char *const nothing[] = {NULL};
    const struct proc_attr *attr = child->attr;
    const struct sys_proc_attr *sys = attr->sys;

    drop_handlers(true);
    if (sys != NULL
        && (set_groups(sys) < 0
            || (sys->credential != NULL && set_ids(sys->credential) < 0))) {
        return;
    }
    if (attr->dir != NULL && chdir(attr->dir) < 0) {
        return;
    }
    if (sys != NULL && sys->pdeathsig != 0
        && die_with(child->parent, sys->pdeathsig) < 0) {
        return;
    }
    if (place_files(child->files, (int)attr->count, &child->pipe) < 0
        || (sys != NULL && set_terminal(sys) < 0)) {
        return;
    }
    sigprocmask(SIG_SETMASK, &child->mask, NULL);
    execve(child->path, child->argv, attr->env != NULL ? attr->env : nothing);
}

/* What the child has written.  => 0: its program runs; its errno */
static int
read_error(int pipe)
{
    ssize_t n;
    int error = 0;

    do {
        n = read(pipe, &error, sizeof(error));
    } while (n < 0 && errno == EINTR);
    return n == 0 ? 0 : n == sizeof(error) ? error : EPIPE;
}

static bool
is_valid(const struct proc_attr *attr)
{
    const struct sys_proc_attr *sys = attr->sys;

    return sys == NULL || !sys->setctty
           || (!sys->foreground && sys->ctty >= 0
               && (size_t)sys->ctty < attr->count);
}

pid_t
fork_exec(const char *path, char *const argv[], const struct proc_attr *attr)
{
    int files[attr->count + 1], ends[2];
    struct child child = {.path = path, .argv = argv, .attr = attr,
                          .files = files, .parent = getpid()};
    sigset_t all;

    for (size_t i = 0; i < attr->count; i++) {
        files[i] = attr->files[i];
    }
    if (!is_valid(attr)) {
        errno = EINVAL;
        return -1;
    }
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -1;
    }
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &child.mask);
    child.pipe = ends[1];
    pid_t pid = vfork();
    if (pid == 0) {
        become(&child);
        int failed = errno;
        (void)!write(child.pipe, &failed, sizeof(failed));
        _exit(253);
    }
    int error = errno;
    sigprocmask(SIG_SETMASK, &child.mask, NULL);
    close(ends[1]);
    if (pid > 0) {
        error = read_error(ends[0]);
    }
    close(ends[0]);
    if (pid > 0 && error == 0) {
        return pid;
    }
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    errno = error;
    return -1;
}

pid_t
start_process(const char *path, char *const argv[],
              const struct proc_attr *attr)
{
    struct proc_attr full = *attr;
    struct stat st;

    if (attr->dir != NULL && attr->sys == NULL && stat(attr->dir, &st) < 0) {
        return -1;
    }
    full.env = attr->env != NULL ? attr->env : environ;
    return fork_exec(path, argv, &full);
}

int
process_exit_code(const struct process_state *state)
{
    return WIFEXITED(state->status) ? WEXITSTATUS(state->status) : -1;
}

bool
process_success(const struct process_state *state)
{
    return process_exit_code(state) == 0;
}
