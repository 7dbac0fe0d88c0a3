/*
 * Descriptors of processes (pidfd_open(2)).  A pid may be used again once its
 * process is reaped; such a file means the same process as long as it is open.
 * It is readable when that has ended.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

struct clone_more;
struct file;
struct process;

/* => a descriptor; -EINVAL: not a pid, or a thread's number; -ESRCH; -EMFILE,
 *    -ENOMEM */
int pidfd_open(pid_t pid, u32 flags) __must_check;

/* Send a signal to its process; forged: info says that the kernel or kill(2)
 * has sent it, so only the process itself may get it (-EPERM).
 * => 0; -EBADF: it is another file; as signal_kill_process */
int pidfd_send(struct file *file, const siginfo_t *info, bool forged)
    __must_check;

/* Its process's pid, which is then in use until pid_put.
 * => -EBADF: it is another file; -ECHILD: reaped */
pid_t pidfd_pid(struct file *file) __must_check;

/* CLONE_PIDFD: reserve a descriptor, and store its number.  Then, before the
 * child runs, let it be the child's; or give it up.
 * => make: 0, -EMFILE, -ENOMEM, -EFAULT with nothing reserved */
int pidfd_make(struct clone_more *more) __must_check;
void pidfd_give(const struct clone_more *more, struct process *child);
void pidfd_cancel(const struct clone_more *more);
