/*
 * names: two processes look at one path and find two things. The child has its
 * own name space (CLONE_NEWNS), where it binds one directory over another; then
 * its own child goes up from there. Only root may do that.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
list(const char *who, const char *path)
{
    printf("%-20s %-8s is %s\n", who, path,
           access(path, F_OK) == 0 ? "there" : "not there");
    fflush(stdout);
}

int
main(void)
{
    mkdir("old", 0755);
    mkdir("new", 0755);
    close(open("new/file", O_CREAT | O_WRONLY, 0644));
    list("before", "old/file");
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) < 0
            || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
            || mount("new", "old", NULL, MS_BIND, NULL) < 0) {
            perror("names");
            _exit(1);
        }
        list("the child", "old/file");
        if (fork() == 0) {
            list("the child's child", "old/file");
            chdir("old/..");
            list("by its ..", "old/file");
            _exit(0);
        }
        wait(NULL);
        _exit(0);
    }
    wait(NULL);
    list("the parent", "old/file");
    unlink("new/file");
    rmdir("new");
    rmdir("old");
    return 0;
}
