#pragma once

/* What statfs and fstatfs return about a file system. */

struct statfs {
    long f_type;
    long f_bsize;
    unsigned long f_blocks; /* these three in units of f_bsize */
    unsigned long f_bfree;
    unsigned long f_bavail;
    unsigned long f_files;
    unsigned long f_ffree;
    struct {
        int val[2];
    } f_fsid;
    long f_namelen;
    long f_frsize;
    long f_flags;
    long f_spare[4];
};

_Static_assert(sizeof(struct statfs) == 120, "Linux x86-64's struct statfs");

#define TMPFS_MAGIC 0x01021994
#define PROC_SUPER_MAGIC 0x9fa0
#define PIPEFS_MAGIC 0x50495045

/* Bits of f_flags; Linux always sets ST_VALID. */
#define ST_RDONLY 0x0001
#define ST_VALID 0x0020
