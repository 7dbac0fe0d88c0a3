/*
 * memfd_create, and seals.  The essential fact: F_SEAL_WRITE promises that the
 * contents never change again, so it must find out that nobody has them mapped
 * for writing: it looks at every space.  Meanwhile the file's mutex keeps
 * others from mapping it.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/optional.h"

#include "mm/heap.h"
#include "mm/object.h"
#include "mm/vma.h"

#include "fs/anon.h"
#include "fs/file.h"
#include "fs/memfd.h"
#include "fs/path.h"
#include "fs/tmpfs.h"

#define SEALS_ALL                                                          \
    (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | SEALS_WRITE)

OPTIONAL(object_uses)

int
memfd_open(char *name, u32 flags)
{
    struct inode *inode = tmpfs_file(0777);

    if (inode == NULL) {
        kfree(name);
        return -ENOMEM;
    }
    inode->dev = DEV_MEMFD;
    inode->data = name;
    if (flags & MFD_ALLOW_SEALING) {
        tmpfs_file_of(inode)->seals = 0;
    }
    return anon_open(inode, O_RDWR | O_LARGEFILE
                                | (flags & MFD_CLOEXEC ? O_CLOEXEC : 0));
}

static int
add_seals(struct tmpfs_file *file, u32 seals)
{
    if (file->seals & F_SEAL_SEAL) {
        return -EPERM;
    }
    if ((seals & ~file->seals & F_SEAL_WRITE)
        && object_uses(&file->inode.object, true) > 0) {
        return -EBUSY;
    }
    file->seals |= seals;
    return 0;
}

long
memfd_seal(const struct file *file, u32 command, u32 seals)
{
    struct tmpfs_file *sealed = tmpfs_file_of(file->inode);
    bool adds = command == F_ADD_SEALS;

    if (adds && !(file_access(file) & FILE_WRITES)) {
        return -EPERM;
    }
    if ((adds && (seals & ~(u32)SEALS_ALL))
        || inode_object(file->inode) == NULL) {
        return -EINVAL;
    }
    mutex_lock(&sealed->writing);
    long result = adds ? add_seals(sealed, seals) : (long)sealed->seals;
    mutex_unlock(&sealed->writing);
    return result;
}

int
memfd_lock(struct inode *inode, struct vma *vma)
{
    mutex_lock(&tmpfs_file_of(inode)->writing);
    if ((vma->flags & VMA_SHARED) == 0
        || (tmpfs_file_of(inode)->seals & SEALS_WRITE) == 0) {
        return 0;
    }
    vma->flags |= VMA_NEVER_W;
    return vma->prot & PROT_WRITE ? -EPERM : 0;
}

void
memfd_unlock(struct inode *inode)
{
    mutex_unlock(&tmpfs_file_of(inode)->writing);
}
