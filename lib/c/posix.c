/* The POSIX functions that are a few lines over a system call. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "c/internal.h"

#define SYS_close_range 436 /* Linux's; Tine has none */

pid_t
wait(int *status)
{
    return wait4(-1, status, 0, NULL);
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
    return wait4(pid, status, options, NULL);
}

int
seteuid(uid_t uid)
{
    return setresuid((uid_t)-1, uid, (uid_t)-1);
}

int
setegid(gid_t gid)
{
    return setresgid((gid_t)-1, gid, (gid_t)-1);
}

pid_t
wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}

int
waitid(idtype_t kind, id_t id, siginfo_t *info, int options)
{
    return sys_waitid(kind, (pid_t)id, info, options, NULL);
}

/* The system call returns 20 - nice, which is never negative. */
int
getpriority(int which, id_t who)
{
    int result = sys_getpriority(which, who);

    return result < 0 ? -1 : 20 - result;
}

int
nice(int change)
{
    int wanted = getpriority(PRIO_PROCESS, 0)
                 + (change < -40 ? -40 : change > 40 ? 40 : change);

    if (setpriority(PRIO_PROCESS, 0, wanted) < 0) {
        errno = errno == EACCES ? EPERM : errno;
        return -1;
    }
    return getpriority(PRIO_PROCESS, 0);
}

/* With buf NULL, the caller must free the result. */
char *
getcwd(char *buf, size_t size)
{
    char path[PATH_MAX];

    if (buf == NULL) {
        return sys_getcwd(path, sizeof(path)) < 0 ? NULL : strdup(path);
    }
    return sys_getcwd(buf, size) < 0 ? NULL : buf;
}

int
remove(const char *path)
{
    int result = unlink(path);

    return result < 0 && errno == EISDIR ? rmdir(path) : result;
}

int
mkfifo(const char *path, mode_t mode)
{
    return mknod(path, mode | S_IFIFO, 0);
}

int
mkfifoat(int dir, const char *path, mode_t mode)
{
    return mknodat(dir, path, mode | S_IFIFO, 0);
}

int
futimens(int fd, const struct timespec times[2])
{
    return utimensat(fd, NULL, times, 0);
}

/* The system calls of these two names take no flags. */
int
faccessat(int dir, const char *path, int mode, int flags)
{
    return faccessat2(dir, path, mode, flags);
}

int
fchmodat(int dir, const char *path, mode_t mode, int flags)
{
    if (flags != 0) {
        errno = flags == AT_SYMLINK_NOFOLLOW ? EOPNOTSUPP : EINVAL;
        return -1;
    }
    return sys_fchmodat(dir, path, mode);
}

unsigned
sleep(unsigned seconds)
{
    struct timespec time = {.tv_sec = seconds};

    return nanosleep(&time, &time) < 0 ? (unsigned)time.tv_sec : 0;
}

/* Its result is the error number, and errno stays. */
int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                struct timespec *left)
{
    int saved = errno;
    int error = sys_clock_nanosleep(clock, flags, time, left) < 0 ? errno : 0;

    errno = saved;
    return error;
}

clock_t
clock(void)
{
    struct timespec used;

    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0
               ? (clock_t)-1
               : used.tv_sec * CLOCKS_PER_SEC + used.tv_nsec / 1000;
}

int
usleep(useconds_t microseconds)
{
    struct timespec time = {
        .tv_sec = microseconds / 1000000,
        .tv_nsec = (long)(microseconds % 1000000) * 1000,
    };

    return nanosleep(&time, NULL);
}

int
reboot(int command)
{
    return sys_reboot(REBOOT_MAGIC1, REBOOT_MAGIC2, (unsigned)command, NULL);
}

int
lockf(int fd, int command, off_t size)
{
    struct flock lock = {
        .l_type = command == F_ULOCK ? F_UNLCK : F_WRLCK,
        .l_whence = SEEK_CUR, .l_len = size,
    };

    switch (command) {
    case F_ULOCK:
    case F_TLOCK:
        return fcntl(fd, F_SETLK, &lock);
    case F_LOCK:
        return fcntl(fd, F_SETLKW, &lock);
    case F_TEST:
        lock.l_type = F_RDLCK;
        if (fcntl(fd, F_GETLK, &lock) < 0) {
            return -1;
        }
        if (lock.l_type != F_UNLCK && lock.l_pid != getpid()) {
            errno = EACCES;
            return -1;
        }
        return 0;
    default:
        errno = EINVAL;
        return -1;
    }
}

/* Linux may allow a million descriptors; it has a call for that. */
void
close_all_but(int spared)
{
    struct rlimit limit;

    if ((spared <= 0 || syscall(SYS_close_range, 0, spared - 1, 0) == 0)
        && syscall(SYS_close_range, spared + 1, ~0u, 0) == 0) {
        return;
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = 0; fd < (int)limit.rlim_cur; fd++) {
        if (fd != spared) {
            close(fd);
        }
    }
}
