/*
 * Fork as a story: proc_clone, read from top to bottom.  The essential fact: a
 * child is a copied trapframe on a new kernel stack, with rax 0, and memory
 * that is the parent's until one of them writes.
 */
#include "abi/errno.h"
#include "abi/sched.h"
#include "common/string.h"

#include "core/optional.h"
#include "core/panic.h"

#include "arch/cpu.h"
#include "arch/trap.h"

#include "mm/as.h"
#include "mm/share.h"
#include "mm/usercopy.h"

#include "fs/file.h"
#include "fs/path.h"

#include "proc/cred.h"
#include "proc/fork.h"
#include "proc/limits.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/shares.h"
#include "proc/signal.h"

OPTIONAL(share_reset)

#define CLONE_KNOWN                                                        \
    (CSIGNAL | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_VFORK             \
     | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID             \
     | CLONE_CHILD_CLEARTID | CLONE_DETACHED)

/* fork=: the history of fork is the level at which sharing starts.  The last
 * two are systems without copies: fork as vfork, and no fork at all. */
static const struct fork_mode {
    const char *name;
    enum share_level level;
    u64 more_flags;   /* added to fork's */
    int error;        /* fork fails with it, if not 0 */
} fork_modes[] = {
    {"eager", SHARE_NONE, 0, 0},
    {"page", SHARE_PAGES, 0, 0},
    {"table", SHARE_TABLES, 0, 0},
    {"tree", SHARE_TREE, 0, 0},
    {"share", SHARE_TREE, CLONE_VM | CLONE_VFORK, 0},
    {"none", SHARE_TREE, 0, -ENOSYS},
};

static const struct fork_mode *fork_mode = &fork_modes[3];
u64 vfork_flags = CLONE_VM | CLONE_VFORK;

static int ask(struct clone_args *args);
static struct thread *child_make(const struct clone_args *args, int *error);
static void child_unmake(struct thread *child);
static int share_memory(struct thread *child, u64 flags);
static int inherit(struct thread *child, u64 flags);
static void copy_registers(struct thread *child,
                           const struct clone_args *args);
static void fork_return(void *arg);
static bool join_family(struct thread *child, bool vfork);
static void wait_for_release(struct thread *child);

long
proc_clone(struct clone_args *args)
{
    int error = ask(args);                                     /* 1 ask */
    if (error != 0) {
        return error;
    }
    struct thread *child = child_make(args, &error);           /* 2 3 4 */
    if (child == NULL) {
        return error;
    }
    copy_registers(child, args);                               /* 5 */
    pid_t pid = child->tid; /* the child may be gone once it is enqueued */
    bool vfork = (args->flags & CLONE_VFORK) != 0;
    if (!join_family(child, vfork)) {                          /* 6 */
        child_unmake(child);
        (void)signal_restart();
        return -ERESTARTNOINTR; /* as on Linux, no signal makes fork fail */
    }
    /* ---- no failure below this line ---- */
    if (args->flags & CLONE_PARENT_SETTID) {
        (void)!copy_to_user(args->parent_tid, &pid, sizeof(pid));
    }
    sched_enqueue(child);                                      /* 7 */
    if (vfork) {
        wait_for_release(child);                               /* 8 */
    }
    return pid;                                                /* 9 */
}

/* Check the flags.  Unknown ones are refused, not ignored.  So are, for now,
 * those that make threads of one process.  fork= says how memory is copied. */
static int
ask(struct clone_args *args)
{
    if ((args->flags & ~(u64)CLONE_KNOWN) != 0) {
        return -EINVAL;
    }
    if ((args->flags & CLONE_SETTLS) != 0 && args->tls >= USER_END) {
        return -EPERM; /* loading it would fault in the kernel */
    }
    if ((args->flags & CLONE_VM) == 0) {
        args->flags |= fork_mode->more_flags;
        return fork_mode->error;
    }
    return 0;
}

/* Make a child that no other process can find yet. */
static struct thread *
child_make(const struct clone_args *args, int *error)
{
    struct thread *child = proc_alloc(error);                  /* 2 reserve */
    if (child == NULL) {
        return NULL;
    }
    *error = share_memory(child, args->flags);                 /* 3 memory */
    if (*error == 0) {
        *error = inherit(child, args->flags);                  /* 4 inherit */
    }
    if (*error != 0) {
        child_unmake(child);
        return NULL;
    }
    return child;
}

static void
child_unmake(struct thread *child)
{
    files_put(child->files);
    fs_context_put(child->fs);
    as_put(child->as);
    proc_discard(child);
}

static int
share_memory(struct thread *child, u64 flags)
{
    if (flags & CLONE_VM) {
        as_get(current->as);
        child->as = current->as;
        return 0;
    }
    return as_fork(current->as, fork_mode->level, &child->as);
}

/* Give the child what it inherits from the parent, besides memory. */
static int
inherit(struct thread *child, u64 flags)
{
    struct thread *parent = current;
    struct process *from = parent->process;
    struct process *to = child->process;

    child->files = flags & CLONE_FILES ? files_get(parent->files)
                                       : files_copy(parent->files);
    child->fs = flags & CLONE_FS ? fs_context_get(parent->fs)
                                 : fs_context_copy(parent->fs);
    if (child->files == NULL || child->fs == NULL) {
        return -ENOMEM;
    }
    child->blocked = parent->blocked;
    if ((flags & (CLONE_VM | CLONE_VFORK)) != CLONE_VM) {
        child->altstack = parent->altstack;
    }
    child->affinity = parent->affinity;
    child->share = parent->share;
    if (child->share.reset) {
        share_reset(&child->share);
    }
    to->exit_signal = (int)(flags & CSIGNAL);
    to->execs = to->parent_execs = from->execs;
    to->turn = from->turn;
    memcpy(to->comm, from->comm, COMM_SIZE);
    to->cred = cred_get(from->cred);
    if (from->limits != NULL) {
        to->limits = limits_get(from);
    }
    return 0;
}

static void
copy_registers(struct thread *child, const struct clone_args *args)
{
    *child->frame = *current->frame;
    child->frame->rax = 0;
    if (args->stack != 0) {
        child->frame->rsp = args->stack;
    }
    child->fs_base = args->flags & CLONE_SETTLS ? args->tls
                                                : current->fs_base;
    child->set_child_tid =
        args->flags & CLONE_CHILD_SETTID ? args->child_tid : 0;
    child->clear_child_tid =
        args->flags & CLONE_CHILD_CLEARTID ? args->child_tid : 0;
    fxsave(child->fpu); /* the registers still hold the parent's state */
    context_prepare(child, fork_return, NULL);
}

/* Fail if a signal is pending: kill(-pgid) may have scanned the group before
 * this insertion, and so have missed the child.  => whether it was linked */
static bool
join_family(struct thread *child, bool vfork)
{
    struct process *parent = current->process;

    spin_lock(&family_lock);
    bool joins = !signal_pending();
    if (joins) {
        __atomic_fetch_add(&parent->sigacts->refs, 1, __ATOMIC_RELAXED);
        child->process->sigacts = parent->sigacts;
        proc_link(child->process, parent);
        if (vfork) {
            current->vfork_child = child;
            child->vforker = current;
        }
    }
    spin_unlock(&family_lock);
    return joins;
}

/* The child's first step.  The essential fact of fork: the child never called
 * anything.  It returns from a frame that its parent wrote. */
static void
fork_return(void *arg)
{
    (void)arg;
    if (current->set_child_tid != 0) {
        pid_t pid = current->tid;
        (void)!copy_to_user(current->set_child_tid, &pid, sizeof(pid));
    }
    assert(current->frame->rax == 0);
    trap_return(current->frame);
}

/* vfork: the child runs in our memory and on our stack.  Sleep until the child
 * execs or exits, or a signal is to kill us.  Compare the pointer, but do not
 * follow it: once vfork_release has cleared it, the child may be freed. */
static void
wait_for_release(struct thread *child)
{
    int error = 0;

    spin_lock(&family_lock);
    while (current->vfork_child == child && error == 0) {
        error = wait_sleep(&current->vfork_wait, &family_lock, WAIT_KILLABLE);
    }
    if (current->vfork_child == child) {
        current->vfork_child = child->vforker = NULL;
    }
    spin_unlock(&family_lock);
}

void
vfork_release(struct thread *child)
{
    /* Set before the child first ran; from then on it can only be cleared. */
    if (__atomic_load_n(&child->vforker, __ATOMIC_RELAXED) == NULL) {
        return;
    }
    spin_lock(&family_lock);
    struct thread *parent = child->vforker;
    if (parent != NULL) { /* one way: NULL if it was killed just now */
        assert(parent->vfork_child == child);
        parent->vfork_child = child->vforker = NULL;
        wait_wake_all(&parent->vfork_wait);
    }
    spin_unlock(&family_lock);
}

int
fork_set_mode(const char *mode)
{
    for (size_t i = 0; i < ARRAY_SIZE(fork_modes); i++) {
        if (strcmp(mode, fork_modes[i].name) == 0) {
            fork_mode = &fork_modes[i];
            return 0;
        }
    }
    return -EINVAL;
}

const char *
fork_mode_name(void)
{
    return fork_mode->name;
}
