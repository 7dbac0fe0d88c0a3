/*
 * place.c: the child has the parent's working directory and umask, and what it
 * changes there is its own.
 */
#include "family.h"

#include <sys/stat.h>

static void
find(const char *who, const char *directory, mode_t mask)
{
    char name[64] = "";
    char what[64];

    getcwd(name, sizeof(name));
    snprintf(what, sizeof(what), "%s is in %s", who, directory);
    lab_check("place", what, 1, strcmp(name, directory) == 0);
    mode_t now = umask(0);
    umask(now);
    snprintf(what, sizeof(what), "the umask of %s", who);
    lab_check("place", what, mask, now);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    mode_t mask = (mode_t)lab_random() & 0777;

    chdir("/proc");
    umask(mask);
    pid_t pid = lab_fork();
    if (pid == 0) {
        find("the child", "/proc", mask);
        chdir("/bin");
        umask(mask ^ 0777);
        find("the child that has moved", "/bin", mask ^ 0777);
        _exit(0);
    }
    lab_join(pid);
    find("the parent", "/proc", mask);
    lab_done();
}
