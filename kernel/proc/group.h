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
    u32 refs;             /* by its groups */
    u32 turn;             /* how many terminals it has had, with: */
    struct tty *terminal; /* that controls it, or NULL */
    void (*leader_ended)(struct tty *terminal); /* family_lock held */
    pid_t left;           /* the group that was in the foreground when the
                             terminal was hung up; holds this pid; or 0 */
};

struct pgrp {
    pid_t pgid;
    struct session *session;
    struct list members;
    struct list lost_link; /* in the list of job_lose_parent, or none */
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

/* Job control's part (jobs.c).  A parent ends: its child's group may become
 * orphaned.  Then, when the process is a zombie: each group that its end has
 * orphaned, and that has a stopped member, is sent SIGHUP and SIGCONT.
 * => family_lock held throughout */
void job_lose_parent(const struct process *child, const struct process *parent);
void job_orphan_groups(const struct process *ended);

/* The leader of a session ends: its terminal is told, or if that was hung up
 * before, the group that was in the foreground.  => family_lock held */
void session_end(struct session *session);

/* setsid(2), also for init, which is in no group yet.  => family_lock held
 * => 0; -EPERM, -ENOMEM: nothing changed */
int session_begin(struct process *process) __must_check;
