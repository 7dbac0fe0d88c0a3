/*
 * Job control, what only optional files use: setpgid, and what terminals do
 * with groups.
 */
#pragma once

#include "proc/group.h"

/* setpgid(2); target may be NULL.  => family_lock held
 * => 0; -ESRCH, -EPERM, -EACCES, -ENOMEM: nothing changed */
int group_set(struct process *target, pid_t pgid) __must_check;

/* Send, from the kernel, to every process of the group, if there is one.
 * => family_lock held; the second one takes it */
void group_send(pid_t pgid, int signal);
void signal_send_group(pid_t pgid, int signal);

/* The caller is in the background and wants its session's terminal: send its
 * group SIGTTIN or SIGTTOU.  => family_lock held
 * => 0: the signal is ignored or blocked, and it may write; -EIO: it may not,
 *    and cannot be stopped either; -ERESTARTSYS */
long job_refuse(int signal);

/* => family_lock held; nobody will be told that the terminal was hung up */
void session_forget_left(struct session *session);
