#pragma once

/* The records getdents64 writes: each starts on a multiple of 8 bytes. */

#include "abi/posix.h"

struct linux_dirent64 {
    uint64_t d_ino;
    int64_t d_off;           /* where the next record is: an lseek offset */
    unsigned short d_reclen; /* this record's length, padding included */
    unsigned char d_type;
    char d_name[]; /* ended by NUL */
};

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
