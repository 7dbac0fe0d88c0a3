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
#include "mm/usercopy.h"

#include "fs/inherit.h"

#include "proc/cred.h"
#include "proc/fork.h"
#include "proc/limits.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

OPTIONAL(share_reset) OPTIONAL_ENOSYS(clone_check) OPTIONAL(clone_give)
OPTIONAL(clone_take_back) OPTIONAL(clone_sibling) OPTIONAL(clone_tell)
OPTIONAL(thread_join)

/* With these, there is more to give to the child. */
#define CLONE_MORE                                                         \
    (CLONE_SETTLS | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID              \
     | CLONE_SYSVSEM | CLONE_PIDFD | CLONE_CHOSEN)

static int ask(struct clone_args *args);
static struct thread *child_make(const struct clone_args *args, int *error);
static void child_unmake(struct thread *child, u64 flags);
static int share_memory(struct thread *child, u64 flags);
static int inherit(struct thread *child, u64 flags);
static int inherit_process(struct process *to, u64 flags);
static void copy_registers(struct thread *child, const struct clone_args *args);
static void fork_return(void *arg);
static int join_family(struct thread *child, u64 flags);
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
    error = args->flags & CLONE_THREAD                         /* 6 */
                ? thread_join(child) : join_family(child, args->flags);
    if (error != 0) {
        if (args->flags & CLONE_MORE) {
            clone_take_back(child, args);
        }
        child_unmake(child, args->flags);
        if (error == -ERESTARTNOINTR) {
            (void)signal_restart();
        }
        return error;
    }
    /* ---- no failure below this line ---- */
    pid_t pid = child->tid; /* the child may be gone once it is enqueued */
    if (args->flags & (CLONE_PARENT_SETTID | CLONE_PIDFD)) {
        clone_tell(args, child);
    }
    bool vfork = (args->flags & CLONE_VFORK) != 0;
    if (vfork) {
        current->vfork_child = child;
        child->vforker = current;
    }
    sched_enqueue(child);                                      /* 7 */
    if (vfork) {
        wait_for_release(child);                               /* 8 */
    }
    return pid;                                                /* 9 */
}

/* Check the flags, if they are not those of fork and vfork.  fork= says how
 * memory is copied. */
static int
ask(struct clone_args *args)
{
    int error = args->flags & ~(u64)(CSIGNAL | CLONE_VM | CLONE_VFORK)
                    ? clone_check(args) : 0;

    if (error != 0) {
        return error;
    }
    if (current->process->limits != NULL && limits_refuse_clone() != 0) {
        return -EAGAIN;
    }
    if ((args->flags & CLONE_VM) == 0) {
        args->flags |= fork_mode->more_flags;
        return fork_mode->error;
    }
    return 0;
}

/* Make a thread that nobody can find yet: of a new process, or of ours. */
static struct thread *
child_make(const struct clone_args *args, int *error)
{
    *error = -ENOMEM;
    struct thread *child = args->flags & CLONE_THREAD          /* 2 reserve */
                               ? thread_alloc(current->process)
                               : proc_alloc(error);
    if (child == NULL) {
        return NULL;
    }
    *error = share_memory(child, args->flags);                 /* 3 memory */
    if (*error == 0) {
        *error = inherit(child, args->flags);                  /* 4 inherit */
    }
    if (*error == 0 && (args->flags & CLONE_MORE)) {
        *error = clone_give(child, args);
    }
    if (*error != 0) {
        child_unmake(child, args->flags);
        return NULL;
    }
    return child;
}

static void
child_unmake(struct thread *child, u64 flags)
{
    files_put(child->files);
    fs_context_put(child->fs);
    as_put(child->as);
    if (flags & CLONE_THREAD) {
        thread_free(child);
    } else {
        proc_discard(child);
    }
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

    child->files = flags & CLONE_FILES ? files_get(parent->files)
                                       : files_copy(parent->files);
    child->fs = flags & (CLONE_FS | CLONE_NEWNS)
                    ? fs_context_other(parent->fs, flags & CLONE_FS)
                    : fs_context_copy(parent->fs);
    if (child->files == NULL || child->fs == NULL) {
        return -ENOMEM;
    }
    child->blocked = parent->blocked;
    if ((flags & (CLONE_VM | CLONE_VFORK)) != CLONE_VM) {
        child->altstack = parent->altstack;
    }
    child->fs_base = parent->fs_base;
    child->affinity = parent->affinity;
    child->share = parent->share;
    if (child->share.reset) {
        share_reset(&child->share);
    }
    child->cred = cred_get(parent->cred);
    if (flags & CLONE_THREAD) {
        memcpy(child->comm, thread_name(parent), COMM_SIZE);
        return 0;
    }
    child->process->cred = child->cred; /* its first thread's is not counted */
    return inherit_process(child->process, flags);
}

/* A new process gets more.  Its signal actions come last (join_family). */
static int
inherit_process(struct process *to, u64 flags)
{
    struct process *from = current->process;

    to->exit_signal = (int)(flags & CSIGNAL);
    to->has_place = from == init_process;
    to->execs = to->parent_execs = from->execs;
    to->turn = from->turn;
    /* Not a call: the size is known. */
    __builtin_memcpy(to->comm, thread_name(current), COMM_SIZE);
    if (from->limits != NULL) {
        to->limits = limits_get(from);
    }
    return sigacts_prepare(to, flags);
}

static void
copy_registers(struct thread *child, const struct clone_args *args)
{
    *child->frame = *current->frame;
    child->frame->rax = 0;
    if (args->stack != 0) {
        child->frame->rsp = args->stack;
    }
    fxsave(child->fpu); /* the registers still hold the parent's state */
    context_prepare(child, fork_return, NULL);
}

/* Let others find the child.  Fail if a signal is pending: kill(-pgid) may have
 * scanned the group before this insertion, and so have missed the child.  Then
 * the call is made again, since, as on Linux, no signal makes fork fail. */
static int
join_family(struct thread *child, u64 flags)
{
    spin_lock(&family_lock);
    /* one way: the second fails if a thread of ours has just left actions that
     * it shared */
    bool joins = !signal_pending() && sigacts_give(child->process, flags);
    if (joins) {
        proc_link(child->process, current->process);
        child->process->parent_tid = current->tid;
        if (flags & CLONE_PARENT) {
            clone_sibling(child->process);
        }
    }
    spin_unlock(&family_lock);
    return joins ? 0 : -ERESTARTNOINTR;
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
    if (parent != NULL) { /* NULL: it was killed just now */
        assert(parent->vfork_child == child);
        parent->vfork_child = child->vforker = NULL;
        wait_wake_all(&parent->vfork_wait);
    }
    spin_unlock(&family_lock);
}
