/*
 * flags.c: clone(2) is fork with a choice. CLONE_FILES: parent and child have
 * one table of descriptors. CLONE_FS: one working directory and umask. The low
 * byte: the signal for the parent when the child ends.
 */
#include "family.h"

#include <fcntl.h>
#include <sys/stat.h>

#define CLONE 56 /* the number of the system call */

/* Like fork: the child goes on here, in memory of its own. */
static pid_t
clone_child(unsigned long flags)
{
    pid_t pid = (pid_t)syscall(CLONE, flags, 0, 0, 0, 0);

    lab_check("clone", "it works", 1, pid >= 0);
    return pid;
}

static void
test(bool files, bool place)
{
    int fd = open("/dev/null", O_RDONLY);
    char name[32] = "";

    chdir("/bin");
    pid_t pid = clone_child((files ? CLONE_FILES : 0) | (place ? CLONE_FS : 0)
                            | SIGCHLD);
    if (pid == 0) {
        close(fd);
        chdir("/proc");
        _exit(0);
    }
    lab_join(pid);
    lab_check("clone", files ? "the child has closed it for both"
                             : "the child has closed it for itself",
              files ? ~0UL : 0, (unsigned long)fcntl(fd, F_GETFD));
    getcwd(name, sizeof(name));
    lab_check("clone", place ? "the child has moved both"
                             : "the child has moved only itself",
              place, strcmp(name, "/proc") == 0);
    close(fd);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (int i = 0; i < 8; i++) {
        test((lab_random() & 1) != 0, i % 2 != 0);
    }
    sigset_t set = 1UL << (SIGUSR1 - 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t pid = clone_child(SIGUSR1);
    if (pid == 0) {
        _exit(7);
    }
    int status = -1;
    waitpid(pid, &status, (int)__WALL);
    lab_check("clone", "the status of the child", 7 << 8,
              (unsigned long)status);
    sigpending(&set);
    lab_check("clone", "the signals that its end has sent",
              1UL << (SIGUSR1 - 1), set);
    lab_done();
}
