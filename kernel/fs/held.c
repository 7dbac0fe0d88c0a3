/*
 * What goes when a descriptor table does, for the choice of a victim.
 */
#include "proc/oom.h"

#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/path.h"

#define FILES_PER_FRAME 8 /* open files with their inodes, about */

static u64
files_hold(struct files *files)
{
    u64 held = 0, count = 0;

    for (int fd = -1; (fd = files_next(files, fd + 1)) >= 0; count++) {
        struct inode *inode = files_inode(files, fd);
        if (inode != NULL && inode->ops->holds != NULL) {
            held += inode->ops->holds(inode);
        }
        inode_put(inode);
    }
    return held + count / FILES_PER_FRAME;
}

void
held_init(void)
{
    oom_files_hold = files_hold;
}
