/*
 * time COMMAND [ARG...]: run a command, and print on standard error how long it
 * took, and how much of that it used a processor in user mode and in the
 * kernel; in seconds, as POSIX's time -p.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/tool.h"

static void
print(const char *name, long seconds, long hundredths)
{
    fprintf(stderr, "%s %ld.%02ld\n", name, seconds, hundredths);
}

int
main(int argc, char **argv)
{
    struct timespec began, ended;
    struct rusage used;
    int option, status;

    while ((option = getopt(argc, argv, "+p")) != -1) {
        if (option == '?') {
            usage(125, "time [-p] COMMAND [ARG...]");
        }
    }
    if (optind == argc) {
        usage(125, "time [-p] COMMAND [ARG...]");
    }
    clock_gettime(CLOCK_MONOTONIC, &began);
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[optind], argv + optind);
        err(errno == ENOENT ? 127 : 126, "%s", argv[optind]);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) < 0) {
        err(125, "%s", argv[optind]);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    long took = (ended.tv_sec - began.tv_sec) * 100
                + (ended.tv_nsec - began.tv_nsec) / 10000000;
    print("real", took / 100, took % 100);
    print("user", used.ru_utime.tv_sec, used.ru_utime.tv_usec / 10000);
    print("sys", used.ru_stime.tv_sec, used.ru_stime.tv_usec / 10000);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
