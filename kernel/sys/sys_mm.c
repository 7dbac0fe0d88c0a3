/*
 * System calls about memory.
 */
#include "abi/errno.h"
#include "abi/mman.h"
#include "abi/stat.h"

#include "core/optional.h"

#include "mm/as.h"
#include "mm/mshare.h"
#include "mm/vma.h"

#include "proc/limits.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/tmpfs.h"

#include "sys/sys.h"

OPTIONAL_ENOSYS(as_protect) OPTIONAL(memfd_lock) OPTIONAL(memfd_unlock)
OPTIONAL_ENOSYS(as_mshare)

/* The flags in the last two lines have no effect. */
#define MAP_KNOWN                                                          \
    (MAP_TYPE | MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_ANONYMOUS            \
     | MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED         \
     | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK)

/* Set the object of anonymous shared memory: a file without a name. */
static long
map_shared(struct vma *vma, struct inode **inode)
{
    *inode = tmpfs_anonymous(vma->end - vma->start);
    vma->object = *inode != NULL ? inode_object(*inode) : NULL;
    return *inode != NULL ? 0 : -ENOMEM;
}

/* Set the object of a file's vma; /dev/zero makes anonymous memory.
 * => 0 and a reference to *inode, or NULL; or -errno */
static long
map_file(const struct file *file, u64 offset, struct vma *vma,
         struct inode **inode)
{
    u32 mode = file->flags & O_ACCMODE;
    bool never_w = (vma->flags & VMA_SHARED) && mode == O_RDONLY;
    u64 size = vma->end - vma->start;

    if ((i64)(offset + size) < (i64)size) {
        return -EOVERFLOW;
    }
    if (mode == O_WRONLY || (never_w && (vma->prot & PROT_WRITE))) {
        return -EACCES;
    }
    vma->flags |= never_w ? VMA_NEVER_W : 0;
    vma->offset = offset >> PAGE_SHIFT;
    if (S_ISCHR(file->inode->mode) && file->inode->rdev == DEVICE_ZERO) {
        return vma->flags & VMA_SHARED ? map_shared(vma, inode) : 0;
    }
    vma->object = inode_object(file->inode);
    if (vma->object == NULL) {
        return -ENODEV;
    }
    if ((vma->flags & (VMA_SHARED | VMA_NEVER_W)) == VMA_SHARED) {
        __atomic_store_n(&vma->object->written, true, __ATOMIC_RELAXED);
    }
    *inode = inode_get(file->inode);
    return 0;
}

/* void *mmap(void *addr, size_t size, int prot, int flags, int fd,
 *            off_t offset);
 * Returns the address.
 * EINVAL: size 0, not aligned, or an unknown flag.  ENOMEM: no room, a limit.
 * EOVERFLOW: the offset is too large.
 * EBADF, EACCES, ENODEV: fd.  EEXIST: MAP_FIXED_NOREPLACE.  EPERM: a seal.
 * Differences from Linux: unknown flags and MAP_HUGETLB are EINVAL. */
long
sys_mmap(u64 addr, u64 size, u64 prot, u64 flags, u64 fd, u64 offset)
{
    u64 whole = align_up(size, PAGE_SIZE);
    u32 type = (u32)flags & MAP_TYPE;
    bool anonymous = (flags & MAP_ANONYMOUS) != 0;
    struct vma vma = {
        .start = addr, .end = addr + whole,
        .prot = (u32)prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
        .flags = type == MAP_PRIVATE ? 0 : VMA_SHARED,
    };
    struct inode *inode = NULL;
    struct file *file = anonymous ? NULL : file_get_fd((int)fd);
    long result = 0;

    if (offset % PAGE_SIZE != 0) {
        result = -EINVAL;
    } else if (!anonymous && file == NULL) {
        result = -EBADF;
    } else if (size == 0 || type < MAP_SHARED || type > MAP_SHARED_VALIDATE
               || ((u32)flags & ~MAP_KNOWN) != 0
               || (type == MAP_SHARED_VALIDATE && anonymous)) {
        result = -EINVAL;
    } else if (whole == 0 || whole > USER_END) {
        result = -ENOMEM;
    } else if (!anonymous) {
        result = map_file(file, offset, &vma, &inode);
    } else if (vma.flags & VMA_SHARED) {
        result = map_shared(&vma, &inode);
    }
    file_put(file);
    bool memfd = result == 0 && inode != NULL && inode->dev == DEV_MEMFD;
    if (memfd) {
        result = memfd_lock(inode, &vma);
    }
    if (result == 0) {
        result = limit_memory(current->as, &vma, (flags & MAP_FIXED) != 0);
    }
    if (result == 0) {
        result = as_map(current->as, &vma, (u32)flags);
    }
    if (memfd) {
        memfd_unlock(inode);
    }
    inode_put(inode); /* the vma has its own reference */
    return result;
}

/* int munmap(void *addr, size_t size);
 * EINVAL: not aligned, size 0, not in user memory.  ENOMEM. */
SYS_FORWARD(sys_munmap, (u64 addr, u64 size), as_unmap(current->as, addr, size))

/* int mprotect(void *addr, size_t size, int prot);
 * EINVAL: not aligned, unknown right.  ENOMEM: a part is not mapped.
 * Differences from Linux: PROT_GROWSDOWN and PROT_GROWSUP are EINVAL. */
long
sys_mprotect(u64 addr, u64 size, u64 prot)
{
    const struct vma vma = {
        .start = addr, .end = addr + align_up(size, PAGE_SIZE),
        .prot = (u32)prot,
    };
    long error = prot & PROT_WRITE && vma.start < vma.end
                     ? limit_memory(current->as, &vma, true) : 0;

    return error != 0 ? error : as_protect(current->as, addr, size, prot);
}

/* void *brk(void *end);
 * Returns the new break, or the old one if it could not be set. */
long
sys_brk(u64 end)
{
    struct as *as = current->as;
    const struct vma vma = {
        .start = as->brk_start, .end = align_up(end, PAGE_SIZE),
        .prot = PROT_READ | PROT_WRITE,
    };

    if (end > as->brk && vma.end >= end
        && limit_memory(as, &vma, true) != 0) {
        return (long)as->brk;
    }
    return (long)as_brk(as, end);
}

/* int mshare(void *addr, size_t size);
 * Private memory becomes shared memory with the same contents: what is forked
 * from now on sees its changes, and the caller theirs.  Only Tine has it.
 * EINVAL: not page aligned, size 0; a part is shared already, is the stack, or
 * has other rights than the rest or not both read and write.
 * ENOMEM: a hole; no memory.  EFAULT: behind the end of a mapped file. */
long
sys_mshare(u64 addr, u64 size)
{
    u64 whole = align_up(size, PAGE_SIZE);

    if (addr % PAGE_SIZE != 0 || size == 0 || whole < size
        || !user_range(addr, whole)) {
        return addr % PAGE_SIZE != 0 || size == 0 ? -EINVAL : -ENOMEM;
    }
    struct inode *inode = tmpfs_anonymous(whole);
    long error = inode == NULL ? -ENOMEM
                               : as_mshare(current->as, addr, whole,
                                           inode_object(inode));
    inode_put(inode); /* the vma has its own reference */
    return error;
}
