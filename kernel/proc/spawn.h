/*
 * A process from an image and a list, not by fork: the process's part of spawn
 * (lib/abi/spawn.h has the rules, sys_spawn.c the list).
 *
 *      the list --> struct spawn --> spawn_process --> runs its program
 *                   (all that can fail)       (or there is nothing)
 */
#pragma once

#include "proc/exec.h"
#include "proc/process.h"

enum spawn_group {
    SPAWN_GROUP_SAME,
    SPAWN_GROUP_OTHER,   /* pgid, of the same session */
    SPAWN_GROUP_OWN,
    SPAWN_GROUP_SESSION,
};

/* The new process while it is described.  It owns what it names; on success,
 * the process does. */
struct spawn {
    struct files *files;
    struct fs_context *fs;
    struct cred *cred;
    sigset_t blocked;
    sigset_t defaults;       /* not ignored, also if: */
    bool keeps_ignored;      /* what the caller ignores is */
    bool stopped;            /* it starts so */
    bool has_share;          /* and not what fork gives: */
    struct share share;
    enum spawn_group group;
    pid_t pgid;
    int group_action;        /* which action chose the group */
    int terminal_action;     /* the same of: */
    /* Give the process, which is in its group, its terminal; NULL: as it is.
     * => family_lock held; 0, or nothing has changed */
    int (*set_terminal)(struct spawn *spawn, struct process *process);
    int failed;              /* the action that failed, or -1 */
    struct program program;  /* built last; large, so not cleared before */
};

/* Choose the group as setpgid or setsid would.
 * => 0, -EINVAL, -EPERM */
int spawn_choose_group(struct spawn *spawn, bool session, pid_t pgid)
    __must_check;

/* Make the process.
 * => the program is built; called from a system call
 * => its pid; -EAGAIN, -ENOMEM, -EPERM, -ENOTTY, -ERESTARTNOINTR: there never
 *    was one, and the caller still owns what spawn names */
long spawn_process(struct spawn *spawn);
