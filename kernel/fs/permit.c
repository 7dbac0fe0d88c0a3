/*
 * Permissions of files, for users who are not root.
 *
 * Essential fact: one class of three bits counts, the first that fits: owner,
 * group, others.  An owner whom the owner's bits refuse is refused, even if the
 * others may.
 *
 * Mode and owner are read without the inode's lock, each as one word: who
 * changes both cannot expect that the two take effect at once.
 */
#include "abi/fcntl.h"

#include "proc/users.h"

#include "fs/attr.h"
#include "fs/path.h"
#include "fs/permit.h"

static bool
owns(const struct inode *inode)
{
    return cred_current()->euid == inode->uid || cred_may(RIGHT_ANY_FILE);
}

int
inode_refuse_user(const struct inode *inode, u32 mask)
{
    const struct cred *cred = cred_current();
    u32 shift = cred->euid == inode->uid                 ? 6
                : cred_refuse_group(cred, inode->gid) == 0 ? 3 : 0;

    if (inode->ops->mine != NULL && inode->ops->mine(inode)) {
        return 0;
    }
    return mask & ~(inode->mode >> shift) ? -EACCES : 0;
}

int
open_refuse(const struct inode *inode, u32 flags)
{
    static const u32 masks[O_ACCMODE + 1] = {
        [O_RDONLY] = MAY_READ, [O_WRONLY] = MAY_WRITE,
        [O_RDWR] = MAY_READ | MAY_WRITE, [O_ACCMODE] = MAY_READ | MAY_WRITE,
    };
    u32 mask = masks[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
    int error = inode_refuse(inode, mask);

    return error == 0 && (flags & O_NOATIME) && !owns(inode) ? -EPERM : error;
}

/* ---- Names ---- */

/* Outside of the tree, programs cannot change names, but the kernel does so
 * when a program opens or closes something. */
int
dir_refuse_add(const struct inode *dir)
{
    return dir->dev == DEV_TREE ? inode_refuse(dir, MAY_WRITE | MAY_EXEC) : 0;
}

int
entry_refuse(const struct entry *entry)
{
    const struct inode *dir = entry->dir;
    int error = dir_refuse_add(dir);

    return error == 0 && dir->dev == DEV_TREE && (dir->mode & S_ISVTX)
                   && !owns(dir) && !owns(entry->inode) ? -EPERM : error;
}

/* A directory that moves gets another `..`: that is a change in it. */
static int
refuse_move(const struct entry *entry, const struct inode *to_dir)
{
    return entry->dir != to_dir && S_ISDIR(entry->inode->mode)
               ? inode_refuse(entry->inode, MAY_WRITE) : 0;
}

int
rename_refuse(const struct entry *old, const struct entry *target,
              const struct inode *to_dir, bool exchange)
{
    int error = entry_refuse(old);

    if (error == 0) {
        error = target != NULL ? entry_refuse(target) : dir_refuse_add(to_dir);
    }
    if (error == 0) {
        error = refuse_move(old, to_dir);
    }
    return error == 0 && exchange ? refuse_move(target, old->dir) : error;
}

/* ---- Attributes ---- */

/* The id bits that a file loses when its owner or contents change.  Without
 * S_IXGRP, S_ISGID is no right to hand on, only a mark by the group. */
static u32
lost_bits(const struct inode *inode)
{
    bool loses = (inode->mode & S_IXGRP)
                 || cred_refuse_group(cred_current(), inode->gid) != 0;

    return S_ISDIR(inode->mode)
               ? 0 : inode->mode & (S_ISUID | (loses ? S_ISGID : 0U));
}

static int
refuse_owner(const struct inode *inode, const struct attr *attr)
{
    const struct cred *cred = cred_current();
    bool owner = cred->euid == inode->uid;
    bool user = attr->uid == ~0U || (owner && attr->uid == inode->uid);
    bool group = attr->gid == ~0U
                 || (owner && (attr->gid == inode->gid
                               || cred_refuse_group(cred, attr->gid) == 0));

    return (user && group && (owner || lost_bits(inode) == 0))
                   || cred_may(RIGHT_GIVE_FILE) ? 0 : -EPERM;
}

int
attr_refuse(const struct inode *inode, struct attr *attr)
{
    switch (attr->what) {
    case ATTR_OWNER:
        return refuse_owner(inode, attr);
    case ATTR_MODE:
        if (cred_refuse_group(cred_current(), inode->gid) != 0) {
            attr->mode &= ~(u32)S_ISGID;
        }
        return owns(inode) ? 0 : -EPERM;
    case ATTR_TIMES:
        if (attr->time[0].tv_nsec == UTIME_NOW
            && attr->time[1].tv_nsec == UTIME_NOW && !owns(inode)) {
            return inode_refuse(inode, MAY_WRITE);
        }
        return owns(inode) ? 0 : -EPERM;
    }
    return 0;
}

void
inode_drop_ids(struct inode *inode)
{
    if ((inode->mode & (S_ISUID | S_ISGID)) && !cred_may(RIGHT_GIVE_FILE)) {
        spin_lock(&inode->lock);
        inode->mode &= ~lost_bits(inode);
        spin_unlock(&inode->lock);
    }
}

/* ---- exec ---- */

/* Whoever shares our working directory could change it while the program runs
 * with the rights of its file's owner. */
int
program_cred(const struct inode *program, struct cred **new)
{
    bool keeps = current->fs->refs > 1 && !cred_may(RIGHT_SET_IDS);

    return cred_for_exec(program->mode, program->uid, program->gid, keeps,
                         inode_refuse(program, MAY_READ) == 0, new);
}
