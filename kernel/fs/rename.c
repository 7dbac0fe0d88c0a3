/*
 * Renaming.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"

#include "core/optional.h"

#include "fs/dir.h"
#include "fs/permit.h"

OPTIONAL(rename_refuse)

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
    if (directory && dir_is_below(to->dir, old->inode)) {
        return -EINVAL;
    }
    if (target != NULL && S_ISDIR(target->inode->mode)
        && dir_is_below(from->dir, target->inode)) {
        return exchange ? -EINVAL : -ENOTEMPTY;
    }
    if (dir_is_busy(from, old->inode)
        || (exchange && dir_is_busy(to, target->inode))) {
        return -EBUSY;
    }
    if (target != NULL && target->inode == old->inode) {
        return 0; /* nothing is to be done */
    }
    int error = rename_refuse(old, target, to->dir, exchange);
    if (error == 0 && target == NULL) {
        return dir_may_insert(to->dir, NULL, key);
    }
    return error != 0 || exchange ? error
                                  : dir_may_remove(to, target, directory);
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
    if (from->dir->dev != to->dir->dev || from->mount != to->mount) {
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
fs_rename(const struct place *from_at, const char *from,
          const struct place *to_at, const char *to, u32 flags)
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
