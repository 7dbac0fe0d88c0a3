/*
 * System calls of memory.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/mman.h"

#include "mm/as.h"
#include "mm/usercopy.h"

#include "proc/process.h"

#include "fs/file.h"
#include "fs/path.h"

#include "sys/sys.h"

#define MAP_IGNORED                                                        \
    (MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED           \
     | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK)

/* Fill in the file's object.  => 0 and a reference to *file, or -errno */
static long
map_file(int fd, u64 offset, struct as_map *map, struct file **file)
{
    if (offset % PAGE_SIZE != 0) {
        return -EINVAL;
    }
    if ((i64)(offset + map->size) < (i64)map->size) {
        return -EOVERFLOW;
    }
    *file = file_get_fd(fd);
    if (*file == NULL) {
        return -EBADF;
    }
    map->object = inode_object((*file)->inode);
    map->offset = offset >> PAGE_SHIFT;
    long error = 0;
    if (map->object == NULL) {
        error = -ENODEV;
    } else if (((*file)->flags & O_ACCMODE) == O_WRONLY) {
        error = -EACCES;
    }
    if (error != 0) {
        file_put(*file);
    }
    return error;
}

/* void *mmap(void *addr, size_t size, int prot, int flags, int fd,
 *            off_t offset);
 * The address.
 * EINVAL: size 0, not aligned, or a kind that is not supported.  ENOMEM: no
 * room.  EOVERFLOW: the offset is too large.
 * EBADF, EACCES, ENODEV: of the file.  EEXIST: MAP_FIXED_NOREPLACE.
 * Differences from Linux: MAP_SHARED is not there yet (EINVAL). */
long
sys_mmap(u64 addr, u64 size, u64 prot, u64 flags, u64 fd, u64 offset)
{
    struct as_map map = {
        .addr = addr, .size = align_up(size, PAGE_SIZE),
        .prot = (u32)prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
        .map_flags = (u32)flags,
    };
    u32 known = MAP_TYPE | MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_ANONYMOUS
                | MAP_IGNORED;
    struct file *file = NULL;

    if (size == 0 || (flags & MAP_TYPE) != MAP_PRIVATE
        || ((u32)flags & ~known) != 0) {
        return -EINVAL;
    }
    if (map.size == 0 || map.size > USER_END) {
        return -ENOMEM;
    }
    if ((flags & MAP_ANONYMOUS) == 0) {
        long error = map_file((int)fd, offset, &map, &file);
        if (error != 0) {
            return error;
        }
    }
    long result = as_map(current->as, &map);
    if (file != NULL) {
        file_put(file);
    }
    return result;
}

/* int munmap(void *addr, size_t size);
 * 0.
 * EINVAL: not aligned, size 0, not the user's.  ENOMEM. */
long
sys_munmap(u64 addr, u64 size)
{
    return as_unmap(current->as, addr, size);
}

/* int mprotect(void *addr, size_t size, int prot);
 * 0.
 * EINVAL: not aligned, unknown right.  ENOMEM: a part is not mapped.
 * Differences from Linux: PROT_GROWSDOWN and PROT_GROWSUP are refused. */
long
sys_mprotect(u64 addr, u64 size, u64 prot)
{
    if (prot & ~(u64)(PROT_READ | PROT_WRITE | PROT_EXEC)) {
        return -EINVAL;
    }
    return as_protect(current->as, addr, size, (u32)prot);
}

/* void *brk(void *end);
 * The new break, or the old one if it could not be set. */
long
sys_brk(u64 end)
{
    return (long)as_brk(current->as, end);
}
