/*
 * Descriptors of processes (pidfd_open(2)).  A pid may be used again once its
 * process is reaped; such a file means the same process as long as it is open.
 * It is readable when that has ended.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

struct file;

/* => a descriptor; -EINVAL: not a pid, or a thread's number; -ESRCH; -EMFILE,
 *    -ENOMEM */
int pidfd_open(pid_t pid, u32 flags) __must_check;

/* Send a signal to its process; forged: info says that the kernel or kill(2)
 * has sent it, so only the process itself may get it (-EPERM).
 * => 0; -EBADF: it is another file; as signal_kill */
int pidfd_send(struct file *file, const siginfo_t *info, bool forged)
    __must_check;

/* What its process has open as fd, as a descriptor of ours, close-on-exec.
 * => -EBADF: it is another file, or fd is not open; -EPERM: we may not look
 *    into the process; -ESRCH: it has ended; -EMFILE, -ENOMEM */
int pidfd_getfd(struct file *file, int fd) __must_check;

/* Its process's pid, which is then in use until pid_put.
 * => -EBADF: it is another file; -ECHILD: reaped */
pid_t pidfd_pid(struct file *file) __must_check;
