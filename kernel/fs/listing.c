/*
 * Listing a directory.
 */
#include "abi/dirent.h"
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/optional.h"

#include "fs/dir.h"
#include "fs/file.h"

OPTIONAL(inode_accessed)

#define NAME_AT     offsetof(struct linux_dirent64, d_name)
#define RECORD_SIZE (NAME_AT + NAME_MAX + 8) /* the longest, aligned to 8 */

/* Fill a record; `next` is the key to go on from.  => its bytes */
static size_t
fill_record(struct linux_dirent64 *record, const char *name, u64 ino, u32 mode,
            u64 next)
{
    size_t length = strlen(name);
    size_t size = align_up(NAME_AT + length + 1, 8);

    memset((char *)record + size - 8, 0, 8); /* zeros after the name */
    memcpy(record->d_name, name, length);
    record->d_ino = ino;
    record->d_type = (u8)((mode & S_IFMT) >> 12); /* DT_*: S_IF* shifted */
    record->d_off = (i64)next;
    record->d_reclen = (u16)size;
    return size;
}

/* Give the first name with this key or a higher one: first the names in the
 * tree, then those that the ops make.
 * => bytes of the record; 0: there is none */
static size_t
next_record(struct inode *dir, u64 key, struct linux_dirent64 *record)
{
    size_t size = 0;

    spin_lock(&fstree_lock);
    const struct entry *entry = entry_from(dir, key);
    if (key == 0) {
        size = fill_record(record, ".", dir->ino, S_IFDIR, 1);
    } else if (key == 1) {
        size = fill_record(record, "..", dir_parent(dir)->ino, S_IFDIR, 2);
    } else if (entry != NULL) {
        size = fill_record(record, entry->name, entry->inode->ino,
                           entry->inode->mode, entry->key + 1);
    }
    spin_unlock(&fstree_lock);
    if (size > 0 || dir->ops->next == NULL) {
        return size;
    }
    char name[MADE_NAME];
    key = MAX(key, ENTRY_MADE) - ENTRY_MADE;
    u32 mode = dir->ops->next(dir, &key, name);
    key += ENTRY_MADE;
    return mode != 0 ? fill_record(record, name, key, mode, key + 1) : 0;
}

long
dir_getdents(struct file *file, vaddr_t user, size_t size)
{
    _Alignas(8) char buf[RECORD_SIZE];
    struct linux_dirent64 *record = (void *)buf;
    struct inode *dir = file->inode;
    size_t length, used = 0;

    if (!S_ISDIR(dir->mode)) {
        return -ENOTDIR;
    }
    mutex_lock(&file->lock);
    long error = dir->nlink == 0 ? -ENOENT : 0;
    while (error == 0
           && (length = next_record(dir, file->offset, record)) > 0) {
        if (length > size - used) {
            error = -EINVAL;
        } else if (copy_to_user_some(user + used, record, length) != 0) {
            error = -EFAULT;
        } else {
            used += length;
            file->offset = (u64)record->d_off;
        }
        if (cond_resched()) {
            break;
        }
    }
    mutex_unlock(&file->lock);
    inode_accessed(dir);
    return used > 0 ? (long)used : error;
}
