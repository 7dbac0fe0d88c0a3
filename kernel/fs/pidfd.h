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

/* Send a signal to its process; given: the program says what of it is told.
 * => 0; -EBADF: it is another file; as signal_kill_process; -EPERM: what is
 *    given says that the kernel or kill(2) sent it, but not to the caller */
int pidfd_send(struct file *file, const siginfo_t *info, bool given)
    __must_check;

/* Its process's pid, which is then in use until pid_put.
 * => -EBADF: it is another file; -ECHILD: reaped */
pid_t pidfd_pid(struct file *file) __must_check;

/* Give the caller a descriptor of the open file that the process has at fd.
 * => a descriptor; -EBADF: none there, or `file` is another file; -ESRCH: it
 *    has ended; -EPERM, -EMFILE, -ENOMEM */
int pidfd_take(struct file *file, int fd) __must_check;
