/*
 * The tree at boot.
 */
#include "abi/errno.h"

#include "core/panic.h"

#include "fs/device.h"
#include "fs/fs.h"
#include "fs/initrd.h"
#include "fs/procfs.h"
#include "fs/rundev.h"
#include "fs/tmpfs.h"
#include "fs/tty.h"

static void
make_dir(const char *path, u32 mode)
{
    int error = fs_mkdir(NULL, path, mode);

    if (error != 0 && error != -EEXIST) {
        panic("%s: cannot make it, error %d", path, -error);
    }
}

void
fs_init(void)
{
    root_inode = tmpfs_root();
    if (root_inode == NULL) {
        panic("no memory for the root directory");
    }
    initrd_unpack();
    make_dir("/tmp", 01777);
    make_dir("/dev", 0755);
    memdev_init();
    tty_init();
    rundev_init();
    procfs_init();
    tmpfs_limit();
}
