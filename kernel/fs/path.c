/*
 * From a path to an inode, and a process's place in the tree.
 *
 * Entry points: path_walk, path_find, fs_getcwd.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/config.h"

#include "mm/heap.h"

#include "proc/process.h"

#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/path.h"

#define INITIAL_UMASK 022

/* ---- Each process's place ---- */

struct fs_context *
fs_context_alloc(void)
{
    struct fs_context *context = kzalloc(sizeof(*context));

    if (context != NULL) {
        context->refs = 1;
        context->umask = INITIAL_UMASK;
    }
    return context;
}

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

/* ---- Walking ---- */

/* A reference to the directory where path starts. */
static struct inode *
start_of(struct inode *at, const char *path)
{
    spin_lock(&fstree_lock);
    if (path[0] == '/') {
        at = NULL;
    } else if (at == NULL) {
        at = current->fs->cwd;
    }
    if (at == NULL) {
        at = root_inode;
    }
    inode_get(at);
    spin_unlock(&fstree_lock);
    return at;
}

/* Copy path's first component, and move path behind it. */
static int
take_component(struct place *place, const char **path)
{
    const char *at = *path;
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
    *path = at;
    return 0;
}

/* Make the directory that is missing. */
static int
make_way(struct place *place, struct inode **dir)
{
    *dir = dir_alloc(0755);
    if (*dir == NULL) {
        return -ENOMEM;
    }
    (*dir)->fixed = place->dir->fixed;
    int error = dir_add(place->dir, place->name, *dir);
    if (error != 0) {
        inode_put(*dir);
    }
    return error;
}

int
path_walk(struct place *place, struct inode *at, const char *path, bool make)
{
    place->dir = NULL;
    if (path[0] == '\0') {
        return -ENOENT;
    }
    place->dir = start_of(at, path);
    for (;;) {
        struct inode *next;
        int error = take_component(place, &path);
        if (error != 0 || *path == '\0') {
            return error;
        }
        error = place_look(place, &next);
        if (error == -ENOENT && make) {
            error = make_way(place, &next);
        }
        if (error != 0) {
            return error;
        }
        inode_put(place->dir);
        place->dir = next;
    }
}

void
place_end(struct place *place)
{
    inode_put(place->dir);
}

bool
place_is_name(const struct place *place)
{
    const char *name = place->name;

    if (name[0] != '.') {
        return name[0] != '\0';
    }
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int
place_look(struct place *place, struct inode **inode)
{
    struct inode *dir = place->dir;
    int error = 0;

    if (place_is_name(place)) {
        error = dir_lookup(dir, place->name, inode);
    } else {
        bool up = strcmp(place->name, "..") == 0 && dir->parent != NULL;
        *inode = up ? dir->parent : dir;
        inode_get(*inode);
    }
    if (error == 0 && place->slash && !S_ISDIR((*inode)->mode)) {
        inode_put(*inode);
        error = -ENOTDIR;
    }
    return error;
}

/* ---- What needs no more than to find ---- */

int
path_find(struct inode *at, const char *path, u32 flags,
          struct inode **inode)
{
    (void)flags;
    struct place place;
    int error = path_walk(&place, at, path, false);

    if (error == 0) {
        error = place_look(&place, inode);
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

/* Put the path of dir and a NUL at the end of buf.
 * => fstree_lock held; where it starts; NULL: it is too long */
static char *
path_of(const struct inode *dir, char *buf, size_t size)
{
    char *start = buf + size - 1;

    *start = '\0';
    for (; dir->parent != NULL; dir = dir->parent) {
        size_t length = strlen(dir->name);
        if ((size_t)(start - buf) < length + 1) {
            return NULL;
        }
        start -= length;
        memcpy(start, dir->name, length);
        *--start = '/';
    }
    if (*start == '\0') {
        *--start = '/';
    }
    return start;
}

long
fs_getcwd(char *buf, size_t size)
{
    long result = -ENAMETOOLONG;

    spin_lock(&fstree_lock);
    const struct inode *cwd = current->fs->cwd;
    if (cwd == NULL) {
        cwd = root_inode;
    }
    const char *start = path_of(cwd, buf, size);
    if (cwd->nlink == 0) {
        result = -ENOENT;
    } else if (start != NULL) {
        result = buf + size - start;
        memmove(buf, start, (size_t)result);
    }
    spin_unlock(&fstree_lock);
    return result;
}
