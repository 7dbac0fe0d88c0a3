/*
 * Ids, keys and owners of System V's objects.
 */
#include "abi/errno.h"

#include "core/optional.h"

#include "proc/cred.h"
#include "proc/ipc.h"

#define PLACE_BITS 15 /* of an id, as on Linux; the rest counts */

OPTIONAL(cred_refuse_group)

int
ipc_add(struct ipc_table *table, struct ipc *ipc, key_t key, u32 flags)
{
    const struct cred *cred = cred_current();
    u32 place = table->last;

    ipc->payer = cred_place(cred);
    if (!cred_has_room(&table->used, ipc->payer, 1, IPC_MOST)) {
        return -ENOSPC;
    }
    do { /* not the place of one that was just removed */
        place = (place + 1) % IPC_MOST;
    } while (table->at[place] != NULL);
    table->at[place] = ipc;
    cred_count(&table->used, ipc->payer, 1);
    table->last = place;
    ipc->id = (int)((table->made++ & 0xffff) << PLACE_BITS | place);
    ipc->key = key;
    ipc->uid = ipc->cuid = cred->euid;
    ipc->gid = ipc->cgid = cred->egid;
    ipc->mode = flags & 0777;
    return 0;
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
    cred_count(&table->used, ipc->payer, -1U);
}

int
ipc_find(const struct ipc_table *table, int id, bool index, struct ipc **ipc)
{
    u32 place = index ? (u32)id : place_of(id);

    if (id < 0 || place >= IPC_MOST || table->at[place] == NULL) {
        return -EINVAL;
    }
    *ipc = table->at[place];
    return index || (*ipc)->id == id ? 0 : -EIDRM;
}

int
ipc_find_key(const struct ipc_table *table, key_t key, u32 flags,
             struct ipc **ipc)
{
    *ipc = NULL;
    for (u32 i = 0; key != IPC_PRIVATE && i < IPC_MOST; i++) {
        if (table->at[i] != NULL && table->at[i]->key == key) {
            *ipc = table->at[i];
            return (flags & IPC_CREAT) && (flags & IPC_EXCL) ? -EEXIST : 0;
        }
    }
    return -ENOENT;
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

static bool
owns(const struct ipc *ipc)
{
    u32 user = cred_current()->euid;

    return user == ipc->uid || user == ipc->cuid;
}

int
ipc_refuse(const struct ipc *ipc, u32 mode)
{
    const struct cred *cred = cred_current();
    u32 asked = (mode >> 6 | mode >> 3 | mode) & 7;
    u32 shift = owns(ipc)                                   ? 6
                : cred_refuse_group(cred, ipc->cgid) == 0
                      || cred_refuse_group(cred, ipc->gid) == 0 ? 3 : 0;

    return (asked & ~(ipc->mode >> shift)) && !cred_may(RIGHT_IPC) ? -EACCES
                                                                   : 0;
}

int
ipc_refuse_change(const struct ipc *ipc)
{
    return owns(ipc) || cred_may(RIGHT_IPC) ? 0 : -EPERM;
}

void
ipc_tell(const struct ipc *ipc, struct ipc_perm *perm)
{
    *perm = (struct ipc_perm){
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
    return 0;
}
