/*
 * From a path to an inode, and the working directory of each process.
 *
 * Entry points: path_walk, path_find, fs_getcwd.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "common/format.h"
#include "common/string.h"

#include "mm/heap.h"

#include "proc/process.h"

#include "fs/dir.h"
#include "fs/path.h"

#define LINKS_MAX 40 /* in one path, as on Linux */

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

/* Copy the path's first component, and advance the path past it. */
static int
take_component(struct place *place)
{
    const char *at = place->path;
    size_t length = 0;

    while (*at == '/') {
        at++;
    }
    for (; *at != '\0' && *at != '/'; at++) {
        if (length == NAME_MAX) {
            return -ENAMETOOLONG;
        }
        place->name[length++] = *at;
    }
    place->name[length] = '\0';
    place->slash = *at == '/';
    while (*at == '/') {
        at++;
    }
    place->path = at;
    return 0;
}

/* Make a directory that is missing on the way. */
static int
make_way(struct place *place, struct inode **dir)
{
    *dir = dir_alloc(0755);
    if (*dir == NULL) {
        return -ENOMEM;
    }
    (*dir)->dev = place->dir->dev;
    int error = dir_add(place->dir, place->name, *dir);
    if (error != 0) {
        inode_put(*dir);
    }
    return error;
}

/* Put the text of a link in front of the rest of the path. */
static int
insert_text(struct place *place, const char *target)
{
    size_t length = strlen(target);
    size_t rest = strlen(place->path) + 1;
    char *text = kmalloc(length + 1 + rest);

    if (text == NULL) {
        return -ENOMEM;
    }
    memcpy(text, target, length);
    text[length] = '/';
    memcpy(text + length + place->slash, place->path, rest);
    kfree(place->text);
    place->path = place->text = text;
    if (text[0] == '/') {
        inode_put(place->dir);
        place->dir = inode_get(root_inode);
    }
    return 0;
}

/* Follow one link; an inode from the ops goes to *inode, else NULL. */
static int
follow(struct place *place, struct inode **inode)
{
    struct inode *link = *inode;
    int error = ++place->links > LINKS_MAX ? -ELOOP : 0;

    *inode = NULL;
    link->atime_ns = inode_now();
    if (error == 0) {
        error = link->ops->follow != NULL ? link->ops->follow(link, inode)
                                          : insert_text(place, link->data);
    }
    inode_put(link);
    return error;
}

/* Walk from place->dir along place->path. */
static int
walk(struct place *place, bool make)
{
    for (;;) {
        struct inode *next;
        int error = take_component(place);
        if (error != 0 || *place->path == '\0') {
            return error;
        }
        error = dir_lookup(place->dir, place->name, &next);
        if (error == -ENOENT && make) {
            error = make_way(place, &next);
        } else if (error == 0 && S_ISLNK(next->mode)) {
            error = follow(place, &next);
        }
        if (error == 0 && next != NULL && !S_ISDIR(next->mode)) {
            inode_put(next);
            error = -ENOTDIR;
        }
        if (error != 0) {
            return error;
        }
        if (next != NULL) {
            inode_put(place->dir);
            place->dir = next;
        }
    }
}

int
path_walk(struct place *place, struct inode *at, const char *path, bool make)
{
    place->dir = NULL;
    place->path = path;
    place->text = NULL;
    place->links = 0;
    if (path[0] == '\0') {
        return -ENOENT;
    }
    at = path[0] == '/' ? root_inode : at;
    place->dir = at != NULL ? inode_get(at) : fs_context_cwd(current->fs);
    return walk(place, make);
}

int
place_follow(struct place *place, struct inode **inode)
{
    int error = follow(place, inode);

    return error == 0 && *inode == NULL ? walk(place, false) : error;
}

void
place_end(struct place *place)
{
    inode_put(place->dir);
    kfree(place->text);
}

bool
place_is_name(const struct place *place)
{
    const char *name = place->name;

    return name[0] != '\0' && strcmp(name, ".") != 0
           && strcmp(name, "..") != 0;
}

/* ---- Calls that only find ---- */

int
path_find(struct inode *at, const char *path, u32 flags,
          struct inode **inode)
{
    struct place place;
    int error = path_walk(&place, at, path, false);

    *inode = NULL;
    while (error == 0 && *inode == NULL) {
        error = dir_lookup(place.dir, place.name, inode);
        if (error == 0 && S_ISLNK((*inode)->mode)
            && (place.slash || !(flags & AT_SYMLINK_NOFOLLOW))) {
            error = place_follow(&place, inode);
        }
    }
    if (error == 0 && place.slash && !S_ISDIR((*inode)->mode)) {
        inode_put(*inode);
        error = -ENOTDIR;
    }
    place_end(&place);
    return error;
}

int
path_find_program(const char *path, struct inode **inode)
{
    int error = path_find(NULL, path, 0, inode);

    if (error == 0
        && (!S_ISREG((*inode)->mode) || ((*inode)->mode & 0111) == 0)) {
        inode_put(*inode);
        error = -EACCES;
    }
    return error;
}

int
fs_chdir(struct inode *inode)
{
    int error = S_ISDIR(inode->mode) ? 0 : -ENOTDIR;

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

long
fs_getcwd(char *buf, size_t size)
{
    struct inode *cwd = fs_context_cwd(current->fs);
    long result = dir_path(cwd, buf, size);

    if (cwd->nlink == 0) {
        result = -ENOENT; /* for ever: a directory never gets a new name */
    }
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
        length = dir_path(inode, buf, PATH_MAX);
        length -= length > 0;
    }
    inode_put(inode);
    return length;
}
