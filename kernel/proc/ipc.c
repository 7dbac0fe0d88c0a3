/*
 * Ids, keys and owners of System V's objects.
 */
#include "abi/errno.h"

#include "core/optional.h"

#include "arch/clock.h"

#include "proc/cred.h"
#include "proc/ipc.h"

#define PLACE_BITS 15 /* of an id, as on Linux; the rest counts */

OPTIONAL(cred_refuse_group)

time_t
ipc_now(void)
{
    return (time_t)((clock_boot_realtime_ns + clock_ns()) / NSEC_PER_SEC);
}

static int
add(struct ipc_table *table, struct ipc *ipc, key_t key, u32 flags)
{
    const struct cred *cred = cred_current();
    u32 place = table->last;

    if (table->used == IPC_MOST) {
        return -ENOSPC;
    }
    do { /* not the place of one that was just removed */
        place = (place + 1) % IPC_MOST;
    } while (table->at[place] != NULL);
    table->at[place] = ipc;
    table->used++;
    table->last = place;
    ipc->id = (int)((table->made++ & 0xffff) << PLACE_BITS | place);
    ipc->key = key;
    ipc->uid = ipc->cuid = cred->euid;
    ipc->gid = ipc->cgid = cred->egid;
    ipc->mode = flags & 0777;
    ipc->ctime = ipc_now();
    return 0;
}

static struct ipc *
find_key(const struct ipc_table *table, key_t key)
{
    for (u32 i = 0; key != IPC_PRIVATE && i < IPC_MOST; i++) {
        if (table->at[i] != NULL && table->at[i]->key == key) {
            return table->at[i];
        }
    }
    return NULL;
}

long
ipc_get(struct ipc_table *table, key_t key, u64 size, u32 flags,
        struct ipc **new)
{
    struct ipc *ipc = find_key(table, key);
    int error;

    if (ipc != NULL) {
        error = (flags & IPC_CREAT) && (flags & IPC_EXCL) ? -EEXIST
                : size > ipc->size ? -EINVAL : ipc_refuse(ipc, flags & 0777);
    } else if (key != IPC_PRIVATE && (flags & IPC_CREAT) == 0) {
        error = -ENOENT;
    } else {
        ipc = *new;
        error = size == 0     ? -EINVAL
                : ipc == NULL ? -ENOMEM : add(table, ipc, key, flags);
        *new = error == 0 ? NULL : ipc;
    }
    return error == 0 ? ipc->id : error;
}

static u32
place_of(int id)
{
    return (u32)id & ((1U << PLACE_BITS) - 1);
}

void
ipc_remove(struct ipc_table *table, struct ipc *ipc)
{
    table->at[place_of(ipc->id)] = NULL;
    table->used--;
}

int
ipc_find(const struct ipc_table *table, int id, u32 needs, struct ipc **ipc)
{
    u32 place = needs & IPC_PLACE ? (u32)id : place_of(id);

    if (id < 0 || place >= IPC_MOST || table->at[place] == NULL) {
        return -EINVAL;
    }
    *ipc = table->at[place];
    return (needs & IPC_PLACE) == 0 && (*ipc)->id != id
               ? -EIDRM : ipc_refuse(*ipc, needs);
}

int
ipc_refuse(const struct ipc *ipc, u32 needs)
{
    const struct cred *cred = cred_current();
    bool owns = cred->euid == ipc->uid || cred->euid == ipc->cuid;
    u32 asked = (needs >> 6 | needs >> 3 | needs) & 7;
    u32 shift = owns                                            ? 6
                : cred_refuse_group(cred, ipc->cgid) == 0
                      || cred_refuse_group(cred, ipc->gid) == 0 ? 3 : 0;

    if (cred_may(RIGHT_IPC)) {
        return 0;
    }
    if (needs & IPC_OWNER) {
        return owns ? 0 : -EPERM;
    }
    return asked & ~(ipc->mode >> shift) ? -EACCES : 0;
}

int
ipc_highest(const struct ipc_table *table)
{
    int highest = IPC_MOST - 1;

    while (highest > 0 && table->at[highest] == NULL) {
        highest--;
    }
    return highest;
}

struct ipc_perm
ipc_tell(const struct ipc *ipc)
{
    return (struct ipc_perm){
        .__key = ipc->key, .uid = ipc->uid, .gid = ipc->gid,
        .cuid = ipc->cuid, .cgid = ipc->cgid, .mode = ipc->mode,
        .__seq = (unsigned short)(ipc->id >> PLACE_BITS),
    };
}

int
ipc_set(struct ipc *ipc, const struct ipc_perm *perm)
{
    if (perm->uid == ~0U || perm->gid == ~0U) {
        return -EINVAL;
    }
    ipc->uid = perm->uid;
    ipc->gid = perm->gid;
    ipc->mode = (ipc->mode & ~0777U) | (perm->mode & 0777);
    ipc->ctime = ipc_now();
    return 0;
}
