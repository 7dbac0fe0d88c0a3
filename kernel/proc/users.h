/*
 * What cred.c offers to other optional files: to change who a process is, and
 * to ask what it may do with another one.
 */
#pragma once

#include "proc/cred.h"

#define GROUPS_MAX 65536

/* A copy of the current one with room for `count` groups, all copied if it has
 * as many.  => with one reference; NULL: no memory */
struct cred *cred_copy(u32 count);

/* prctl(2)'s PR_SET_DUMPABLE, reversed, and PR_SET_NO_NEW_PRIVS.
 * => 0, -ENOMEM */
long cred_set_bits(bool hidden, bool confined);

/* For access(2): its real ids become the effective ones, until cred_restore.
 * => 0, and what to give to cred_restore; -ENOMEM */
int cred_use_real(struct cred **before) __must_check;
void cred_restore(struct cred *before);

/* May the current process look into one: its files and directory?  Its own
 * threads always may.  => 0, also if there is no such process; -EACCES */
int cred_refuse_look(pid_t pid);

/* Who owns what /proc has of a process: its effective user and group; but root,
 * if it is hidden and the file is not for all, or there is no such process. */
void cred_tell_owner(pid_t pid, bool for_all, u32 *uid, u32 *gid);

/* May it change the target's share of the CPUs?
 * => the target's lock held, or family_lock; 0, -EPERM */
int cred_refuse_share(const struct process *target);

/* May it read and change the target's limits?
 * => family_lock held; 0, -EPERM */
int cred_refuse_limits(const struct process *target);

/* The ids that exec of a file with this mode and owner gives; keeps: its id
 * bits have no effect; readable: by the caller.
 * => 0, or 1: the program must not trust its environment (AT_SECURE); then *new
 *    is NULL if it is as it was; -ENOMEM */
int cred_for_exec(u32 mode, u32 uid, u32 gid, bool keeps, bool readable,
                  struct cred **new) __must_check;
