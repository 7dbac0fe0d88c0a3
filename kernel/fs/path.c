/*
 * From a path to an inode, and the working directory of each process.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/optional.h"

#include "mm/heap.h"

#include "proc/process.h"

#include "fs/busy.h"
#include "fs/dir.h"
#include "fs/path.h"
#include "fs/permit.h"

OPTIONAL(inode_refuse_user) OPTIONAL(busy_exec) OPTIONAL(busy_exec_end)
OPTIONAL(link_follow) /* without it, a link is no directory and leads nowhere */

/* ---- Each process's working directory ---- */

/* The second reference is never put: so this one is never freed. */
struct fs_context first_fs_context = {.refs = 2, .umask = 022};

struct fs_context *
fs_context_get(struct fs_context *context)
{
    atomic_fetch_add(&context->refs, 1);
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
    context->cwd = from->cwd != NULL ? inode_get(from->cwd) : NULL;
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

struct inode *
fs_context_cwd(const struct fs_context *context)
{
    spin_lock(&fstree_lock);
    struct inode *cwd = inode_get(context->cwd != NULL ? context->cwd
                                                       : root_inode);
    spin_unlock(&fstree_lock);
    return cwd;
}

/* ---- Walking ---- */

/* Copy the path's first component, if it may be looked up, and advance the path
 * past it. */
static int
take_component(struct lookup *lookup)
{
    const char *at = lookup->path;
    size_t length = 0;

    while (*at == '/') {
        at++;
    }
    if (*at != '\0' && inode_refuse(lookup->dir, MAY_EXEC) != 0) {
        return -EACCES;
    }
    for (; *at != '\0' && *at != '/'; at++) {
        if (length == NAME_MAX) {
            return -ENAMETOOLONG;
        }
        lookup->name[length++] = *at;
    }
    lookup->name[length] = '\0';
    lookup->slash = *at == '/';
    while (*at == '/') {
        at++;
    }
    lookup->path = at;
    return 0;
}

/* Make a directory that is missing on the way. */
static int
make_way(struct lookup *lookup, struct inode **dir)
{
    *dir = dir_alloc(0755);
    if (*dir == NULL) {
        return -ENOMEM;
    }
    (*dir)->dev = lookup->dir->dev;
    int error = dir_add(lookup->dir, lookup->name, *dir);
    if (error != 0) {
        inode_put(*dir);
    }
    return error;
}

/* Walk from lookup->dir along lookup->path. */
static int
walk(struct lookup *lookup, bool make)
{
    for (;;) {
        struct inode *next;
        int error = take_component(lookup);
        if (error != 0 || *lookup->path == '\0') {
            return error;
        }
        error = dir_lookup(lookup->dir, lookup->name, &next);
        if (error == -ENOENT && make) {
            error = make_way(lookup, &next);
        } else if (error == 0 && S_ISLNK(next->mode)) {
            error = link_follow(lookup, &next);
        }
        if (error == 0 && next != NULL && !S_ISDIR(next->mode)) {
            inode_put(next);
            error = -ENOTDIR;
        }
        if (error != 0) {
            return error;
        }
        if (next != NULL) {
            inode_put(lookup->dir);
            lookup->dir = next;
        }
    }
}

int
path_walk(struct lookup *lookup, struct inode *at, const char *path, bool make)
{
    lookup->dir = NULL;
    lookup->path = path;
    lookup->text = NULL;
    lookup->links = 0;
    if (path[0] == '\0') {
        return -ENOENT;
    }
    at = path[0] == '/' ? root_inode : at;
    lookup->dir = at != NULL ? inode_get(at) : fs_context_cwd(current->fs);
    return walk(lookup, make);
}

int
lookup_follow(struct lookup *lookup, struct inode **inode)
{
    int error = link_follow(lookup, inode);

    return error == 0 && *inode == NULL ? walk(lookup, false) : error;
}

void
lookup_end(struct lookup *lookup)
{
    inode_put(lookup->dir);
    kfree(lookup->text);
}

bool
lookup_is_name(const struct lookup *lookup)
{
    const char *name = lookup->name;

    return name[0] != '\0' && strcmp(name, ".") != 0
           && strcmp(name, "..") != 0;
}

/* ---- Calls that only find ---- */

int
path_find(struct inode *at, const char *path, u32 flags,
          struct inode **inode)
{
    struct lookup lookup;
    int error = path_walk(&lookup, at, path, false);

    *inode = NULL;
    while (error == 0 && *inode == NULL) {
        error = dir_lookup(lookup.dir, lookup.name, inode);
        if (error == 0 && S_ISLNK((*inode)->mode)
            && (lookup.slash || !(flags & AT_SYMLINK_NOFOLLOW))) {
            error = lookup_follow(&lookup, inode);
        }
    }
    if (error == 0 && lookup.slash && !S_ISDIR((*inode)->mode)) {
        inode_put(*inode);
        error = -ENOTDIR;
    }
    lookup_end(&lookup);
    return error;
}

int
program_take(struct inode *inode)
{
    int error = S_ISLNK(inode->mode)    ? -ELOOP
                : !S_ISREG(inode->mode) ? -EACCES
                                        : (int)inode_refuse(inode, MAY_EXEC);

    error = error == 0 ? (int)busy_exec(inode) : error;
    if (error != 0) {
        inode_put(inode);
    }
    return error;
}

void
program_put(struct inode *program)
{
    busy_exec_end(program);
    inode_put(program);
}

int
path_find_program(const char *path, struct inode **inode)
{
    int error = path_find(NULL, path, 0, inode);

    return error != 0 ? error : program_take(*inode);
}

int
fs_chdir(struct inode *inode)
{
    int error = S_ISDIR(inode->mode) ? inode_refuse(inode, MAY_EXEC) : -ENOTDIR;

    if (error == 0) {
        spin_lock(&fstree_lock);
        struct inode *old = current->fs->cwd;
        current->fs->cwd = inode;
        spin_unlock(&fstree_lock);
        inode = old;
    }
    inode_put(inode);
    return error;
}
