/*
 * The tree at boot, and the initrd in it: newc cpio archives that the loader
 * left in memory.
 *
 * Essential fact: newc aligns data to 4 bytes, not to pages.  So contents are
 * copied once, into the page cache, and the archive's frames are freed.
 * A later entry replaces an earlier one of the same name.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/cpio.h"
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/optional.h"
#include "core/panic.h"
#include "core/printk.h"

#include "mm/frame.h"

#include "fs/device.h"
#include "fs/dir.h"
#include "fs/path.h"
#include "fs/tmpfs.h"

#define HEADER_SIZE 110 /* of a newc entry; its name follows */

/* The inode of an earlier entry for the same file; the last entry has its data.
 * Two archives may use the same inode number for different files, so times and
 * mode must be equal, too.  => with one reference; NULL: none */
static struct inode *
find_same(const struct cpio_entry *entry)
{
    struct inode *inode = NULL;
    struct cpio_entry other;
    struct cpio cpio;

    cpio_init(&cpio, frame_ptr(bootinfo.initrd_start),
              bootinfo.initrd_end - bootinfo.initrd_start);
    while (cpio_next(&cpio, &other) > 0 && other.name != entry->name) {
        if (other.ino == entry->ino && other.mode == entry->mode
            && other.mtime == entry->mtime && other.nlink == entry->nlink) {
            return path_find(NULL, other.name, 0, &inode) == 0 ? inode : NULL;
        }
    }
    return NULL;
}

static int
unpack(const struct cpio_entry *entry)
{
    struct inode *inode = NULL;
    int error = -ENOMEM;

    if (S_ISDIR(entry->mode)) {
        inode = dir_alloc(entry->mode & 07777);
    } else if (S_ISREG(entry->mode)) {
        inode = entry->nlink > 1 ? find_same(entry) : NULL;
        inode = inode != NULL ? inode : tmpfs_file(entry->mode & 07777);
    } else if (S_ISLNK(entry->mode)) {
        inode = link_alloc((const char *)entry->data, entry->size);
    } else {
        warn("initrd: %s: left out, no file, directory or link\n",
             entry->name);
        return 0;
    }
    if (inode != NULL) {
        error = fs_place(entry->name, inode);
    }
    if (error == -EEXIST && S_ISDIR(entry->mode)) {
        error = 0;
    } else if (error == 0 && S_ISREG(entry->mode) && entry->size > 0) {
        error = tmpfs_fill(inode, entry->data, entry->size);
    }
    inode_put(inode);
    return error;
}

/* Panic and say why the archive is not usable, as far as we can tell. */
static __noreturn void
initrd_refuse(const struct cpio *cpio, const char *last)
{
    u64 left = cpio->size - cpio->at;
    const char *header = (const char *)cpio->data + cpio->at;
    char name[64] = "";

    if (last[0] == '\0' && left < 6) {
        panic("initrd: not a newc cpio archive: nothing in it");
    }
    if (left >= 6 && memcmp(header, "070701", 6) != 0) {
        panic("initrd: not a newc cpio archive at offset %lu", cpio->at);
    }
    if (left > HEADER_SIZE) {
        memcpy(name, header + HEADER_SIZE,
               MIN(left - HEADER_SIZE, sizeof(name) - 1));
    }
    panic("initrd: truncated at offset %lu, in entry `%s' after `%s'",
          cpio->at, name, last);
}

static void
unpack_initrd(void)
{
    paddr_t start = bootinfo.initrd_start;
    paddr_t end = bootinfo.initrd_end;
    const char *last = "";
    struct cpio_entry entry;
    struct cpio cpio;
    int result;

    if (start == end) {
        panic("initrd: none was given");
    }
    cpio_init(&cpio, frame_ptr(start), end - start);
    while ((result = cpio_next(&cpio, &entry)) > 0) {
        int error = unpack(&entry);
        if (error != 0) {
            panic("initrd: cannot make %s: %s (error %d)", entry.name,
                  error == -ENOMEM ? "out of memory" : "a bad name?", -error);
        }
        last = entry.name;
    }
    if (result < 0 || last[0] == '\0') {
        initrd_refuse(&cpio, last);
    }
    frame_release_range(align_down(start, PAGE_SIZE),
                        align_up(end, PAGE_SIZE));
}

OPTIONAL(random_init) OPTIONAL(tty_init) OPTIONAL(pty_init)
OPTIONAL(procfs_init) OPTIONAL(held_init)

void
fs_init(void)
{
    root_inode = dir_alloc(0755);
    if (root_inode == NULL) {
        panic("no memory for the root directory");
    }
    root_inode->nlink = 2;
    unpack_initrd();
    fs_make(NULL, "/tmp", dir_alloc(01777), NULL);
    memory_devices_init();
    random_init();
    tty_init();
    pty_init();
    rundev_init();
    procfs_init();
    held_init();
    tmpfs_limit();
}
