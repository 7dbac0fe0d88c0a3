/*
 * Making processes.
 */
#pragma once

#include "core/types.h"

#include "mm/share.h"

struct file;
struct process;
struct thread;

/* How fork copies memory: the boot word fork= (forkmode.c). */
struct fork_mode {
    const char *name;
    enum share_level level; /* at which sharing starts */
    u64 more_flags;         /* added to fork's */
    int error;              /* fork fails with it, if not 0 */
};

extern const struct fork_mode *fork_mode;

struct clone_args {
    u64 flags;            /* clone(2)'s; SIGCHLD alone is fork */
    vaddr_t stack;        /* the child's stack pointer; 0: the parent's */
    vaddr_t parent_tid;   /* CLONE_PARENT_SETTID stores the pid here */
    vaddr_t child_tid;    /* CLONE_CHILD_SETTID stores it here, in the child */
    u64 tls;              /* CLONE_SETTLS: the child's FS base */
    struct clone_more *more;
};

/* For CLONE_PIDFD and CLONE_CHOSEN, our own flag. */
#define CLONE_CHOSEN (1UL << 63)
struct clone_more {
    pid_t pid;            /* the child is to have it (CLONE_CHOSEN) */
    vaddr_t pidfd;        /* CLONE_PIDFD stores the descriptor here: */
    int fd;               /* it is reserved, for */
    struct file *file;    /* this file, or NULL */
};

/* Make a child of the current process, with a first thread that is a copy of
 * the current one.  Memory is copied (no CLONE_VM) as the boot word fork= says,
 * which may change args->flags.
 * => no spinlock held; called from a system call: the child returns 0 from it
 * => the child's pid; -EINVAL, -EPERM, -EAGAIN, -ENOMEM, -ENOSYS, and the
 *    errors of clone_give: no child, nothing changed.  With
 *    CLONE_VFORK it returns when the child has exec'd or ended.
 *    -ERESTARTNOINTR: a signal is pending, no child either */
long proc_clone(struct clone_args *args);

/* The rarer flags of clone (clone.c).  A thread shares its process's actions,
 * and who shares actions shares memory; pid 1 has no siblings.
 * => 0, -EINVAL; -EPERM: the FS base */
int clone_check(const struct clone_args *args) __must_check;

/* Give the new thread, which nobody can find yet, what else was asked for; and
 * take it back, if the child is not to be.
 * => 0; the errors of pidfd_make; for CLONE_CHOSEN -EINVAL: it is no pid;
 *    -EPERM: not root; -EEXIST: it is in use */
int clone_give(struct thread *child, const struct clone_args *args)
    __must_check;
void clone_take_back(struct thread *child, const struct clone_args *args);

/* CLONE_PARENT: it gets our parent, and our end's signal.
 * => family_lock held; it was linked as our child */
void clone_sibling(struct process *child);

/* Store what the caller is to know, before the child runs. */
void clone_tell(const struct clone_args *args, struct thread *child);

/* The flags of vfork(2): none, as in 4.4BSD, with the boot word vfork=fork. */
extern u64 vfork_flags;

/* The child no longer uses its parent's memory: let the parent go on.
 * => once, in exec (after close-on-exec is done) or exit */
void vfork_release(struct thread *child);

/* Set the kind of fork by the boot word's value: eager, page, table, tree,
 * share or none.  => 0, or -EINVAL with nothing changed */
int fork_set_mode(const char *mode) __must_check;
