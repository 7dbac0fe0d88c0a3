/*
 * What the current process may do with an inode or a name, by its effective
 * ids (proc/cred.h), the inode's owner, group and mode.
 *
 * Each function gives 0, or the error of what is not allowed.  Without the
 * optional permit.c, each gives 0: all processes are root's.
 */
#pragma once

#include "abi/errno.h"
#include "abi/stat.h"

#include "proc/cred.h"

#include "fs/dir.h"

#define MAY_EXEC  1 /* also: look up names in a directory */
#define MAY_WRITE 2
#define MAY_READ  4

/* The same as inode_refuse, for any user but root. */
int inode_refuse_user(const struct inode *inode, u32 mask);

/* To read, write or execute, or several.  Root may; but to execute a file, one
 * x bit is needed.  => 0, -EACCES */
static inline int
inode_refuse(const struct inode *inode, u32 mask)
{
    if (!cred_may(RIGHT_ANY_FILE)) {
        return inode_refuse_user(inode, mask);
    }
    return (mask & MAY_EXEC) && !S_ISDIR(inode->mode) && !(inode->mode & 0111)
               ? -EACCES : 0;
}

/* open(2) of what is there, by flags.  => 0, -EACCES; -EPERM: O_NOATIME */
int open_refuse(const struct inode *inode, u32 flags);

/* To make a name in a directory.  => 0, -EACCES */
int dir_refuse_add(const struct inode *dir);

/* To remove this name, also by a rename.
 * => fstree_lock held; 0, -EACCES, -EPERM (a sticky directory) */
int entry_refuse(const struct entry *entry);

/* renameat2(2) of `old` into to_dir, where target (or NULL) has the name.
 * => fstree_lock held; 0, -EACCES, -EPERM */
int rename_refuse(const struct entry *old, const struct entry *target,
                  const struct inode *to_dir, bool exchange);

/* The contents are to be changed: a file of others keeps no right that came
 * with the old ones.  => no spinlock held */
void inode_drop_ids(struct inode *inode);
