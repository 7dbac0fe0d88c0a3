/*
 * times.c: wait4 tells the processor time of a child, with that of the children
 * for which it has waited; and it is added to the parent's sum.
 */
#include "watch.h"

#include <sys/resource.h>

static void
burn(long ms)
{
    for (long end = now_ms() + ms; now_ms() < end;) {
    }
}

static unsigned long
used_ms(const struct rusage *usage)
{
    return (unsigned long)((usage->ru_utime.tv_sec + usage->ru_stime.tv_sec)
                               * 1000
                           + (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec)
                                 / 1000);
}

/* => of this process, by /proc: ms of children for which it has waited */
static unsigned long
childrens_ms(void)
{
    char text[256];
    int fd = open("/proc/self/stat", O_RDONLY);
    long n = read(fd, text, sizeof(text) - 1);

    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    char *at = strrchr(text, ')');
    for (int field = 2; field < 16; field++) {
        at = strchr(at + 1, ' ');
    }
    unsigned long user = strtoul(at, &at, 10);
    return (user + strtoul(at, &at, 10)) * 10;
}

static void
takes(pid_t pid, unsigned long low, unsigned long high, const char *what)
{
    static char text[100];
    struct rusage usage;

    wait4(pid, NULL, 0, &usage);
    snprintf(text, sizeof(text), "ms of %s are in %lu..%lu", what, low, high);
    unsigned long used = used_ms(&usage);
    if (used < low || used > high) {
        lab_check("EX-8", text, (low + high) / 2, used);
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    long own = (long)lab_between(60, 100);
    long below = (long)lab_between(60, 100);

    pid_t pid = lab_fork();
    if (pid == 0) {
        pid_t inner = lab_fork();
        if (inner == 0) {
            burn(below);
            _exit(0);
        }
        waitpid(inner, NULL, 0);
        burn(own);
        _exit(0);
    }
    unsigned long sum = (unsigned long)(own + below);
    takes(pid, sum - 30, sum + 50, "a child and its child");
    unsigned long children = childrens_ms();
    lab_check("EX-8", "the sum in /proc/self/stat holds them", 1,
              children + 30 >= sum);

    pid = lab_fork();
    if (pid == 0) {
        _exit(0);
    }
    takes(pid, 0, 20, "a child that does nothing");
    lab_done();
}
