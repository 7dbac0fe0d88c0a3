/*
 * Process groups and sessions.
 */
#include "abi/errno.h"

#include "core/config.h"
#include "core/panic.h"

#include "mm/heap.h"

#include "proc/group.h"

static struct pgrp *groups[PID_MAX]; /* by number */

struct pgrp *
group_find(pid_t pgid)
{
    assert(spin_held(&family_lock));
    return pgid > 0 && pgid < PID_MAX ? groups[pgid] : NULL;
}

/* A new group; the caller adds a member at once.  => NULL: no memory */
static struct pgrp *
group_alloc(pid_t pgid, struct session *session)
{
    struct pgrp *group = kmalloc(sizeof(*group));

    if (group != NULL) {
        *group = (struct pgrp){pgid, session, LIST_INIT(group->members)};
        groups[pgid] = group;
        session->refs++;
        pid_get(pgid);
    }
    return group;
}

void
group_free(struct pgrp *group)
{
    struct session *session = group->session;

    groups[group->pgid] = NULL;
    pid_put(group->pgid);
    kfree(group);
    if (--session->refs == 0) {
        pid_put(session->sid);
        kfree(session);
    }
}

static void
group_move(struct process *process, struct pgrp *group)
{
    struct pgrp *old = process->group;

    list_del(&process->group_link);
    group_add(group, process);
    if (old != NULL && list_empty(&old->members)) {
        group_free(old);
    }
}

int
group_set(struct process *target, pid_t pgid)
{
    struct process *process = current->process;
    struct session *session = process->group->session;

    if (target == NULL || (target != process && target->parent != process)) {
        return -ESRCH;
    }
    if (target->group->session != session || target->pid == session->sid) {
        return -EPERM;
    }
    if (target != process && target->execs != target->parent_execs) {
        return -EACCES;
    }
    pgid = pgid == 0 ? target->pid : pgid;
    struct pgrp *group = group_find(pgid);
    if (group != NULL ? group->session != session : pgid != target->pid) {
        return -EPERM;
    }
    if (group == NULL && (group = group_alloc(pgid, session)) == NULL) {
        return -ENOMEM;
    }
    /* ---- no failure below this line ---- */
    group_move(target, group);
    return 0;
}

int
session_begin(struct process *process)
{
    if (group_find(process->pid) != NULL) {
        return -EPERM;
    }
    struct session *session = kzalloc(sizeof(*session));
    struct pgrp *group = session == NULL ? NULL
                                         : group_alloc(process->pid, session);
    if (group == NULL) {
        kfree(session);
        return -ENOMEM;
    }
    /* ---- no failure below this line ---- */
    session->sid = process->pid;
    pid_get(session->sid);
    group_move(process, group);
    return 0;
}
