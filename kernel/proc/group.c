/*
 * Process groups and sessions.
 */
#include "abi/errno.h"

#include "core/config.h"
#include "core/panic.h"

#include "mm/heap.h"

#include "proc/group.h"
#include "proc/pid.h"

static struct pgrp *groups[PID_MAX]; /* by number */

struct pgrp *
group_find(pid_t pgid)
{
    assert(spin_held(&family_lock));
    return pgid > 0 && pgid < PID_MAX ? groups[pgid] : NULL;
}

struct pgrp *
group_alloc(pid_t pgid, struct session *session)
{
    struct pgrp *group = kmalloc(sizeof(*group));

    if (group != NULL) {
        *group = (struct pgrp){pgid, session, LIST_INIT(group->members),
                               LIST_INIT(group->lost_link)};
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

void
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
    process->turn = 0;
    group_move(process, group);
    return 0;
}
