/*
 * Reading a directory: getdents64(2).
 *
 * Essential fact: a place in a listing is a key.  So a reader finds his place
 * again in O(log n), once for each piece; from there each record is one step.
 */
#include "abi/dirent.h"
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "mm/usercopy.h"

#include "fs/dir.h"
#include "fs/entry.h"
#include "fs/file.h"

#define NAME_AT offsetof(struct linux_dirent64, d_name)
#define PIECE   512 /* bytes that are told under one lock; the longest fits */

/* Records that are to be copied to the user in one piece. */
struct piece {
    u64 at;      /* key of the next one */
    size_t room; /* of buf, what is left of the user's */
    size_t used;
    bool full;   /* the next did not fit */
    _Alignas(8) char buf[PIECE];
};

/* Add a record; the next has this key or a higher one. */
static bool
add_record(struct piece *piece, const char *name, u64 ino, u32 mode, u64 next)
{
    size_t length = strlen(name);
    size_t size = align_up(NAME_AT + length + 1, 8);
    char *at = piece->buf + piece->used;
    struct linux_dirent64 *record = (void *)at;

    if (size > piece->room - piece->used) {
        piece->full = true;
        return false;
    }
    memset(at + size - 8, 0, 8); /* what lies behind the name, as Linux */
    memcpy(record->d_name, name, length);
    record->d_ino = ino;
    record->d_type = (u8)((mode & S_IFMT) >> 12); /* DT_*: S_IF* shifted */
    record->d_off = (i64)next;
    record->d_reclen = (u16)size;
    piece->used += size;
    piece->at = next;
    return true;
}

/* => false: all that are kept in the tree have been told */
static bool
add_entries(struct piece *piece, const struct inode *dir)
{
    spin_lock(&fstree_lock);
    bool more = (piece->at != 0 || add_record(piece, ".", dir->ino, S_IFDIR, 1))
                && (piece->at != 1
                    || add_record(piece, "..", entry_parent(dir)->ino,
                                  S_IFDIR, 2));
    const struct entry *entry = more ? entry_from(dir, piece->at) : NULL;
    while (entry != NULL
           && add_record(piece, entry->name, entry->inode->ino,
                         entry->inode->mode, entry->key + 1)) {
        entry = entry_after(dir, entry);
    }
    spin_unlock(&fstree_lock);
    return piece->full;
}

static void
add_made(struct piece *piece, struct inode *dir)
{
    u64 key = MAX(piece->at, ENTRY_MADE) - ENTRY_MADE;
    char name[MADE_NAME];
    u32 mode;

    do {
        mode = dir->ops->next(dir, &key, name);
        key++;
    } while (mode != 0 && add_record(piece, name, ENTRY_MADE + key - 1, mode,
                                     ENTRY_MADE + key));
}

/* Copy a piece out, and go on behind the last record that came whole.
 * => bytes of these */
static size_t
copy_piece(struct file *file, vaddr_t user, struct piece *piece)
{
    size_t copied = piece->used
                    - copy_to_user_some(user, piece->buf, piece->used);
    size_t done = 0;

    while (done < copied) {
        const struct linux_dirent64 *record = (void *)(piece->buf + done);
        if (done + record->d_reclen > copied) {
            break;
        }
        done += record->d_reclen;
        file->offset = (u64)record->d_off;
    }
    return done;
}

long
dir_getdents(struct file *file, vaddr_t user, size_t size)
{
    struct inode *dir = file->inode;
    struct piece piece;
    size_t used = 0;
    long error = 0;

    if (!S_ISDIR(dir->mode)) {
        return -ENOTDIR;
    }
    mutex_lock(&file->lock);
    do {
        piece.at = file->offset;
        piece.room = MIN(size - used, PIECE);
        piece.used = 0;
        piece.full = false;
        if (dir->nlink == 0) {
            error = -ENOENT;
        } else if (!add_entries(&piece, dir) && dir->ops->next != NULL) {
            add_made(&piece, dir);
        }
        size_t done = copy_piece(file, user + used, &piece);
        used += done;
        if (piece.used == 0 && piece.full) {
            error = -EINVAL;
        } else if (done < piece.used) {
            error = -EFAULT;
        }
    } while (piece.full && error == 0);
    mutex_unlock(&file->lock);
    return used > 0 ? (long)used : error;
}

long
dir_read(struct file *file, struct uio *uio)
{
    (void)file, (void)uio;
    return -EISDIR;
}
