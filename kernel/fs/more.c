/*
 * What a simple program does not ask of names and inodes: renaming, listing,
 * telling paths, changing attributes, and pipes with a name.
 */
#include "abi/dirent.h"
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/format.h"
#include "common/string.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/pipe.h"

/* ---- Renaming ---- */

/* Whether dir is the inode or below it.  => fstree_lock held */
static bool
is_below(const struct inode *dir, const struct inode *inode)
{
    while (dir != inode && dir != root_inode) {
        dir = dir_parent(dir);
    }
    return dir == inode;
}

/* Check for rename(2)'s errors, in Linux's order.  => fstree_lock held */
static int
may_rename(const struct lookup *from, const struct lookup *to,
           const struct entry *old, const struct entry *target, u64 key,
           u32 flags)
{
    bool exchange = flags & RENAME_EXCHANGE;

    if (old == NULL || (exchange && target == NULL)) {
        return -ENOENT;
    }
    if (target != NULL && (flags & RENAME_NOREPLACE)) {
        return -EEXIST;
    }
    bool directory = S_ISDIR(old->inode->mode);
    if ((!directory && (from->slash || (to->slash && !exchange)))
        || (exchange && to->slash && !S_ISDIR(target->inode->mode))) {
        return -ENOTDIR;
    }
    if (directory && is_below(to->dir, old->inode)) {
        return -EINVAL;
    }
    if (target != NULL && S_ISDIR(target->inode->mode)
        && is_below(from->dir, target->inode)) {
        return exchange ? -EINVAL : -ENOTEMPTY;
    }
    if (old->inode->dev != from->dir->dev
        || (exchange && target->inode->dev != to->dir->dev)) {
        return -EBUSY;
    }
    if (target == NULL) {
        return dir_may_insert(to->dir, NULL, key);
    }
    return exchange || target->inode == old->inode
               ? 0 : dir_may_remove(target, directory);
}

/* rename(2), in one step.  The inode of `from` gets the name `to`, and an inode
 * that had this name loses it.  RENAME_EXCHANGE: both swap their names.
 * => both last components are names, and in one file system
 * => 0; as Linux: -ENOENT, -EEXIST, -ENOTDIR, -EISDIR, -EINVAL (into its own
 *    subdirectory), -ENOTEMPTY, -EBUSY, -ENOSPC, -ENOMEM */
static int
dir_rename(const struct lookup *from, const struct lookup *to, u32 flags)
{
    struct entry *new = entry_alloc(to->dir, to->name);
    struct entry *old, *target;
    bool moves = false;
    u64 key;

    if (new == NULL) {
        return -ENOMEM;
    }
    spin_lock(&fstree_lock);
    old = entry_find(from->dir, from->name, &key);
    target = entry_find(to->dir, to->name, &key);
    int error = may_rename(from, to, old, target, key, flags);
    if (error == 0 && (target == NULL || target->inode != old->inode)) {
        if (flags & RENAME_EXCHANGE) {
            entry_exchange(old, target);
        } else {
            moves = true;
            if (target != NULL) {
                key = target->key;
                entry_remove(target);
            }
            entry_insert(new, key, old->inode);
            entry_remove(old);
        }
    }
    spin_unlock(&fstree_lock);
    if (!moves) {
        entry_free(new);
        return error;
    }
    entry_end(old);
    if (target != NULL) {
        entry_end(target);
    }
    return 0;
}

/* dir_rename, after both last components are found. */
static int
rename_found(struct lookup *from, struct lookup *to, u32 flags)
{
    if (from->dir->dev != to->dir->dev) {
        return -EXDEV;
    }
    if (!lookup_is_name(from)) {
        return -EBUSY;
    }
    if (!lookup_is_name(to)) {
        return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    }
    if (from->dir->dev == DEV_TREE) {
        return dir_rename(from, to, flags);
    }
    int error = lookup_refuse(from, 0);
    return error != 0 ? error : lookup_refuse(to, -EPERM);
}

int
fs_rename(struct inode *from_at, const char *from, struct inode *to_at,
          const char *to, u32 flags)
{
    struct lookup source, target;
    int error = path_walk(&source, from_at, from, false);

    if (error == 0) {
        error = path_walk(&target, to_at, to, false);
        if (error == 0) {
            error = rename_found(&source, &target, flags);
        }
        lookup_end(&target);
    }
    lookup_end(&source);
    return error;
}

/* ---- Paths ---- */

/* Put part in front of the text at *start.  => false: there is no room */
static bool
put_before(char **start, const char *buf, const char *part)
{
    size_t length = strlen(part);

    if ((size_t)(*start - buf) < length) {
        return false;
    }
    *start -= length;
    memcpy(*start, part, length);
    return true;
}

/* A path of the inode, with a NUL.  If it has no name any more, its last path
 * with ` (deleted)` appended.
 * => buf has PATH_MAX bytes
 * => the bytes, the NUL included; -ENAMETOOLONG */
static long
dir_path(const struct inode *inode, char *buf)
{
    char *start = buf + PATH_MAX - 1;
    const struct entry *entry;

    *start = '\0';
    spin_lock(&fstree_lock);
    bool fits = inode->nlink > 0 || put_before(&start, buf, " (deleted)");
    for (; fits && (entry = entry_of(inode)) != NULL; inode = entry->dir) {
        fits = put_before(&start, buf, entry->name)
               && put_before(&start, buf, "/");
    }
    spin_unlock(&fstree_lock);
    if (fits && *start == '\0') {
        fits = put_before(&start, buf, "/");
    }
    if (!fits) {
        return -ENAMETOOLONG;
    }
    long length = buf + PATH_MAX - start;
    memmove(buf, start, (size_t)length);
    return length;
}

long
fs_getcwd(char *buf)
{
    struct inode *cwd = fs_context_cwd(current->fs);
    /* A removed directory never gets a new name. */
    long result = cwd->nlink == 0 ? -ENOENT : dir_path(cwd, buf);

    inode_put(cwd);
    return result;
}

long
fs_readlink(struct inode *link, char *buf)
{
    struct inode *inode = NULL;

    if (!S_ISLNK(link->mode)) {
        return -EINVAL;
    }
    link->atime_ns = inode_now();
    if (link->ops->follow == NULL) {
        memcpy(buf, link->data, link->size);
        return (long)link->size;
    }
    long length = link->ops->follow(link, &inode);
    if (length == 0 && S_ISFIFO(inode->mode) && inode->dev == DEV_PIPE) {
        length = snprintf(buf, PATH_MAX, "pipe:[%lu]", inode->ino);
    } else if (length == 0) {
        length = dir_path(inode, buf);
        length -= length > 0;
    }
    inode_put(inode);
    return length;
}

/* ---- Reading a directory ---- */

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
    }
    mutex_unlock(&file->lock);
    inode_accessed(dir);
    return used > 0 ? (long)used : error;
}

/* ---- Attributes: each process is root's, so none is refused ---- */

#define NS_PER_SEC 1000000000L
#define SEC_MAX    (INT64_MAX / NS_PER_SEC - 1)

static bool
is_time(const struct timespec *time)
{
    return (u64)time->tv_nsec < NS_PER_SEC || time->tv_nsec == UTIME_NOW
           || time->tv_nsec == UTIME_OMIT;
}

static void
set_time(u64 *at, const struct timespec *time, u64 now)
{
    i64 sec = MAX(MIN(time->tv_sec, SEC_MAX), -SEC_MAX);

    if (time->tv_nsec == UTIME_NOW) {
        *at = now;
    } else if (time->tv_nsec != UTIME_OMIT) {
        *at = (u64)(sec * NS_PER_SEC + time->tv_nsec);
    }
}

int
inode_set_attr(struct inode *inode, const struct attr *attr)
{
    if (attr->what == ATTR_TIMES
        && !(is_time(&attr->time[0]) && is_time(&attr->time[1]))) {
        return -EINVAL;
    }
    if (inode->dev == DEV_PROC) {
        return -EPERM;
    }
    spin_lock(&inode->lock);
    u64 now = inode->ctime_ns = inode_now();
    switch (attr->what) {
    case ATTR_MODE:
        inode->mode = (inode->mode & S_IFMT) | (attr->mode & 07777);
        break;
    case ATTR_OWNER:
        inode->uid = attr->uid != ~0U ? attr->uid : inode->uid;
        inode->gid = attr->gid != ~0U ? attr->gid : inode->gid;
        if (!S_ISDIR(inode->mode)) { /* as Linux does for root's files */
            u32 group = inode->mode & S_IXGRP ? S_ISGID : 0;
            inode->mode &= ~(S_ISUID | group);
        }
        break;
    case ATTR_TIMES:
        set_time(&inode->atime_ns, &attr->time[0], now);
        set_time(&inode->mtime_ns, &attr->time[1], now);
        break;
    }
    spin_unlock(&inode->lock);
    return 0;
}

/* ---- Pipes with a name ---- */

/* Wait until the other end is opened, even if it is closed again at once. */
static int
wait_for_end(struct pipe *pipe, struct waitq *queue, const u32 *opened)
{
    u32 before = *opened;
    int error = 0;

    while (*opened == before && error == 0) {
        error = wait_sleep_mutex(queue, &pipe->mutex);
    }
    return error;
}

int
pipe_open(struct file *file)
{
    struct pipe *pipe = pipe_of(file);
    bool named = file->inode->dev != DEV_PIPE;
    bool waits = named && !(file->flags & O_NONBLOCK);
    u32 ends = file_access(file);
    int error = ends == 0 ? -EINVAL : 0;

    mutex_lock(&pipe->mutex);
    if (ends == FILE_WRITES && pipe->readers == 0 && named && !waits) {
        error = -ENXIO;
    } else if (error == 0) {
        pipe_join(file);
    }
    if (ends == FILE_READS && pipe->writers == 0 && waits) {
        error = wait_for_end(pipe, &pipe->data_wait, &pipe->writes);
    } else if (ends == FILE_WRITES && pipe->readers == 0 && waits) {
        error = wait_for_end(pipe, &pipe->room_wait, &pipe->reads);
    }
    mutex_unlock(&pipe->mutex);
    return error;
}
