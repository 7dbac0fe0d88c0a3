/*
 * System V's shared memory.  The essential fact: nobody counts who has a
 * segment attached.  Fork shares vmas without looking at them, so whoever asks
 * (IPC_STAT) looks at all spaces; and the inode's references say when the last
 * is gone.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/mman.h"

#include "core/optional.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

#include "proc/cred.h"
#include "proc/limits.h"

#include "fs/path.h"
#include "fs/shm.h"
#include "fs/tmpfs.h"

struct shm {
    struct ipc ipc;                    /* l  its size: bytes */
    struct inode *inode;               /* i  one reference, until SHM_DEST */
    const struct inode_ops *file_ops;  /* i  what the inode had before */
    pid_t cpid, lpid;                  /* i; l */
    time_t atime, dtime;               /* l */
};

static struct spinlock shm_lock = SPINLOCK_INIT(RANK_IPC); /* l */
static struct ipc_table segments = {.needs = {
    [IPC_RMID] = IPC_OWNER, [IPC_SET] = IPC_OWNER, [IPC_STAT] = IPC_READ,
    [IPC_INFO] = IPC_ALL, [SHM_LOCK] = IPC_OWNER, [SHM_UNLOCK] = IPC_OWNER,
    [SHM_STAT] = IPC_READ | IPC_PLACE, [SHM_INFO] = IPC_ALL,
    [SHM_STAT_ANY] = IPC_NORMAL | IPC_PLACE,
}};

OPTIONAL(object_uses)

static struct shm *
shm_of(struct ipc *ipc)
{
    return container_of(ipc, struct shm, ipc);
}

/* Its last reference is gone.  => the space's lock may be held */
static void
shm_free(struct inode *inode)
{
    struct shm *shm = inode->data;

    spin_lock(&shm_lock);
    ipc_remove(&segments, &shm->ipc);
    spin_unlock(&shm_lock);
    shm->file_ops->free(inode); /* the pages, and `data` */
}

static const struct inode_ops shm_ops = {.free = shm_free};

/* Find a segment that the current process may use so.
 * => shm_lock held; 0, and a reference to its inode */
static int
find(int id, u32 needs, struct shm **shm)
{
    struct ipc *ipc;
    int error = ipc_find(&segments, id, needs, &ipc);

    if (error != 0) {
        return error;
    }
    *shm = shm_of(ipc);
    u32 refs = (*shm)->inode->refs;
    while (refs != 0 /* it is being freed */
           && !atomic_compare_exchange_weak(&(*shm)->inode->refs, &refs,
                                            refs + 1)) {
    }
    return refs != 0 ? 0 : -EINVAL;
}

/* The current process has attached or detached it. */
static void
note_use(struct shm *shm, time_t *when)
{
    spin_lock(&shm_lock);
    *when = ipc_now();
    shm->lpid = current->process->pid;
    spin_unlock(&shm_lock);
}

/* ---- shmget ---- */

/* A segment without an id.  => NULL: no memory */
static struct ipc *
make(u64 size)
{
    struct shm *shm = kzalloc(sizeof(*shm));

    if (shm == NULL || (shm->inode = tmpfs_anonymous(size)) == NULL) {
        kfree(shm);
        return NULL;
    }
    shm->ipc.size = size;
    shm->cpid = current->process->pid;
    shm->file_ops = shm->inode->ops;
    shm->inode->data = shm;
    return &shm->ipc;
}

long
shm_get(key_t key, u64 size, u32 flags)
{
    struct ipc *new = ipc_may_make(key, size, flags) && size < USER_END
                          ? make(size) : NULL;
    struct inode *inode = new != NULL ? shm_of(new)->inode : NULL;

    spin_lock(&shm_lock);
    long result = ipc_get(&segments, key, size, flags, &new);
    if (inode != NULL && new == NULL) {
        inode->ops = &shm_ops;
        inode = NULL;
    }
    spin_unlock(&shm_lock);
    inode_put(inode);
    return result;
}

/* ---- shmat, shmdt ---- */

/* Map the segment.  => as as_map */
static long
map(const struct shm *shm, vaddr_t addr, u32 flags)
{
    u64 size = align_up(shm->ipc.size, PAGE_SIZE);
    bool reads = (flags & SHM_RDONLY) != 0;
    struct vma vma = {
        .start = addr, .end = addr + size,
        .prot = PROT_READ | (reads ? 0 : PROT_WRITE)
                | (flags & SHM_EXEC ? PROT_EXEC : 0),
        .flags = VMA_SHARED | (reads ? VMA_NEVER_W : 0),
        .object = inode_object(shm->inode),
    };
    u32 fixed = flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;

    if (addr != 0 && (addr + size < addr || !user_range(addr, size))) {
        return addr + size < addr ? -EINVAL : -ENOMEM;
    }
    long error = limit_memory(current->as, &vma, (flags & SHM_REMAP) != 0);
    return error != 0 ? error
                      : as_map(current->as, &vma, addr != 0 ? fixed : 0);
}

long
shm_attach(int id, vaddr_t addr, u32 flags)
{
    u32 mode = (flags & SHM_RDONLY ? IPC_READ : IPC_READ | IPC_WRITE)
               | (flags & SHM_EXEC ? 0111 : 0);
    struct shm *shm;

    if (flags & SHM_RND) {
        addr = align_down(addr, SHMLBA);
    }
    if (addr % PAGE_SIZE != 0 || (addr == 0 && (flags & SHM_REMAP))) {
        return -EINVAL;
    }
    spin_lock(&shm_lock);
    int error = find(id, mode, &shm);
    spin_unlock(&shm_lock);
    if (error != 0) {
        return error;
    }
    long result = map(shm, addr, flags);
    if (result >= 0) {
        note_use(shm, &shm->atime);
    }
    inode_put(shm->inode);
    return result == -EEXIST ? -EINVAL : result;
}

/* The segment of a vma that may be a part of an attach at addr.
 * => NULL: it is none */
static struct inode *
segment_at(const struct vma *vma, vaddr_t addr)
{
    struct inode *inode = vma->object == NULL ? NULL
                          : container_of(vma->object, struct inode, object);

    return inode != NULL && inode->ops == &shm_ops && vma->start >= addr
                   && (vma->start - addr) >> PAGE_SHIFT == vma->offset
               ? inode : NULL;
}

long
shm_detach(vaddr_t addr)
{
    struct as *as = current->as;
    struct inode *found = NULL;
    const struct vma *vma;
    vaddr_t at = addr;
    vaddr_t end = USER_END;
    int error = addr % PAGE_SIZE != 0 ? -EINVAL : 0;

    spin_lock(&as->lock);
    while (error == 0 && (vma = vma_first_from(as, at)) != NULL
           && vma->start < end) {
        struct inode *inode = segment_at(vma, addr);
        at = vma->end;
        if (inode == NULL || (found != NULL && inode != found)) {
            continue;
        }
        if (found == NULL) { /* there may be other parts of it */
            found = inode_get(inode);
            end = addr + align_up(inode->size, PAGE_SIZE);
        }
        error = as_unmap_locked(as, vma->start, at);
    }
    spin_unlock(&as->lock);
    if (found == NULL) {
        return -EINVAL;
    }
    struct shm *shm = found->data;
    note_use(shm, &shm->dtime);
    inode_put(found);
    return error;
}

/* ---- shmctl ---- */

/* IPC_STAT and the like, but for the number of attaches; IPC_RMID, IPC_SET,
 * SHM_LOCK, SHM_UNLOCK.
 * => shm_lock held; *last: the id's reference is to be dropped */
static long
control(struct shm *shm, int command, struct shmid_ds *data, bool *last)
{
    struct ipc *ipc = &shm->ipc;

    switch (command) {
    case IPC_SET:
        return ipc_set(ipc, &data->shm_perm);
    case IPC_RMID:
        *last = (ipc->mode & SHM_DEST) == 0;
        ipc->mode |= SHM_DEST;
        ipc->key = IPC_PRIVATE;
        return 0;
    case SHM_LOCK:
        ipc->mode |= SHM_LOCKED;
        return 0;
    case SHM_UNLOCK:
        ipc->mode &= ~(u32)SHM_LOCKED;
        return 0;
    default:
        *data = (struct shmid_ds){
            .shm_perm = ipc_tell(ipc), .shm_segsz = ipc->size,
            .shm_cpid = shm->cpid, .shm_lpid = shm->lpid,
            .shm_atime = shm->atime, .shm_dtime = shm->dtime,
            .shm_ctime = ipc->ctime,
        };
        return command == IPC_STAT ? 0 : ipc->id;
    }
}

/* IPC_INFO, SHM_INFO.  => the highest place */
static long
tell_all(bool use, u64 user)
{
    const struct shminfo most = {
        .shmmax = USER_END, .shmmin = SHMMIN, .shmmni = IPC_MOST,
        .shmseg = IPC_MOST, .shmall = USER_END / PAGE_SIZE,
    };
    struct shm_info info = {0};

    spin_lock(&shm_lock);
    for (u32 i = 0; i < IPC_MOST; i++) {
        struct ipc *ipc = segments.at[i];
        if (ipc != NULL) {
            info.shm_tot += tmpfs_pages_of(ipc->size);
            info.shm_rss += tmpfs_file_of(shm_of(ipc)->inode)->tree.pages;
        }
    }
    info.used_ids = (int)segments.used;
    int highest = ipc_highest(&segments);
    spin_unlock(&shm_lock);
    long error = use ? copy_to_user(user, &info, sizeof(info))
                     : copy_to_user(user, &most, sizeof(most));
    return error != 0 ? error : highest;
}

long
shm_control(int id, int command, u64 user)
{
    u32 needs = ipc_needs(&segments, id, command);
    bool asks = (needs & (IPC_READ | IPC_NORMAL)) != 0;
    struct shmid_ds data;
    struct shm *shm;
    bool last = false;

    if (needs == 0) {
        return -EINVAL;
    }
    if (needs & IPC_ALL) {
        return tell_all(command == SHM_INFO, user);
    }
    if (command == IPC_SET && copy_from_user(&data, user, sizeof(data)) != 0) {
        return -EFAULT;
    }
    spin_lock(&shm_lock);
    long result = find(id, needs, &shm);
    struct inode *inode = result == 0 ? shm->inode : NULL;
    if (result == 0) {
        result = control(shm, command, &data, &last);
    }
    spin_unlock(&shm_lock);
    if (result >= 0 && asks) {
        data.shm_nattch = object_uses(&inode->object, false);
        if (copy_to_user(user, &data, sizeof(data)) != 0) {
            result = -EFAULT;
        }
    }
    inode_put(last ? inode : NULL);
    inode_put(inode);
    return result;
}
