/*
 * identity.c: the child has the parent's blocked signals, name, limit of
 * descriptors, and processors.
 */
#include "family.h"

#include <fcntl.h>
#include <sys/resource.h>

/* The name in /proc/self/stat: `PID (NAME) ...'. */
static const char *
own_name(void)
{
    static char line[128];
    int fd = open("/proc/self/stat", O_RDONLY);
    ssize_t n = read(fd, line, sizeof(line) - 1);

    close(fd);
    line[n > 0 ? n : 0] = '\0';
    line[strcspn(line, ")")] = '\0';
    char *name = strchr(line, '(');
    return name != NULL ? name + 1 : "";
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    sigset_t mask = (sigset_t)(lab_random() & 0xffff) << 1 | 1UL << 40;
    sigset_t found = 0;
    unsigned long limit = lab_between(50, 200);
    unsigned long processors = 1UL | (lab_random() & 0xf0);
    char name[32];

    mask &= ~(1UL << (SIGKILL - 1) | 1UL << (SIGCHLD - 1));
    sigprocmask(SIG_SETMASK, &mask, NULL);
    prlimit(0, RLIMIT_NOFILE, &(struct rlimit){ limit, limit }, NULL);
    sched_setaffinity(0, sizeof(processors), &processors);
    snprintf(name, sizeof(name), "%s", own_name());

    pid_t pid = lab_fork();
    if (pid == 0) {
        struct rlimit now = { 0, 0 };
        unsigned long on = 0;
        sigprocmask(SIG_BLOCK, NULL, &found);
        lab_check("inherit", "the signals that the child blocks", mask, found);
        prlimit(0, RLIMIT_NOFILE, NULL, &now);
        lab_check("inherit", "the child's limit of descriptors", limit,
                  now.rlim_cur);
        sched_getaffinity(0, sizeof(on), &on);
        lab_check("inherit", "the processors of the child", processors & 1,
                  on);
        lab_check("inherit", "the child has its parent's name", 1,
                  strcmp(name, own_name()) == 0);
        sigset_t none = 0;
        sigprocmask(SIG_SETMASK, &none, NULL);
        _exit(0);
    }
    lab_join(pid);
    sigprocmask(SIG_BLOCK, NULL, &found);
    lab_check("inherit", "the signals that the parent blocks", mask, found);
    lab_done();
}
