/*
 * System calls that read and change users and groups.  Not here, and so ENOSYS:
 * setfsuid and setfsgid (files are checked by the effective ids), capget and
 * capset.
 */
#include "abi/errno.h"

#include "proc/users.h"

#include "sys/sys.h"

#define NONE (~0U) /* the id that leaves one as it is */

/* The three ids of users, or of groups, and those that a caller may choose. */
struct ids {
    u32 real, effective, saved;
};

static struct ids
ids_of(const struct cred *cred, bool groups)
{
    return groups ? (struct ids){cred->gid, cred->egid, cred->sgid}
                  : (struct ids){cred->uid, cred->euid, cred->suid};
}

/* => 0, -ENOMEM */
static long
install(struct ids ids, bool groups)
{
    struct cred *cred = cred_copy(cred_current()->count);

    if (cred == NULL) {
        return -ENOMEM;
    }
    *(groups ? &cred->gid : &cred->uid) = ids.real;
    *(groups ? &cred->egid : &cred->euid) = ids.effective;
    *(groups ? &cred->sgid : &cred->suid) = ids.saved;
    cred_install(cred);
    return 0;
}

/* int setuid(uid_t uid), setgid(gid_t gid);
 * Root changes all three ids; others the effective one, to the real or saved.
 * EINVAL: -1.  EPERM.  ENOMEM. */
static long
set_id(u32 id, bool groups)
{
    struct ids ids = ids_of(cred_current(), groups);

    if (id == NONE) {
        return -EINVAL;
    }
    if (cred_may(RIGHT_SET_IDS)) {
        ids = (struct ids){id, id, id};
    } else if (id == ids.real || id == ids.saved) {
        ids.effective = id;
    } else {
        return -EPERM;
    }
    return install(ids, groups);
}

SYS_FORWARD(sys_setuid, (u64 uid), set_id((u32)uid, false))
SYS_FORWARD(sys_setgid, (u64 gid), set_id((u32)gid, true))

/* Whether one of these ids may be chosen. */
static bool
may_be(u32 id, struct ids had)
{
    return id == NONE || id == had.real || id == had.effective
           || id == had.saved || cred_may(RIGHT_SET_IDS);
}

/* int setreuid(uid_t real, uid_t effective), setregid;
 * -1 changes nothing.  The saved id becomes the effective one, if the real id
 * is set, or the effective one to another than the real.
 * EPERM: not root, and not an id that it has; the saved one as the real. */
static long
set_two(u32 real, u32 effective, bool groups)
{
    struct ids had = ids_of(cred_current(), groups), ids = had;

    if ((real == had.saved && real != had.real && real != had.effective
         && !cred_may(RIGHT_SET_IDS))
        || !may_be(real, had) || !may_be(effective, had)) {
        return -EPERM;
    }
    ids.real = real != NONE ? real : had.real;
    ids.effective = effective != NONE ? effective : had.effective;
    if (real != NONE || (effective != NONE && effective != had.real)) {
        ids.saved = ids.effective;
    }
    return install(ids, groups);
}

SYS_FORWARD(sys_setreuid, (u64 real, u64 effective),
            set_two((u32)real, (u32)effective, false))
SYS_FORWARD(sys_setregid, (u64 real, u64 effective),
            set_two((u32)real, (u32)effective, true))

/* int setresuid(uid_t real, uid_t effective, uid_t saved), setresgid;
 * -1 changes nothing.  EPERM: not root, and not an id that it has. */
static long
set_three(u32 real, u32 effective, u32 saved, bool groups)
{
    struct ids had = ids_of(cred_current(), groups);

    if (!may_be(real, had) || !may_be(effective, had) || !may_be(saved, had)) {
        return -EPERM;
    }
    return install((struct ids){
        real != NONE ? real : had.real,
        effective != NONE ? effective : had.effective,
        saved != NONE ? saved : had.saved}, groups);
}

SYS_FORWARD(sys_setresuid, (u64 real, u64 effective, u64 saved),
            set_three((u32)real, (u32)effective, (u32)saved, false))
SYS_FORWARD(sys_setresgid, (u64 real, u64 effective, u64 saved),
            set_three((u32)real, (u32)effective, (u32)saved, true))

/* int getresuid(uid_t *real, uid_t *effective, uid_t *saved), getresgid;
 * EFAULT. */
static long
get_three(const u64 users[3], struct ids ids)
{
    const u32 told[] = {ids.real, ids.effective, ids.saved};
    int error = 0;

    for (int i = 0; i < 3 && error == 0; i++) {
        error = copy_to_user(users[i], &told[i], sizeof(u32));
    }
    return error;
}

SYS_FORWARD(sys_getresuid, (u64 real, u64 effective, u64 saved),
            get_three((u64[]){real, effective, saved},
                      ids_of(cred_current(), false)))
SYS_FORWARD(sys_getresgid, (u64 real, u64 effective, u64 saved),
            get_three((u64[]){real, effective, saved},
                      ids_of(cred_current(), true)))

/* ---- More groups ---- */

/* int getgroups(int size, gid_t *groups);
 * Returns how many there are, and stores them if size is not 0.
 * EINVAL: size is too small.  EFAULT. */
long
sys_getgroups(u64 size, u64 groups)
{
    const struct cred *cred = cred_current();

    if ((int)size < 0 || ((int)size > 0 && (u32)size < cred->count)) {
        return -EINVAL;
    }
    if ((int)size > 0
        && copy_to_user(groups, cred->groups, cred->count * sizeof(u32))) {
        return -EFAULT;
    }
    return cred->count;
}

/* Heap sort, since a program chooses the order: move what is at `at` down to
 * its place in a heap of n. */
static void
sift(u32 *ids, u32 at, u32 n)
{
    for (u32 child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && ids[child] < ids[child + 1];
        if (ids[at] >= ids[child]) {
            return;
        }
        u32 id = ids[at];
        ids[at] = ids[child];
        ids[child] = id;
    }
}

static void
sort(u32 *ids, u32 count)
{
    for (u32 at = count / 2; at-- > 0;) {
        (void)cond_resched();
        sift(ids, at, count);
    }
    for (u32 n = count; n-- > 1;) {
        (void)cond_resched();
        u32 id = ids[0];
        ids[0] = ids[n];
        ids[n] = id;
        sift(ids, 0, n);
    }
}

/* int setgroups(size_t size, const gid_t *groups);
 * EPERM: not root.  EINVAL: over 65,536, or one is -1.  EFAULT, ENOMEM. */
long
sys_setgroups(u64 size, u64 groups)
{
    int error = !cred_may(RIGHT_SET_IDS) ? -EPERM
                : (u32)size > GROUPS_MAX ? -EINVAL : 0;
    struct cred *cred = error == 0 ? cred_copy((u32)size) : NULL;

    if (cred == NULL) {
        return error != 0 ? error : -ENOMEM;
    }
    error = copy_from_user(cred->groups, groups, (u32)size * sizeof(u32));
    sort(cred->groups, error == 0 ? (u32)size : 0);
    if (error == 0 && (u32)size > 0 && cred->groups[(u32)size - 1] == NONE) {
        error = -EINVAL;
    }
    if (error != 0) {
        cred_put(cred);
        return error;
    }
    cred_install(cred);
    return 0;
}
