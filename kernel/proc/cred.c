/*
 * Users and groups of processes.
 *
 * Essential fact: a cred never changes, and a pointer to it is replaced with
 * family_lock and the process's lock held.  So one's own is read without any
 * lock, and another's with either of the two.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/panic.h"

#include "proc/group.h"
#include "proc/users.h"

struct cred *
cred_copy(u32 count)
{
    const struct cred *old = cred_current();
    struct cred *new = kmalloc(sizeof(*new) + count * sizeof(u32));

    if (new != NULL) {
        *new = *old;
        new->refs = 1;
        new->count = count;
        memcpy(new->groups, old->groups,
               MIN(count, old->count) * sizeof(u32));
    }
    return new;
}

/* => the one that it had, with its reference */
static struct cred *
replace(struct cred *cred, bool clears)
{
    struct process *process = current->process;
    struct cred *old = current->cred;

    spin_lock(&family_lock);
    spin_lock(&process->lock);
    current->cred = cred;
    if (current->tid == process->pid) {
        process->cred = cred;
    }
    process->death_signal = clears ? 0 : process->death_signal;
    spin_unlock(&process->lock);
    spin_unlock(&family_lock);
    return old;
}

void
cred_install(struct cred *cred)
{
    const struct cred *old = cred_current();
    bool other = cred->euid != old->euid || cred->egid != old->egid;

    cred->hidden |= other;
    cred_put(replace(cred, other));
}

long
cred_set_bits(bool hidden, bool confined)
{
    struct cred *cred = cred_copy(cred_current()->count);

    if (cred == NULL) {
        return -ENOMEM;
    }
    cred->hidden = hidden;
    cred->confined = confined;
    cred_put(replace(cred, false));
    return 0;
}

int
cred_use_real(struct cred **before)
{
    const struct cred *old = cred_current();
    bool same = old->euid == old->uid && old->egid == old->gid;
    struct cred *new = same ? NULL : cred_copy(old->count);

    *before = NULL;
    if (new == NULL) {
        return same ? 0 : -ENOMEM;
    }
    new->euid = new->uid;
    new->egid = new->gid;
    *before = replace(new, false);
    return 0;
}

void
cred_restore(struct cred *before)
{
    if (before != NULL) {
        cred_put(replace(before, false));
    }
}

int
cred_refuse_group(const struct cred *cred, u32 gid)
{
    u32 low = 0, high = cred->count;

    while (low < high) {
        u32 middle = (low + high) / 2;
        if (cred->groups[middle] < gid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return cred->euid == 0 || gid == cred->egid
                   || (low < cred->count && cred->groups[low] == gid)
               ? 0 : -EPERM;
}

/* ---- May one process do that to another? ---- */

/* => the target's cred, which the caller's lock keeps */
static const struct cred *
cred_of(const struct process *target)
{
    assert(spin_held(&target->lock) || spin_held(&family_lock));
    return target->cred;
}

/* Whether these ids are all that it has. */
static bool
has_only(const struct cred *its, u32 uid, u32 gid)
{
    return uid == its->uid && uid == its->euid && uid == its->suid
           && gid == its->gid && gid == its->egid && gid == its->sgid;
}

int
cred_refuse_signal(const struct process *target, int signal)
{
    const struct cred *mine = cred_current(), *its = cred_of(target);

    if (mine == its || cred_may(RIGHT_SIGNAL) || target == current->process
        || mine->euid == its->uid || mine->euid == its->suid
        || mine->uid == its->uid || mine->uid == its->suid) {
        return 0;
    }
    return signal == SIGCONT
                   && target->group->session
                          == current->process->group->session ? 0 : -EPERM;
}

int
cred_refuse_look(pid_t pid)
{
    const struct cred *mine = cred_current();

    spin_lock(&family_lock);
    const struct process *target = proc_find(pid);
    bool may = target == NULL || target == current->process
               || cred_may(RIGHT_LOOK)
               || (!target->cred->hidden
                   && has_only(target->cred, mine->euid, mine->egid));
    spin_unlock(&family_lock);
    return may ? 0 : -EACCES;
}

void
cred_tell_owner(pid_t pid, bool for_all, u32 *uid, u32 *gid)
{
    spin_lock(&family_lock);
    const struct process *process = proc_find(pid);
    bool shows = process != NULL && (for_all || !process->cred->hidden);
    *uid = shows ? process->cred->euid : 0;
    *gid = shows ? process->cred->egid : 0;
    spin_unlock(&family_lock);
}

int
cred_refuse_limits(const struct process *target)
{
    const struct cred *mine = cred_current();

    return target == current->process || cred_may(RIGHT_LIMIT)
                   || has_only(target->cred, mine->uid, mine->gid)
               ? 0 : -EPERM;
}

int
cred_refuse_share(const struct process *target)
{
    const struct cred *mine = cred_current(), *its = cred_of(target);

    return cred_may(RIGHT_NICE) || mine->euid == its->uid
                   || mine->euid == its->euid ? 0 : -EPERM;
}

/* ---- exec ---- */

int
cred_for_exec(u32 mode, u32 uid, u32 gid, bool keeps, bool readable,
              struct cred **new)
{
    const struct cred *old = cred_current();

    mode = old->confined ? 0 : mode;
    u32 euid = mode & S_ISUID ? uid : old->euid;
    u32 egid = (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)
                   ? gid : old->egid;
    int secure = euid != old->euid || egid != old->egid || euid != old->uid
                 || egid != old->gid;

    euid = keeps ? old->euid : euid;
    egid = keeps ? old->egid : egid;
    /* Whoever execs with rights of others may have left something behind. */
    bool hidden = !readable || old->euid != old->uid || old->egid != old->gid
                  || euid != old->euid || egid != old->egid;

    *new = NULL;
    if (euid == old->suid && egid == old->sgid && hidden == old->hidden
        && euid == old->euid && egid == old->egid) {
        return secure;
    }
    *new = cred_copy(old->count);
    if (*new == NULL) {
        return -ENOMEM;
    }
    (*new)->euid = (*new)->suid = euid;
    (*new)->egid = (*new)->sgid = egid;
    (*new)->hidden = hidden;
    return secure;
}
