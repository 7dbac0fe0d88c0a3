/* Shared memory by name: files in /dev/shm; and keys for System V's. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHERE "/dev/shm/"

/* The path of a name, which may begin with slashes, but has no other. */
static int
find_path(const char *name, char path[sizeof(WHERE) + NAME_MAX])
{
    name += strspn(name, "/");
    size_t length = strlen(name);
    if (length == 0 || length >= NAME_MAX || strchr(name, '/') != NULL) {
        errno = EINVAL;
        return -1;
    }
    memcpy(path, WHERE, sizeof(WHERE) - 1);
    strcpy(path + sizeof(WHERE) - 1, name);
    return 0;
}

int
shm_open(const char *name, int flags, mode_t mode)
{
    char path[sizeof(WHERE) + NAME_MAX];

    return find_path(name, path) < 0
               ? -1 : open(path, flags | O_NOFOLLOW | O_CLOEXEC, mode);
}

int
shm_unlink(const char *name)
{
    char path[sizeof(WHERE) + NAME_MAX];

    return find_path(name, path) < 0 ? -1 : unlink(path);
}

key_t
ftok(const char *path, int number)
{
    struct stat file;

    if (stat(path, &file) != 0) {
        return -1;
    }
    return (key_t)((unsigned)(number & 0xff) << 24
                   | (unsigned)(file.st_dev & 0xff) << 16
                   | (unsigned)(file.st_ino & 0xffff));
}
