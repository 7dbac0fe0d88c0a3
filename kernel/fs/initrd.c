/*
 * Unpacking the initrd.
 *
 * Essential fact: newc aligns data to 4 bytes, not to pages, so contents are
 * copied once, into the page cache; the archive's frames are then free.
 * A later entry replaces an earlier one of the same name, so an archive behind
 * the first can add and change files.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/cpio.h"
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/config.h"
#include "core/panic.h"
#include "core/printk.h"

#include "mm/frame.h"
#include "mm/heap.h"

#include "fs/fs.h"
#include "fs/initrd.h"
#include "fs/path.h"
#include "fs/tmpfs.h"
#include "fs/walk.h"

#define NS_PER_SEC 1000000000UL

static __noreturn void refuse(const struct cpio *cpio, const char *last);
static int unpack(const struct cpio_entry *entry);

void
initrd_unpack(void)
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
        refuse(&cpio, last);
    }
    frame_release_range(align_down(start, PAGE_SIZE),
                        align_up(end, PAGE_SIZE));
}

/* Say why the archive is not usable, as far as one can tell. */
static __noreturn void
refuse(const struct cpio *cpio, const char *last)
{
    u64 at = cpio->at;
    u64 left = cpio->size - at;
    const char *header = (const char *)cpio->data + at;
    char name[64];

    if (last[0] == '\0' && left < 6) {
        panic("initrd: not a newc cpio archive: nothing in it");
    }
    if (left >= 6 && memcmp(header, "070701", 6) != 0) {
        panic("initrd: not a newc cpio archive at offset %lu", at);
    }
    if (left <= 110) {
        panic("initrd: truncated at offset %lu, after entry %s", at, last);
    }
    strlcpy(name, "", sizeof(name));
    memcpy(name, header + 110, MIN(left - 110, sizeof(name) - 1));
    name[MIN(left - 110, sizeof(name) - 1)] = '\0';
    panic("initrd: truncated in entry %s", name);
}

/* ---- One entry ---- */

/* Make the directories on the way to path that are not there yet. */
static int
make_parents(const char *path)
{
    char parent[PATH_MAX / 8];
    size_t length = strlen(path);

    for (size_t i = 1; i < length; i++) {
        if (path[i] != '/') {
            continue;
        }
        if (i >= sizeof(parent)) {
            return -ENAMETOOLONG;
        }
        memcpy(parent, path, i);
        parent[i] = '\0';
        int error = fs_mkdir(NULL, parent, 0755);
        if (error != 0 && error != -EEXIST) {
            return error;
        }
    }
    return 0;
}

static int
make_file(struct walk *walk, const struct cpio_entry *entry)
{
    struct inode *inode;
    int error = walk->dir->ops->make(walk->dir, walk->name,
                                     S_IFREG | (entry->mode & 07777), 0,
                                     &inode);

    if (error != 0) {
        return error;
    }
    error = tmpfs_fill(inode, entry->data, entry->size);
    inode->mtime_ns = entry->mtime * NS_PER_SEC;
    inode_put(inode);
    return error;
}

static int
make_link(struct walk *walk, const struct cpio_entry *entry)
{
    if (entry->size == 0 || entry->size >= PATH_MAX) {
        return -ENAMETOOLONG;
    }
    char *target = kmalloc(entry->size + 1);
    if (target == NULL) {
        return -ENOMEM;
    }
    memcpy(target, entry->data, entry->size);
    target[entry->size] = '\0';
    int error = tmpfs_symlink(walk->dir, walk->name, target);
    kfree(target);
    return error;
}

static int
unpack_at(struct walk *walk, const struct cpio_entry *entry)
{
    if (walk->last != WALK_NAME) {
        return 0; /* `.`: the root is there */
    }
    if (!S_ISDIR(entry->mode)) {
        walk->dir->ops->remove(walk->dir, walk->name, false);
    }
    if (S_ISREG(entry->mode)) {
        return make_file(walk, entry);
    }
    if (S_ISLNK(entry->mode)) {
        return make_link(walk, entry);
    }
    return 0;
}

static int
unpack(const struct cpio_entry *entry)
{
    struct walk walk;
    int error = make_parents(entry->name);

    if (error != 0) {
        return error;
    }
    if (S_ISDIR(entry->mode)) {
        error = fs_mkdir(NULL, entry->name, entry->mode);
        return error == -EEXIST ? 0 : error;
    }
    if (!S_ISREG(entry->mode) && !S_ISLNK(entry->mode)) {
        warn("initrd: %s: left out, neither file, directory nor link\n",
             entry->name);
        return 0;
    }
    if (S_ISREG(entry->mode) && entry->nlink > 1 && entry->size == 0) {
        warn("initrd: %s: empty, hard links are not kept\n", entry->name);
    }
    error = walk_begin(&walk, NULL, entry->name);
    if (error == 0) {
        error = unpack_at(&walk, entry);
    }
    walk_end(&walk);
    return error;
}
