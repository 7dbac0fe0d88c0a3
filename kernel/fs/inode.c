/*
 * Inodes and directories: references, names, stat, getdents64.
 *
 * Essential fact: being in a directory is one reference, and an inode is freed
 * with its last; so removing a name only takes it off the list, and whoever
 * still has the file open or mapped keeps it.
 */
#include <stdatomic.h>

#include "abi/dirent.h"
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/config.h"
#include "core/panic.h"

#include "arch/clock.h"

#include "mm/heap.h"
#include "mm/usercopy.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"

struct spinlock fstree_lock = SPINLOCK_INIT(RANK_FSTREE);
struct inode *root_inode;

static const struct inode_ops dir_ops = {.read = dir_read, .seeks = true};

u64
inode_now(void)
{
    return clock_boot_realtime_ns + clock_ns();
}

void
inode_touch(struct inode *inode)
{
    inode->mtime_ns = inode->ctime_ns = inode_now();
}

struct inode *
inode_alloc(size_t size, const struct inode_ops *ops, u32 mode)
{
    static _Atomic u64 last_ino;
    struct inode *inode = kzalloc(size);

    if (inode == NULL) {
        return NULL;
    }
    inode->refs = 1;
    inode->mode = mode;
    inode->ino = atomic_fetch_add(&last_ino, 1) + 1;
    inode->ops = ops;
    inode->nlink = 1;
    inode_touch(inode);
    inode->atime_ns = inode->mtime_ns;
    list_init(&inode->children);
    list_init(&inode->sibling);
    spin_init(&inode->lock, RANK_INODE, "inode");
    return inode;
}

struct inode *
dir_alloc(u32 mode)
{
    return inode_alloc(sizeof(struct inode), &dir_ops, S_IFDIR | mode);
}

void
inode_get(struct inode *inode)
{
    u32 before = atomic_fetch_add(&inode->refs, 1);

    assert(before != 0);
}

/* The last put of a removed directory may free a chain of removed parents. */
void
inode_put(struct inode *inode)
{
    while (inode != NULL) {
        u32 before = atomic_fetch_sub(&inode->refs, 1);

        assert(before != 0);
        if (before > 1) {
            return;
        }
        assert(list_empty(&inode->children));
        struct inode *parent = inode->parent;
        if (inode->ops->free != NULL) {
            inode->ops->free(inode);
        }
        kfree(inode->name);
        kfree(inode);
        inode = parent;
    }
}

struct object *
inode_object(struct inode *inode)
{
    return inode->object.ops != NULL ? &inode->object : NULL;
}

u64
inode_size(struct inode *inode)
{
    return __atomic_load_n(&inode->size, __ATOMIC_RELAXED);
}

static struct timespec
time_of(u64 ns)
{
    i64 rest = (i64)ns % 1000000000; /* before 1970: negative */

    rest += rest < 0 ? 1000000000 : 0;
    return (struct timespec){((i64)ns - rest) / 1000000000, rest};
}

void
inode_stat(struct inode *inode, struct stat *stat)
{
    spin_lock(&inode->lock);
    u64 pages = inode->ops->pages != NULL ? inode->ops->pages(inode) : 0;
    *stat = (struct stat){
        .st_dev = 1, .st_ino = inode->ino, .st_nlink = inode->nlink,
        .st_mode = inode->mode, .st_uid = inode->uid, .st_gid = inode->gid,
        .st_rdev = inode->rdev,
        .st_size = (i64)inode->size, .st_blksize = PAGE_SIZE,
        .st_blocks = (i64)(pages * (PAGE_SIZE / 512)),
        .st_atim = time_of(inode->atime_ns),
        .st_mtim = time_of(inode->mtime_ns),
        .st_ctim = time_of(inode->ctime_ns),
    };
    spin_unlock(&inode->lock);
}

/* ---- Names in a directory ---- */

/* => fstree_lock held; NULL if there is none */
static struct inode *
find_child(const struct inode *dir, const char *name)
{
    list_for_each(pos, &dir->children) { /* the shortest code: all paths pass */
        struct inode *child = list_entry(pos, struct inode, sibling);
        if (child->name[0] == name[0] && strcmp(child->name, name) == 0) {
            return child;
        }
    }
    return NULL;
}

int
dir_lookup(struct inode *dir, const char *name, struct inode **child)
{
    spin_lock(&fstree_lock);
    *child = find_child(dir, name);
    if (*child != NULL) {
        inode_get(*child);
    }
    spin_unlock(&fstree_lock);
    if (*child != NULL) {
        return 0;
    }
    return dir->ops->lookup != NULL ? dir->ops->lookup(dir, name, child)
                                    : -ENOENT;
}

/* => fstree_lock held; the directory has no such name */
static void
append_child(struct inode *dir, char *name, struct inode *child)
{
    u64 last = 1; /* positions 0 and 1 are `.` and `..` */

    if (!list_empty(&dir->children)) {
        last = list_entry(dir->children.prev, struct inode, sibling)->at;
    }
    child->name = name;
    child->at = last + 1;
    list_add_tail(&dir->children, &child->sibling);
    inode_get(child);
    if (S_ISDIR(child->mode)) {
        inode_get(dir);
        child->parent = dir;
    }
}

int
dir_add(struct inode *dir, const char *name, struct inode *inode)
{
    size_t size = strlen(name) + 1;
    char *copy = kmalloc(size);
    int error = 0;

    if (copy == NULL) {
        return -ENOMEM;
    }
    memcpy(copy, name, size);
    spin_lock(&fstree_lock);
    if (dir->nlink == 0) {
        error = -ENOENT;
    } else if (find_child(dir, name) != NULL) {
        error = -EEXIST;
    } else {
        append_child(dir, copy, inode);
    }
    spin_unlock(&fstree_lock);
    if (error != 0) {
        kfree(copy);
    }
    return error;
}

int
dir_remove(struct inode *dir, const char *name, bool directory)
{
    int error = 0;

    spin_lock(&fstree_lock);
    struct inode *inode = find_child(dir, name);
    if (inode == NULL) {
        error = -ENOENT;
    } else if (S_ISDIR(inode->mode) != directory) {
        error = directory ? -ENOTDIR : -EISDIR;
    } else if (inode->fixed) {
        error = -EBUSY; /* /proc */
    } else if (!list_empty(&inode->children)) {
        error = -ENOTEMPTY;
    } else {
        list_del(&inode->sibling);
        inode->nlink = 0;
    }
    spin_unlock(&fstree_lock);
    if (error == 0) {
        inode_put(inode);
    }
    return error;
}

/* ---- Reading a directory ---- */

/* Names that the ops make stand behind all others. */
#define MADE_AT (1UL << 32)

#define NAME_AT offsetof(struct linux_dirent64, d_name)

static void
fill_record(struct linux_dirent64 *record, const struct inode *inode,
            const char *name, u64 next)
{
    strlcpy(record->d_name, name, NAME_MAX + 1);
    record->d_ino = inode->ino;
    record->d_type = (u8)(inode->mode >> 12); /* DT_* are S_IF* shifted */
    record->d_off = (i64)next;
}

static bool
find_child_record(struct inode *dir, u64 pos, struct linux_dirent64 *record)
{
    bool found = false;

    spin_lock(&fstree_lock);
    list_for_each_entry(child, &dir->children, struct inode, sibling) {
        if (child->at >= pos) {
            fill_record(record, child, child->name, child->at + 1);
            found = true;
            break;
        }
    }
    spin_unlock(&fstree_lock);
    return found;
}

/* The entry at position pos, or the next one.  => false: there is none */
static bool
find_record(struct inode *dir, u64 pos, struct linux_dirent64 *record)
{
    bool found = true;

    if (pos == 0) {
        fill_record(record, dir, ".", 1);
    } else if (pos == 1) {
        fill_record(record, dir->parent != NULL ? dir->parent : dir, "..", 2);
    } else {
        found = find_child_record(dir, pos, record);
    }
    if (!found && dir->ops->next != NULL) {
        u64 key = MAX(pos, MADE_AT) - MADE_AT;
        u32 mode = dir->ops->next(dir, &key, record->d_name);
        found = mode != 0;
        record->d_type = (u8)(mode >> 12);
        record->d_ino = MADE_AT + key;
        record->d_off = (i64)(MADE_AT + key + 1);
    }
    return found;
}

long
dir_getdents(struct file *file, vaddr_t user, size_t size)
{
    _Alignas(8) char buf[NAME_AT + NAME_MAX + 8] = "";
    struct linux_dirent64 *record = (void *)buf;
    size_t used = 0;
    long error = 0;

    if (!S_ISDIR(file->inode->mode)) {
        return -ENOTDIR;
    }
    mutex_lock(&file->lock);
    if (file->inode->nlink == 0) {
        error = -ENOENT;
    }
    while (error == 0 && find_record(file->inode, file->offset, record)) {
        record->d_reclen =
            (u16)align_up(NAME_AT + strlen(record->d_name) + 1, 8);
        if (record->d_reclen > size - used) {
            error = -EINVAL;
        } else {
            error = copy_to_user(user + used, buf, record->d_reclen);
        }
        if (error == 0) {
            used += record->d_reclen;
            file->offset = (u64)record->d_off;
        }
    }
    mutex_unlock(&file->lock);
    return used > 0 ? (long)used : error;
}

long
dir_read(struct file *file, struct uio *uio)
{
    (void)file, (void)uio;
    return -EISDIR;
}
