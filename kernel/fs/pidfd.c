/*
 * Descriptors of processes.
 *
 * Essential fact: such a file has a reference to its process, not its number.
 * So the record stays, though the process was reaped: then parent is NULL.
 */
#include "abi/errno.h"

#include "core/optional.h"

#include "arch/smp.h"

#include "proc/fork.h"
#include "proc/pid.h"
#include "proc/signal.h"
#include "proc/users.h"

#include "fs/anon.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/pidfd.h"
#include "fs/poll.h"

struct pidfd {
    struct inode inode;
    struct process *process; /* counted; NULL until the file is used */
};

OPTIONAL(poll_join) OPTIONAL(cred_refuse_look)

static void
pidfd_free(struct inode *inode)
{
    struct process *process = container_of(inode, struct pidfd, inode)->process;

    if (process != NULL) {
        __atomic_fetch_sub(&process->pidfds, 1, __ATOMIC_RELAXED);
        proc_put(process);
    }
}

static u32
pidfd_poll(struct file *file, struct poller *poller)
{
    struct process *process = ((struct pidfd *)file->data)->process;

    spin_lock(&family_lock);
    poll_join(poller, &process->child_wait, POLL_READ, &family_lock, NULL);
    bool ended = process->parent == NULL || proc_is_zombie(process);
    spin_unlock(&family_lock);
    return ended ? POLL_READ : 0;
}

static const struct inode_ops pidfd_ops = {
    .open = anon_refuse, .poll = pidfd_poll, .free = pidfd_free,
};

/* => family_lock held */
static void
attach(struct inode *inode, struct process *process)
{
    container_of(inode, struct pidfd, inode)->process = process;
    __atomic_fetch_add(&process->refs, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&process->pidfds, 1, __ATOMIC_RELAXED);
    process->end_is_special = true;
}

int
pidfd_open(pid_t pid, u32 flags)
{
    struct inode *inode = anon_alloc(sizeof(struct pidfd), &pidfd_ops, "pidfd");
    int error = inode == NULL ? -ENOMEM : 0;

    if (error == 0) {
        spin_lock(&family_lock);
        struct process *process = proc_find(pid);
        if (process != NULL && process->pid == pid) {
            attach(inode, process);
        } else {
            error = process != NULL ? -EINVAL : -ESRCH;
        }
        spin_unlock(&family_lock);
    }
    if (error != 0) {
        inode_put(inode);
        return error;
    }
    return anon_open(inode, O_RDWR | O_CLOEXEC | flags);
}

/* => NULL: it is another file */
static struct process *
process_of(const struct file *file)
{
    return file->inode->ops == &pidfd_ops
               ? ((struct pidfd *)file->data)->process : NULL;
}

int
pidfd_send(struct file *file, const siginfo_t *info, bool forged)
{
    struct process *process = process_of(file);

    if (process == NULL || (forged && current->tid != process->pid)) {
        return process == NULL ? -EBADF : -EPERM;
    }
    spin_lock(&family_lock);
    int result = process->parent != NULL ? signal_send_checked(process, info)
                                         : -ESRCH;
    spin_unlock(&family_lock);
    return signal_outcome(result, info);
}

pid_t
pidfd_pid(struct file *file)
{
    struct process *process = process_of(file);

    if (process == NULL) {
        return -EBADF;
    }
    spin_lock(&family_lock);
    pid_t pid = process->parent != NULL ? process->pid : -ECHILD;
    if (pid > 0) {
        pid_get(pid);
    }
    spin_unlock(&family_lock);
    return pid;
}

/* As /proc looks at a process: while nobody else runs.
 * => as pidfd_getfd; *file has a reference if 0 */
static int
file_of(pid_t pid, int fd, struct file **file)
{
    struct files *files = NULL;
    bool own = pid == current->process->pid;

    if (cred_refuse_look(pid) != 0) {
        return -EPERM;
    }
    if (own) {
        files = current->files;
    } else {
        park_others();
        spin_lock(&family_lock);
        struct process *process = proc_find(pid);
        if (process != NULL && !list_empty(&process->threads)) {
            files = list_entry(list_first(&process->threads), struct thread,
                               link)->files;
        }
        spin_unlock(&family_lock);
    }
    *file = files != NULL ? files_file(files, fd) : NULL;
    if (!own) {
        park_release();
    }
    return *file != NULL ? 0 : files != NULL ? -EBADF : -ESRCH;
}

int
pidfd_getfd(struct file *pidfd, int fd)
{
    struct file *file = NULL;
    pid_t pid = pidfd_pid(pidfd);

    if (pid < 0) {
        return pid == -ECHILD ? -ESRCH : pid;
    }
    int error = file_of(pid, fd, &file);
    pid_put(pid);
    if (error == 0) {
        fd = fd_reserve(0);
        error = fd_fill(&fd, &file, 1, true, fd < 0 ? fd : 0);
    }
    return error == 0 ? fd : error;
}

/* ---- CLONE_PIDFD ---- */

int
pidfd_make(struct clone_more *more)
{
    struct inode *inode = anon_alloc(sizeof(struct pidfd), &pidfd_ops, "pidfd");
    int error = -ENOMEM;

    more->file = inode != NULL ? file_alloc(inode, O_RDWR) : NULL;
    inode_put(inode);
    if (more->file == NULL) {
        return error;
    }
    more->file->data = inode;
    more->fd = error = fd_reserve(0);
    if (error >= 0) {
        error = copy_to_user(more->pidfd, &more->fd, sizeof(more->fd));
    }
    return error == 0 ? 0 : fd_fill(&more->fd, &more->file, 1, true, error);
}

void
pidfd_give(const struct clone_more *more, struct process *child)
{
    spin_lock(&family_lock);
    attach(more->file->inode, child);
    spin_unlock(&family_lock);
    (void)!fd_fill(&more->fd, &more->file, 1, true, 0);
}

void
pidfd_cancel(const struct clone_more *more)
{
    (void)!fd_fill(&more->fd, &more->file, 1, true, -EINTR);
}
