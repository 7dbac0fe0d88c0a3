/*
 * spawn: a process that is no copy.  The essential fact: its parent builds all
 * of it, in memory that nobody else can see; it joins the family whole, or it
 * never was.  So there is no half-made process to wait for, and none that would
 * have to tell its parent what went wrong.
 */
#include "abi/errno.h"

#include "core/optional.h"

#include "arch/cpu.h"
#include "arch/trap.h"

#include "proc/group.h"
#include "proc/limits.h"
#include "proc/sched.h"
#include "proc/shares.h"
#include "proc/signal.h"
#include "proc/spawn.h"

OPTIONAL(share_reset) OPTIONAL(share_set)

int
spawn_choose_group(struct spawn *spawn, bool session, pid_t pgid)
{
    bool leads = spawn->group == SPAWN_GROUP_SESSION
                 || (session && spawn->group == SPAWN_GROUP_OWN);

    if (pgid < 0) {
        return -EINVAL;
    }
    if (pgid != 0) {
        spin_lock(&family_lock);
        const struct pgrp *group = group_find(pgid);
        leads |= group == NULL
                 || group->session != current->process->group->session;
        spin_unlock(&family_lock);
    }
    if (leads) {
        return -EPERM;
    }
    spawn->pgid = pgid;
    spawn->group = session     ? SPAWN_GROUP_SESSION
                   : pgid != 0 ? SPAWN_GROUP_OTHER
                               : SPAWN_GROUP_OWN;
    return 0;
}

/* Its signal actions: none but what it ignores.  Mostly that is what its parent
 * has, too; then they share it, as after fork.  => family_lock held; NULL: no
 * memory */
static struct sigacts *
make_actions(const struct spawn *spawn)
{
    struct sigacts *from = current->process->sigacts, *new;
    sigset_t ignored = from->ignored, left;

    for (left = ignored & IGNORED_BY_DEFAULT; left != 0; left &= left - 1) {
        int signal = __builtin_ctzl(left) + 1;
        if (from->action[signal - 1].handler != SIG_IGN) {
            ignored &= ~SIGNAL_BIT(signal);
        }
    }
    left = spawn->keeps_ignored ? ignored & ~spawn->defaults : 0;
    if (left == ignored && from->exec_resets == 0 && !from->together) {
        __atomic_fetch_add(&from->refs, 1, __ATOMIC_RELAXED);
        return from;
    }
    new = sigacts_alloc();
    for (; new != NULL && left != 0; left &= left - 1) {
        new->action[__builtin_ctzl(left)].handler = SIG_IGN;
        new->ignored |= left & -left;
    }
    return new;
}

/* => family_lock held; 0, -EPERM, -ENOMEM: it is in no group */
static int
join_group(struct process *child, const struct spawn *spawn)
{
    struct pgrp *ours = current->process->group, *group = ours;

    switch (spawn->group) {
    case SPAWN_GROUP_SESSION:
        return session_begin(child);
    case SPAWN_GROUP_OWN:
        group = group_alloc(child->pid, ours->session);
        break;
    case SPAWN_GROUP_OTHER: /* it may have ended since it was chosen */
        group = group_find(spawn->pgid);
        if (group == NULL || group->session != ours->session) {
            return -EPERM;
        }
        break;
    case SPAWN_GROUP_SAME:
        break;
    }
    if (group == NULL) {
        return -ENOMEM;
    }
    group_add(group, child);
    return 0;
}

static void
leave_group(struct process *child)
{
    list_leave(&child->group_link);
    if (list_empty(&child->group->members)) {
        group_free(child->group);
    }
}

/* The last steps that may fail, and the first that others see.
 * => family_lock held */
static int
join_locked(struct process *child, struct spawn *spawn)
{
    if (signal_pending()) { /* kill(-pgid) may have missed the child */
        return -ERESTARTNOINTR;
    }
    child->sigacts = make_actions(spawn);
    if (child->sigacts == NULL) {
        return -ENOMEM;
    }
    int error = join_group(child, spawn);
    if (error != 0) {
        spawn->failed = spawn->group_action;
        return error;
    }
    if (spawn->set_terminal != NULL
        && (error = spawn->set_terminal(spawn, child)) != 0) {
        spawn->failed = spawn->terminal_action;
        leave_group(child);
        return error;
    }
    /* ---- no failure below this line ---- */
    proc_link(child, current->process);
    child->parent_tid = current->tid;
    if (spawn->stopped) {
        signal_send(child, SIGSTOP);
    }
    return 0;
}

/* Its first step. */
static void
enter_program(void *arg)
{
    (void)arg;
    sched_reset_fpu();
    trap_return(current->frame);
}

/* Fill the new thread and process with what the description has. */
static void
take_over(struct thread *child, const struct spawn *spawn)
{
    struct process *to = child->process, *from = current->process;

    to->has_place = from == init_process;
    child->as = spawn->program.as;
    child->files = spawn->files;
    child->fs = spawn->fs;
    child->cred = to->cred = spawn->cred;
    child->blocked = spawn->blocked;
    child->altstack.ss_flags = SS_DISABLE;
    child->affinity = current->affinity;
    child->share = current->share;
    if (child->share.reset) {
        share_reset(&child->share);
    }
    if (spawn->has_share) {
        share_set(child, spawn->share);
    }
    fxsave(child->fpu); /* a valid image; enter_program clears it */
    program_enter(&spawn->program, child->frame);
    context_prepare(child, enter_program, NULL);
    __builtin_memcpy(to->comm, spawn->program.name, COMM_SIZE);
    to->exit_signal = SIGCHLD;
    to->parent_execs = from->execs;
    to->execs = from->execs + 1; /* setpgid sees that it has its program */
    to->turn = from->turn;
    list_init(&to->group_link);
    if (from->limits != NULL) {
        to->limits = limits_get(from);
    }
}

long
spawn_process(struct spawn *spawn)
{
    int error = current->process->limits != NULL
                    ? (int)limits_refuse_clone() : 0;
    struct thread *child = error == 0 ? proc_alloc(&error) : NULL;

    spawn->failed = -1;
    if (child == NULL) {
        return error;
    }
    take_over(child, spawn);
    spin_lock(&family_lock);
    error = join_locked(child->process, spawn);
    spin_unlock(&family_lock);
    if (error != 0) {
        if (error == -ERESTARTNOINTR) {
            (void)signal_restart();
        }
        child->process->cred = NULL; /* still the description's */
        proc_discard(child);
        return error;
    }
    /* ---- no failure below this line ---- */
    pid_t pid = child->tid;
    sched_enqueue(child);
    return pid;
}
