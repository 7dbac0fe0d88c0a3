/*
 * Who a process is for permission checks: its users and groups.
 *
 *      process --+
 *      process --+--> struct cred (counted, never changed)
 *      child   --+
 *
 * Fork shares it.  A call that changes an id makes a new one and puts it in the
 * place of the old (cred_install), so that nobody sees half of a change.  User
 * 0, root, may do everything: it is all that we have of Linux's capabilities.
 *
 * A function named cred_refuse... gives 0, or the error of what is not allowed.
 * Without the optional cred.c all processes are root's, and each gives 0.  What
 * only optional files call is in users.h.
 */
#pragma once

#include "mm/heap.h"

#include "proc/process.h"

struct cred {
    u32 refs;            /* a; all others never change: */
    u32 uid, euid, suid; /* real, effective, saved; -1 is no user */
    u32 gid, egid, sgid;
    bool hidden;         /* not dumpable: it knows what its user may not */
    bool confined;       /* exec ignores set-user-ID and set-group-ID bits */
    u32 count;
    u32 groups[];        /* more groups, ascending */
};

/* What only root may do, by its use. */
enum right {
    RIGHT_ANY_FILE,      /* whatever its mode and owner */
    RIGHT_GIVE_FILE,     /* to another owner or group, and keep its id bits */
    RIGHT_IPC,           /* semaphores, shared memory: the same two */
    RIGHT_SET_IDS,       /* become another user, or join groups */
    RIGHT_SIGNAL,        /* other users' processes */
    RIGHT_LOOK,          /* into other users' processes, and change them */
    RIGHT_PID,           /* choose a new process's */
    RIGHT_NICE,          /* run before others: nice, policies */
    RIGHT_LIMIT,         /* raise a hard limit */
    RIGHT_TIME,          /* set the clock */
    RIGHT_TERMINAL,      /* take one from another session */
    RIGHT_BOOT,          /* reboot(2) */
    RIGHT_MOUNT,         /* change name spaces: mount, umount2, CLONE_NEWNS */
};

/* A user's place in counts by user: 0 is root's, and those whose ids end alike
 * share one.  NULL: at boot, all is root's. */
#define USER_PLACES 64

static inline u32
cred_place(const struct cred *cred)
{
    u32 uid = cred != NULL ? cred->uid : 0;

    return uid == 0 ? 0 : 1 + uid % (USER_PLACES - 1);
}

/* The current thread's.  The first thread's is its process's, which others look
 * at; another thread has one of its own, counted, as each changes its own. */
static inline const struct cred *
cred_current(void)
{
    return current->cred;
}

static inline bool
cred_may(enum right right)
{
    (void)right;
    return cred_current()->euid == 0;
}

static inline struct cred *
cred_get(struct cred *cred)
{
    __atomic_fetch_add(&cred->refs, 1, __ATOMIC_RELAXED);
    return cred;
}

/* Drop a reference (cred may be NULL).
 * => it, if that was the last and the caller is to free it; else NULL */
static inline struct cred *
cred_drop(struct cred *cred)
{
    return cred != NULL
                   && __atomic_sub_fetch(&cred->refs, 1, __ATOMIC_ACQ_REL) == 0
               ? cred : NULL;
}

static inline void
cred_put(struct cred *cred)
{
    kfree(cred_drop(cred));
}

/* It becomes the current process's.  If an effective id changes, the process is
 * hidden from then on, and gets no signal when its parent ends.
 * => takes over the reference; family_lock not held */
void cred_install(struct cred *cred);

/* To act as a member of a group: its effective one, or among the others; root
 * need not be one.  => 0, -EPERM */
int cred_refuse_group(const struct cred *cred, u32 gid);

/* May the current process signal the target?
 * => the target's lock held, or family_lock; for SIGCONT, that one
 * => 0, -EPERM */
int cred_refuse_signal(const struct process *target, int signal);
