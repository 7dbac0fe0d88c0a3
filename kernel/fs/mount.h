/*
 * Mounts: what processes find at a place of the tree instead of what is there.
 *
 *      / --- a --- x          mount --bind /a /b: under /b they find what is in
 *        \                    /a, and the `..` of /b is still the root
 *         b ...> mount {point b, root a}
 *
 * An inode alone no longer says where it is, since a mount shows it at a second
 * place.  So a look-up, a working directory and an open file have a mount, too
 * (struct place); NULL is the tree itself.
 *
 * A name space is a list of mounts.  All processes have the first one, until
 * they ask for a copy (unshare, clone); a child has its parent's.  Before the
 * first mount is made, look-ups test one word (mounts_in_use).
 *
 *   i  immutable    N  fstree_lock    a  atomic
 */
#pragma once

#include "common/list.h"
#include "core/types.h"

#include "fs/path.h"

struct mount {
    u32 refs;            /* a  its space's, of mounts on it, of places */
    struct list link;    /* N  in its space's list, behind its parent */
    struct mount_space *space; /* N  NULL: it was unmounted */
    struct mount *parent; /* N  where point is; one reference */
    struct inode *point; /* i  what it covers; one reference, as root */
    struct inode *root;  /* i  what is found instead */
    struct mount *copy;  /* N  while a space or a subtree is being copied */
};

/* mount(2) with MS_BIND (and MS_REC), and umount2(2).
 * => 0; as Linux: -EINVAL (not a mount, or of another space), -ENOTDIR,
 *    -ENOENT (the target was removed, or is no longer mounted), -EBUSY,
 *    -ENOMEM */
int mount_bind(const struct place *source, const struct place *target,
               bool recursive) __must_check;
int mount_remove(const struct place *place, bool detach) __must_check;

/* Whether a place is the root of a mount, or of the tree. */
bool mount_is_root(const struct place *place);
