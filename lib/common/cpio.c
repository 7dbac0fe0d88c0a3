/*
 * The newc reader. Essential fact: every length comes from the archive. So it
 * is compared with what is left before it is added to an offset. No sum here
 * can wrap, since each field has 32 bits and the sums 64.
 */
#include "common/cpio.h"

#include "abi/errno.h"
#include "common/string.h"

#define HEADER_SIZE 110
#define NAME_MAX_SIZE 4096 /* with its NUL; a longer name is an error */

/* The 13 hexadecimal fields of 8 characters behind the magic, by index. */
enum {
    FIELD_INO = 0,
    FIELD_MODE = 1,
    FIELD_NLINK = 4,
    FIELD_MTIME = 5,
    FIELD_FILESIZE = 6,
    FIELD_NAMESIZE = 11,
};

static bool parse_field(const u8 *header, int index, u32 *value);
static int parse_entry(struct cpio *cpio, struct cpio_entry *entry);

void
cpio_init(struct cpio *cpio, const void *data, size_t size)
{
    *cpio = (struct cpio){.data = data, .size = size};
}

/* => true if a header follows; false if only zeros are left */
static bool
skip_zeros(struct cpio *cpio)
{
    while (cpio->at < cpio->size && cpio->data[cpio->at] == 0) {
        cpio->at++;
    }
    return cpio->at < cpio->size;
}

int
cpio_next(struct cpio *cpio, struct cpio_entry *entry)
{
    /* Zeros may follow an archive; inside one they are an error. */
    bool between = cpio->at == 0;

    for (;;) {
        if (between && !skip_zeros(cpio)) {
            return 0;
        }
        int error = parse_entry(cpio, entry);
        if (error < 0) {
            return error;
        }
        if (strcmp(entry->name, "TRAILER!!!") != 0) {
            return 1;
        }
        between = true;
    }
}

static u64
round_up_4(u64 n)
{
    return (n + 3) & ~3ul;
}

/* Read the entry at cpio->at, and move cpio->at past it. */
static int
parse_entry(struct cpio *cpio, struct cpio_entry *entry)
{
    const u8 *header = cpio->data + cpio->at;
    u64 left = cpio->size - cpio->at;
    u32 name_size;
    u32 file_size;

    if (left < HEADER_SIZE || memcmp(header, "070701", 6) != 0 ||
        !parse_field(header, FIELD_NAMESIZE, &name_size) ||
        !parse_field(header, FIELD_FILESIZE, &file_size) ||
        !parse_field(header, FIELD_MODE, &entry->mode) ||
        !parse_field(header, FIELD_MTIME, &entry->mtime) ||
        !parse_field(header, FIELD_INO, &entry->ino) ||
        !parse_field(header, FIELD_NLINK, &entry->nlink)) {
        return -EINVAL;
    }
    if (name_size == 0 || name_size > NAME_MAX_SIZE ||
        name_size > left - HEADER_SIZE) {
        return -EINVAL;
    }
    entry->name = (const char *)header + HEADER_SIZE;
    if (strnlen(entry->name, name_size) != name_size - 1) {
        return -EINVAL;
    }
    u64 data_at = round_up_4(HEADER_SIZE + (u64)name_size);
    if (data_at + file_size > left && (file_size != 0 || data_at - left > 3)) {
        return -EINVAL;
    }
    entry->data = header + data_at;
    entry->size = file_size;

    /* The last entry's padding may be missing. */
    u64 total = round_up_4(data_at + file_size);
    cpio->at += total < left ? total : left;
    return 0;
}

/* Eight hexadecimal digits of either case. */
static bool
parse_field(const u8 *header, int index, u32 *value)
{
    const u8 *s = header + 6 + 8 * index;

    *value = 0;
    for (int i = 0; i < 8; i++) {
        u32 digit;
        if (s[i] >= '0' && s[i] <= '9') {
            digit = s[i] - '0';
        } else if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f') {
            digit = (s[i] | 0x20) - 'a' + 10;
        } else {
            return false;
        }
        *value = *value << 4 | digit;
    }
    return true;
}
