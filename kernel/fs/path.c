/*
 * From a path to an inode, and a process's place in the tree.  The walking
 * itself is in walk.c.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "mm/heap.h"

#include "proc/process.h"

#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/walk.h"

#define INITIAL_UMASK 022

struct fs_context *
fs_context_alloc(void)
{
    struct fs_context *context = kzalloc(sizeof(*context));

    if (context == NULL) {
        return NULL;
    }
    context->refs = 1;
    context->umask = INITIAL_UMASK;
    if (root_inode != NULL) { /* else NULL, which means the root too */
        inode_get(root_inode);
        context->cwd = root_inode;
    }
    return context;
}

struct fs_context *
fs_context_copy(struct fs_context *from)
{
    struct fs_context *context = kmalloc(sizeof(*context));

    if (context == NULL) {
        return NULL;
    }
    context->refs = 1;
    spin_lock(&fstree_lock);
    context->umask = from->umask;
    context->cwd = from->cwd;
    if (context->cwd != NULL) {
        inode_get(context->cwd);
    }
    spin_unlock(&fstree_lock);
    return context;
}

void
fs_context_put(struct fs_context *context)
{
    if (context != NULL && atomic_fetch_sub(&context->refs, 1) == 1) {
        inode_put(context->cwd);
        kfree(context);
    }
}

int
fs_find(struct inode *at, const char *path, bool follow, struct inode **inode)
{
    struct walk walk;
    int error = walk_begin(&walk, at, path);

    if (error == 0) {
        error = walk_find(&walk, follow, inode);
    }
    walk_end(&walk);
    return error;
}

int
path_find(const char *path, struct inode **inode)
{
    return fs_find(NULL, path, true, inode);
}

int
path_find_program(const char *path, struct inode **inode)
{
    int error = path_find(path, inode);

    if (error != 0) {
        return error;
    }
    if (!S_ISREG((*inode)->mode) || ((*inode)->mode & 0111) == 0) {
        inode_put(*inode);
        return -EACCES;
    }
    return 0;
}

int
fs_access(struct inode *at, const char *path, int mode)
{
    struct inode *inode;
    int error = fs_find(at, path, true, &inode);

    if (error != 0) {
        return error;
    }
    /* The superuser may do all, but execute only what somebody may. */
    if ((mode & 1) != 0 && S_ISREG(inode->mode) && (inode->mode & 0111) == 0) {
        error = -EACCES;
    }
    inode_put(inode);
    return error;
}

void
fs_chdir_inode(struct inode *dir)
{
    struct inode *old;

    inode_get(dir);
    spin_lock(&fstree_lock);
    old = current->fs->cwd;
    current->fs->cwd = dir;
    spin_unlock(&fstree_lock);
    inode_put(old);
}

int
fs_chdir(const char *path)
{
    struct inode *inode;
    int error = path_find(path, &inode);

    if (error != 0) {
        return error;
    }
    if (S_ISDIR(inode->mode)) {
        fs_chdir_inode(inode);
    } else {
        error = -ENOTDIR;
    }
    inode_put(inode);
    return error;
}

/* Looks for the name of one inode. */
struct name_sink {
    struct dir_sink sink;
    u64 ino;
    bool found;
    char name[NAME_MAX + 1];
};

static bool
emit_if_it(struct dir_sink *sink, const char *name, u64 ino, u32 mode,
           u64 next)
{
    struct name_sink *wanted = (struct name_sink *)sink;

    (void)mode, (void)next;
    if (ino == wanted->ino) {
        strlcpy(wanted->name, name, sizeof(wanted->name));
        wanted->found = true;
    }
    return !wanted->found;
}

/* Put `/` and dir's name before *start, which moves down to it. */
static int
prepend_name(struct inode *dir, char *buf, char **start)
{
    struct name_sink wanted = {.sink.emit = emit_if_it, .ino = dir->ino};
    u64 pos = 2;

    if (dir->nlink == 0) {
        return -ENOENT;
    }
    int error = dir->parent->ops->iterate(dir->parent, &pos, &wanted.sink);
    if (error != 0 || !wanted.found) {
        return error != 0 ? error : -ENOENT;
    }
    size_t length = strlen(wanted.name);
    if ((size_t)(*start - buf) < length + 1) {
        return -ENAMETOOLONG;
    }
    *start -= length;
    memcpy(*start, wanted.name, length);
    *--*start = '/';
    return 0;
}

/* As pwd did in 1971: at each step up, look for the number we came from. */
long
fs_getcwd(char *buf, size_t size)
{
    struct inode *cwd;
    char *start = buf + size;
    int error = path_find(".", &cwd);

    *--start = '\0';
    if (error != 0) {
        return error;
    }
    if (cwd->parent == NULL) {
        *--start = '/';
    }
    for (struct inode *dir = cwd; dir->parent != NULL; dir = dir->parent) {
        error = prepend_name(dir, buf, &start);
        if (error != 0) {
            inode_put(cwd);
            return error;
        }
    }
    inode_put(cwd);
    size_t length = buf + size - start;
    memmove(buf, start, length);
    return (long)length;
}
