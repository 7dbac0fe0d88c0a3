#pragma once

/*
 * A reader of cpio archives in the "newc" format (magic 070701), the format of
 * the initrd. An entry is a header of 110 characters, the name with its NUL,
 * and the data, each padded to 4 bytes; an entry named TRAILER!!! ends the
 * archive. Several archives may follow one another, with zeros between.
 *
 * The input is not trusted: nothing outside data[0..size) is ever read.
 */

#include "abi/types.h"

struct cpio {
    const u8 *data;
    size_t size;
    size_t at;
};

struct cpio_entry {
    const char *name; /* in the archive, ended by NUL */
    const u8 *data;   /* in the archive; a multiple of 4 from its start */
    u64 size;
    u32 mode; /* S_IFMT and permissions, as in struct stat */
    u32 mtime;
    u32 ino;
    u32 nlink;
};

/* Start reading at the beginning. */
void cpio_init(struct cpio *cpio, const void *data, size_t size);

/*
 * Read the next entry, of this archive or the next one.
 * => 1 and *entry; 0 at the end; -EINVAL if it is truncated, not newc, or
 *    lacks its trailer; after 0 or an error `at` says where
 */
int cpio_next(struct cpio *cpio, struct cpio_entry *entry);
