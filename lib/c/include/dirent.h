#pragma once

/* Reading a directory entry by entry. */

#include "abi/dirent.h"

struct dirent {
    ino_t d_ino;
    off_t d_off;
    unsigned short d_reclen;
    unsigned char d_type;
    char d_name[256];
};

typedef struct directory DIR;

DIR *opendir(const char *path);
struct dirent *readdir(DIR *dir);
void rewinddir(DIR *dir);
long telldir(DIR *dir);
void seekdir(DIR *dir, long position);
int dirfd(DIR *dir);
int closedir(DIR *dir);

/*
 * All entries that `choose` takes (NULL: all) in the order of `compare`, in
 * memory that is the caller's to free, one by one and then the list.
 * => how many, or -1
 */
int scandir(const char *path, struct dirent ***list,
            int (*choose)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **));
int alphasort(const struct dirent **a, const struct dirent **b);
