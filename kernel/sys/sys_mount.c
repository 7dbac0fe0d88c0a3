/*
 * Changing what processes find at a place of the tree.
 */
#include "abi/errno.h"
#include "abi/mount.h"

#include "fs/mount.h"
#include "fs/path.h"

#include "sys/sys.h"

/* => 0; mount_bind's errors; -EINVAL: no source */
static int
bind(u64 source, const struct place *to, bool recursive)
{
    struct place from;
    char first = '\0';

    if (source != 0 && copy_from_user(&first, source, 1) != 0) {
        return -EFAULT;
    }
    int error = first == '\0' ? -EINVAL
                              : find_place_at(HERE, source, 0, 0, &from);
    if (error == 0) {
        error = mount_bind(&from, to, recursive);
        place_put(from);
    }
    return error;
}

/* int mount(const char *source, const char *target, const char *type,
 *           unsigned long flags, const void *data);
 * MS_BIND: from now on the target shows what the source is; with MS_REC also
 * what is mounted below it.  MS_PRIVATE: nothing changes, as all mounts are.
 * EPERM: not root.  EBUSY, ENOTDIR: only one of both is a directory.
 * EINVAL: MS_PRIVATE, and the target is no mount.
 * Differences from Linux: MS_SHARED, MS_SLAVE, MS_UNBINDABLE, MS_MOVE and
 *   MS_REMOUNT are EINVAL, and every type is unknown (ENODEV); the flags beside
 *   MS_BIND have no effect there, either.  Nothing can be mounted where names
 *   are made, as in /proc (EINVAL).  A mount on a file covers all its names.
 *   /proc shows paths without mounts. */
long
sys_mount(u64 source, u64 target, u64 type, u64 flags, u64 data)
{
    const u64 kinds = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
    struct place to;
    int error = find_place_at(HERE, target, 0, 0, &to);

    (void)data;
    if (error != 0) {
        return error;
    }
    flags &= (flags & MS_MGC_MSK) == MS_MGC_VAL ? ~(u64)MS_MGC_MSK : ~0UL;
    error = mount_refuse();
    if (error == 0 && (flags & (MS_BIND | MS_REMOUNT)) == MS_BIND) {
        error = bind(source, &to, flags & MS_REC);
    } else if (error == 0 && (flags & (kinds | MS_REMOUNT)) == MS_PRIVATE) {
        error = (flags & ~(u64)(MS_PRIVATE | MS_REC | MS_SILENT)) != 0
                        || !mount_is_root(&to) ? -EINVAL : 0;
    } else if (error == 0) {
        error = type == 0 || (flags & (kinds | MS_REMOUNT | MS_MOVE)) != 0
                    ? -EINVAL : -ENODEV;
    }
    place_put(to);
    return error;
}

/* int umount2(const char *target, int flags);
 * MNT_DETACH: also what is mounted on it, even if it is in use: who uses it
 * keeps it, without a way out.  Of the root: all mounts go, none can be made.
 * EPERM: not root.  EINVAL: the target is no mount; flags.  EBUSY: a working
 * directory or an open file is in it, or a mount.
 * Differences from Linux: MNT_EXPIRE is EINVAL; a mapped file is no use;
 *   without MNT_DETACH the root is EBUSY. */
long
sys_umount2(u64 target, u64 flags)
{
    const u32 known = MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW;
    u64 follow = flags & UMOUNT_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    struct place place;
    int error = (u32)flags & ~known
                    ? -EINVAL : find_place_at(HERE, target, follow,
                                              AT_SYMLINK_NOFOLLOW, &place);

    if (error != 0) {
        return error;
    }
    error = mount_refuse();
    if (error == 0) {
        error = mount_remove(&place, flags & MNT_DETACH);
    }
    place_put(place);
    return error;
}
