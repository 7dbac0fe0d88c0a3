/*
 * Symbolic links: following and reading them, and the path of an inode.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/format.h"
#include "common/string.h"

#include "mm/heap.h"

#include "proc/thread.h"

#include "fs/dir.h"
#include "fs/mount.h"
#include "fs/path.h"

#define LINKS_MAX 40 /* in one path, as on Linux */

/* Put the text of a link in front of the rest of the path. */
static int
insert_text(struct lookup *lookup, const char *target)
{
    size_t length = strlen(target);
    size_t rest = strlen(lookup->path) + 1;
    char *text = kmalloc(length + 1 + rest);

    if (text == NULL) {
        return -ENOMEM;
    }
    memcpy(text, target, length);
    text[length] = '/';
    memcpy(text + length + lookup->slash, lookup->path, rest);
    kfree(lookup->text);
    lookup->path = lookup->text = text;
    if (text[0] == '/') {
        place_put((struct place){lookup->dir, lookup->mount});
        lookup->dir = inode_get(root_inode);
        lookup->mount = NULL;
    }
    return 0;
}

int
link_follow(struct lookup *lookup, struct inode **inode)
{
    struct inode *link = *inode;
    int error = ++lookup->links > LINKS_MAX ? -ELOOP : 0;

    *inode = NULL;
    link->atime_ns = inode_now();
    if (error == 0) {
        error = link->ops->follow != NULL ? link->ops->follow(link, inode)
                                          : insert_text(lookup, link->data);
    }
    inode_put(link);
    return error;
}

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
 * with ` (deleted)` appended; if its mount is gone, one that cannot be walked.
 * => buf has PATH_MAX bytes
 * => the bytes, the NUL included; -ENAMETOOLONG */
static long
dir_path(const struct inode *inode, const struct mount *mount, char *buf)
{
    char *start = buf + PATH_MAX - 1;
    const struct entry *entry;
    bool reached = true;

    *start = '\0';
    spin_lock(&fstree_lock);
    bool fits = inode->nlink > 0 || put_before(&start, buf, " (deleted)");
    while (fits && reached) {
        if (mount != NULL && inode == mount->root) {
            reached = mount->space != NULL;
            inode = mount->point;
            mount = mount->parent;
        } else if ((entry = entry_of(inode)) != NULL) {
            fits = put_before(&start, buf, entry->name)
                   && put_before(&start, buf, "/");
            inode = entry->dir;
        } else {
            break;
        }
    }
    spin_unlock(&fstree_lock);
    if (fits && *start == '\0') {
        fits = put_before(&start, buf, "/");
    }
    if (fits && !reached) {
        fits = put_before(&start, buf, "(unreachable)");
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
    struct place cwd = fs_context_cwd(current->fs);
    /* A removed directory never gets a new name. */
    long result = cwd.inode->nlink == 0 ? -ENOENT
                                        : dir_path(cwd.inode, cwd.mount, buf);

    place_put(cwd);
    return result;
}

long
fs_inode_path(struct inode *inode, char *buf)
{
    if (S_ISFIFO(inode->mode) && inode->dev == DEV_PIPE) {
        return snprintf(buf, PATH_MAX, "pipe:[%lu]", inode->ino);
    }
    if (inode->dev == DEV_ANON) {
        return snprintf(buf, PATH_MAX, "anon_inode:[%s]",
                        (const char *)inode->data);
    }
    if (inode->dev == DEV_MEMFD) {
        return snprintf(buf, PATH_MAX, "/memfd:%s (deleted)",
                        (const char *)inode->data);
    }
    long length = dir_path(inode, NULL, buf);
    return length - (length > 0);
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
    if (length == 0) {
        length = fs_inode_path(inode, buf);
    }
    inode_put(inode);
    return length;
}
