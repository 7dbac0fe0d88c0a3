/*
 * The path walker.
 *
 * Essential fact: a symbolic link is followed by rewriting the path: the link's
 * target, a slash, and what was left.  So there is no recursion, and the number
 * of links bounds the work.
 *
 * Entry points: walk_begin, walk_find.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "mm/heap.h"

#include "proc/process.h"

#include "fs/inode.h"
#include "fs/path.h"
#include "fs/walk.h"

#define LINKS_MAX 40 /* Linux's MAXSYMLINKS */

static int walk_on(struct walk *walk);
static int take_component(struct walk *walk);
static int find_last(struct walk *walk, struct inode **inode);
static int follow_link(struct walk *walk, struct inode *link);

/* A reference to the directory where path starts. */
static struct inode *
start_of(struct inode *at, const char *path)
{
    struct fs_context *context = current->fs;

    spin_lock(&fstree_lock);
    if (path[0] == '/') {
        at = root_inode;
    } else if (at == NULL) {
        at = context != NULL ? context->cwd : NULL;
    }
    if (at == NULL) {
        at = root_inode;
    }
    inode_get(at);
    spin_unlock(&fstree_lock);
    return at;
}

int
walk_begin(struct walk *walk, struct inode *at, const char *path)
{
    walk->buffer = NULL;
    walk->links = 0;
    walk->rest = path;
    walk->dir = NULL;
    if (path[0] == '\0') {
        return -ENOENT;
    }
    walk->dir = start_of(at, path);
    return walk_on(walk);
}

void
walk_end(struct walk *walk)
{
    inode_put(walk->dir);
    kfree(walk->buffer);
}

int
walk_find(struct walk *walk, bool follow, struct inode **inode)
{
    for (;;) {
        int error = find_last(walk, inode);
        if (error != 0) {
            return error;
        }
        if (!S_ISLNK((*inode)->mode) || !(follow || walk->slash)) {
            break;
        }
        error = follow_link(walk, *inode);
        inode_put(*inode);
        if (error != 0 || (error = walk_on(walk)) != 0) {
            return error;
        }
    }
    if (walk->slash && !S_ISDIR((*inode)->mode)) {
        inode_put(*inode);
        return -ENOTDIR;
    }
    return 0;
}

/* Go from dir along rest, until the last component is in name. */
static int
walk_on(struct walk *walk)
{
    for (;;) {
        struct inode *next;
        int error = take_component(walk);

        if (error != 0 || walk->rest[0] == '\0') {
            return error;
        }
        error = find_last(walk, &next);
        if (error != 0) {
            return error;
        }
        if (S_ISLNK(next->mode)) {
            error = follow_link(walk, next);
            inode_put(next);
        } else if (S_ISDIR(next->mode)) {
            inode_put(walk->dir);
            walk->dir = next;
        } else {
            error = -ENOTDIR;
            inode_put(next);
        }
        if (error != 0) {
            return error;
        }
    }
}

/* Move the next component from rest to name. */
static int
take_component(struct walk *walk)
{
    const char *start = walk->rest;

    while (*start == '/') {
        start++;
    }
    const char *end = start;
    while (*end != '\0' && *end != '/') {
        end++;
    }
    size_t length = end - start;
    if (length > NAME_MAX) {
        return -ENAMETOOLONG;
    }
    memcpy(walk->name, start, length);
    walk->name[length] = '\0';
    walk->slash = *end == '/';
    while (*end == '/') {
        end++;
    }
    walk->rest = end;

    walk->last = WALK_NAME;
    if (length == 0) {
        walk->last = WALK_ROOT;
    } else if (strcmp(walk->name, ".") == 0) {
        walk->last = WALK_DOT;
    } else if (strcmp(walk->name, "..") == 0) {
        walk->last = WALK_DOTDOT;
    }
    return 0;
}

/* Find name in dir, links not followed. */
static int
find_last(struct walk *walk, struct inode **inode)
{
    struct inode *dir = walk->dir;

    if (walk->last == WALK_NAME) {
        return dir->ops->lookup(dir, walk->name, inode);
    }
    if (walk->last == WALK_DOTDOT && dir->parent != NULL) {
        dir = dir->parent;
    }
    inode_get(dir);
    *inode = dir;
    return 0;
}

/* Make rest the link's target and what follows the link. */
static int
follow_link(struct walk *walk, struct inode *link)
{
    char *target = kmalloc(PATH_MAX);

    if (target == NULL) {
        return -ENOMEM;
    }
    long length = link->ops->readlink(link, target, PATH_MAX);
    if (length >= 0 && walk->links++ >= LINKS_MAX) {
        length = -ELOOP;
    }
    size_t left = strlen(walk->rest);
    if (length >= 0 && length + 1 + left >= PATH_MAX) {
        length = -ENAMETOOLONG;
    }
    if (length <= 0) {
        kfree(target);
        return length < 0 ? (int)length : -ENOENT;
    }
    if (walk->slash) {
        target[length++] = '/';
    }
    memcpy(target + length, walk->rest, left + 1);
    kfree(walk->buffer);
    walk->rest = walk->buffer = target;
    if (target[0] == '/') {
        inode_put(walk->dir);
        walk->dir = start_of(NULL, target);
    }
    return 0;
}
