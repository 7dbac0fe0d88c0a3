/*
 * Process groups, which get a terminal's signals together, and sessions, whose
 * groups share a terminal.  Each has the number of the process that leads it.
 * A group exists while it has a member, a session while it has a group: fork
 * only puts its child into a list.
 *
 * GR-1  Every process, also a zombie, is in the member list of its group, and
 *       group_find returns that group for its number.
 */
#pragma once

#include "proc/process.h"

struct tty;

/* All fields are guarded by family_lock. */
struct session {
    pid_t sid;
    u32 refs;             /* by its groups, and its terminal */
    struct tty *terminal; /* that controls it, or NULL */
};

struct pgrp {
    pid_t pgid;
    struct session *session;
    struct list members;
};

#define for_each_member(item, group)                                       \
    list_for_each_entry(item, &(group)->members, struct process, group_link)

/* => family_lock held; NULL if there is no such group */
struct pgrp *group_find(pid_t pgid);

/* Add a process that is in no group.  => family_lock held */
static inline void
group_add(struct pgrp *group, struct process *process)
{
    process->group = group;
    list_add_tail(&group->members, &process->group_link);
}

/* => family_lock held; its last member has just left */
void group_free(struct pgrp *group);

/* A new group; the caller adds a member at once.  => NULL: no memory */
struct pgrp *group_alloc(pid_t pgid, struct session *session);

/* Move a process to another group.  => family_lock held */
void group_move(struct process *process, struct pgrp *group);

/* setpgid(2) (jobs.c); target may be NULL.  => family_lock held
 * => 0; -ESRCH, -EPERM, -EACCES, -ENOMEM: nothing changed */
int group_set(struct process *target, pid_t pgid) __must_check;

/* setsid(2), also for init, which is in no group yet.  => family_lock held
 * => 0; -EPERM, -ENOMEM: nothing changed */
int session_begin(struct process *process) __must_check;
