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

#include "proc/template.h"

#include "fs/busy.h"
#include "fs/dir.h"
#include "fs/path.h"
#include "fs/permit.h"

OPTIONAL(inode_refuse_user) OPTIONAL(busy_exec) OPTIONAL(busy_exec_end)
OPTIONAL(template_forget)
OPTIONAL(mount_space) OPTIONAL(mount_step) OPTIONAL(mount_get)
OPTIONAL(fs_context_new_space)
OPTIONAL(mount_put) OPTIONAL(mounts_get) OPTIONAL(mounts_put)
OPTIONAL(link_follow) /* without it, a link is no directory and leads nowhere */

/* ---- Each process's working directory ---- */

bool mounts_in_use;

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
    context->cwd = NULL;
    if (from->cwd != NULL) {
        context->cwd = inode_get(from->cwd);
        context->mount = from->mount;
        context->space = from->space;
        if (from->mount != NULL || from->space != NULL) {
            mounts_get(context);
        }
    }
    spin_unlock(&fstree_lock);
    return context;
}

struct fs_context *
fs_context_other(struct fs_context *from, bool share)
{
    return share ? fs_context_get(from) : fs_context_new_space(from);
}

void
fs_context_put(struct fs_context *context)
{
    if (context != NULL && atomic_fetch_sub(&context->refs, 1) == 1) {
        if (context->cwd != NULL) {
            if (context->mount != NULL || context->space != NULL) {
                mounts_put(context);
            }
            inode_put(context->cwd);
        }
        kfree(context);
    }
}

struct place
place_get(struct inode *inode, struct mount *mount)
{
    return (struct place){inode_get(inode),
                          mount != NULL ? mount_get(mount) : NULL};
}

void
place_put(struct place place)
{
    inode_put(place_inode(place));
}

struct inode *
place_inode(struct place place)
{
    if (place.mount != NULL) {
        mount_put(place.mount);
    }
    return place.inode;
}

struct place
fs_context_cwd(const struct fs_context *context)
{
    spin_lock(&fstree_lock);
    struct place cwd = context->cwd != NULL
                           ? place_get(context->cwd, context->mount)
                           : place_get(root_inode, NULL);
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
        error = lookup_step(lookup, &next);
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
path_walk(struct lookup *lookup, const struct place *at, const char *path,
          bool make)
{
    lookup->dir = NULL;
    lookup->mount = NULL;
    lookup->space = NULL;
    lookup->path = path;
    lookup->text = NULL;
    lookup->links = 0;
    if (path[0] == '\0') {
        return -ENOENT;
    }
    struct place start = path[0] == '/' ? place_get(root_inode, NULL)
                         : at != NULL && at->inode != NULL
                             ? place_get(at->inode, at->mount)
                             : fs_context_cwd(current->fs);
    lookup->dir = start.inode;
    lookup->mount = start.mount;
    if (mounts_in_use) {
        lookup->space = mount_space(lookup->mount);
    }
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
    place_put((struct place){lookup->dir, lookup->mount});
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
path_find_place(const struct place *at, const char *path, u32 flags,
                struct place *place)
{
    struct lookup lookup;
    struct inode **inode = &place->inode;
    int error = path_walk(&lookup, at, path, false);

    *inode = NULL;
    while (error == 0 && *inode == NULL) {
        error = lookup_step(&lookup, inode);
        if (error == 0 && S_ISLNK((*inode)->mode)
            && (lookup.slash || !(flags & AT_SYMLINK_NOFOLLOW))) {
            error = lookup_follow(&lookup, inode);
        }
    }
    if (error == 0 && lookup.slash && !S_ISDIR((*inode)->mode)) {
        inode_put(*inode);
        error = -ENOTDIR;
    }
    place->mount = lookup.mount;
    lookup.mount = NULL;
    lookup_end(&lookup);
    if (error != 0) {
        (void)place_inode(*place);
    }
    return error;
}

int
path_find(const struct place *at, const char *path, u32 flags,
          struct inode **inode)
{
    struct place place;
    int error = path_find_place(at, path, flags, &place);

    *inode = error == 0 ? place_inode(place) : NULL;
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
    if (program->nlink == 0) {
        template_forget(&program->object);
    }
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
fs_chdir(struct place place)
{
    struct fs_context *context = current->fs;
    int error = S_ISDIR(place.inode->mode)
                    ? inode_refuse(place.inode, MAY_EXEC) : -ENOTDIR;

    if (error == 0) {
        struct place old = {0};
        spin_lock(&fstree_lock);
        if (context->cwd != NULL) {
            old = (struct place){context->cwd, context->mount};
        } else {
            context->space = NULL;
        }
        context->mount = place.mount;
        __atomic_store_n(&context->cwd, place.inode, __ATOMIC_RELEASE);
        spin_unlock(&fstree_lock);
        place = old;
    }
    place_put(place);
    return error;
}
