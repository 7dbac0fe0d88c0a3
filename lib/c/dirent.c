/* Directories: a buffer of the kernel's records, returned one by one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The caller gets the kernel's records as they are. */
_Static_assert(offsetof(struct dirent, d_name) ==
                   offsetof(struct linux_dirent64, d_name),
               "struct dirent begins as the kernel's record");

struct directory {
    int fd;
    long at;
    long end; /* of the records in buf */
    long position; /* after the record last returned, for lseek */
    _Alignas(8) char buf[4096];
};

ssize_t getdents64(int fd, void *buf, size_t size);

DIR *
opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    DIR *dir = malloc(sizeof(*dir));
    if (dir == NULL) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    dir->fd = fd;
    dir->at = dir->end = dir->position = 0;
    return dir;
}

struct dirent *
readdir(DIR *dir)
{
    if (dir->at >= dir->end) {
        dir->at = 0;
        dir->end = getdents64(dir->fd, dir->buf, sizeof(dir->buf));
        if (dir->end <= 0) {
            return NULL;
        }
    }
    struct dirent *entry = (struct dirent *)(void *)(dir->buf + dir->at);
    dir->at += entry->d_reclen;
    dir->position = entry->d_off;
    return entry;
}

long
telldir(DIR *dir)
{
    return dir->position;
}

void
seekdir(DIR *dir, long position)
{
    dir->position = lseek(dir->fd, position, SEEK_SET);
    dir->at = dir->end = 0;
}

void
rewinddir(DIR *dir)
{
    seekdir(dir, 0);
}

int
dirfd(DIR *dir)
{
    return dir->fd;
}

int
closedir(DIR *dir)
{
    int fd = dir->fd;

    free(dir);
    return close(fd);
}
