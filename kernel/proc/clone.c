/*
 * What clone(2) can do and fork does not: the flags that fork.c leaves to this
 * file.  Unknown flags are refused, not ignored.
 */
#include "abi/errno.h"
#include "abi/sched.h"

#include "core/optional.h"

#include "mm/usercopy.h"

#include "fs/inherit.h"

#include "proc/cred.h"
#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/pid.h"
#include "proc/process.h"
#include "proc/sem.h"

OPTIONAL_ENOSYS(pidfd_make) OPTIONAL(pidfd_give) OPTIONAL(pidfd_cancel)
OPTIONAL(sem_prepare) OPTIONAL(sem_share) OPTIONAL(sem_leave)
OPTIONAL_ENOSYS(mount_refuse)

#define CLONE_KNOWN                                                        \
    (CSIGNAL | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND           \
     | CLONE_PIDFD | CLONE_PTRACE | CLONE_PARENT | CLONE_THREAD            \
     | CLONE_VFORK | CLONE_SETTLS | CLONE_PARENT_SETTID                    \
     | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED          \
     | CLONE_UNTRACED | CLONE_SYSVSEM | CLONE_IO | CLONE_CLEAR_SIGHAND     \
     | CLONE_NEWNS | CLONE_CHOSEN)

int
clone_check(const struct clone_args *args)
{
    u64 flags = args->flags;

    if ((flags & ~(u64)CLONE_KNOWN) != 0
        || ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
        || ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
        || ((flags & CLONE_SIGHAND) && (flags & CLONE_CLEAR_SIGHAND))
        || ((flags & CLONE_NEWNS) && (flags & CLONE_FS))
        || ((flags & CLONE_PARENT) && current->process == init_process)
        || ((flags & CLONE_CHOSEN) && (flags & CLONE_THREAD))
        || ((flags & CLONE_PIDFD)
            && ((flags & (CLONE_THREAD | CLONE_DETACHED))
                || ((flags & CLONE_PARENT_SETTID)
                    && args->more->pidfd == args->parent_tid)))) {
        return -EINVAL;
    }
    if ((flags & CLONE_NEWNS) && mount_refuse() != 0) {
        return mount_refuse();
    }
    /* Loading the other base would fault in the kernel. */
    if ((flags & CLONE_SETTLS) != 0 && args->tls >= USER_END) {
        return -EPERM;
    }
    return flags & CLONE_SYSVSEM ? sem_prepare() : 0;
}

/* The number of a new process, which nobody can find yet, is this one instead.
 * => 0; -EINVAL: it is none; -EPERM: not root; -EEXIST: it is in use */
static int
choose_pid(struct thread *first, pid_t pid)
{
    pid_t old = first->tid;

    if (pid < 1 || pid >= PID_MAX) {
        return -EINVAL;
    }
    if (!cred_may(RIGHT_PID)) {
        return -EPERM;
    }
    spin_lock(&pids_lock);
    bool free = pid_try_take(pid);
    if (free) {
        pids[pid].user = pids[old].user;
        first->tid = first->process->pid = pid;
        pid_put(old);
    }
    spin_unlock(&pids_lock);
    return free ? 0 : -EEXIST;
}

int
clone_give(struct thread *child, const struct clone_args *args)
{
    int error = 0;

    if (args->flags & CLONE_SETTLS) {
        child->fs_base = args->tls;
    }
    if (args->flags & CLONE_CHILD_SETTID) {
        child->set_child_tid = args->child_tid;
    }
    if (args->flags & CLONE_CHILD_CLEARTID) {
        child->clear_child_tid = args->child_tid;
    }
    if (args->flags & CLONE_CHOSEN) {
        error = choose_pid(child, args->more->pid);
    }
    if (error == 0 && (args->flags & CLONE_PIDFD)) {
        error = pidfd_make(args->more);
    }
    if (error == 0 && (args->flags & CLONE_SYSVSEM)) {
        sem_share(child);
    }
    return error;
}

void
clone_take_back(struct thread *child, const struct clone_args *args)
{
    if (args->flags & CLONE_PIDFD) {
        pidfd_cancel(args->more);
    }
    if (args->flags & CLONE_SYSVSEM) {
        sem_leave(child);
    }
}

void
clone_sibling(struct process *child)
{
    const struct process *process = current->process;

    list_del(&child->sibling);
    proc_set_parent(child, process->parent);
    child->parent_tid = process->parent_tid;
    child->parent_execs = process->parent_execs;
    child->exit_signal = process->exit_signal;
}

void
clone_tell(const struct clone_args *args, struct thread *child)
{
    pid_t pid = child->tid;

    if (args->flags & CLONE_PARENT_SETTID) {
        (void)!copy_to_user(args->parent_tid, &pid, sizeof(pid));
    }
    if (args->flags & CLONE_PIDFD) {
        pidfd_give(args->more, child->process);
    }
}
