/* ulimit: the limits of the shell and of what it starts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "run.h"

static const struct kind {
    char letter;
    int resource;
    rlim_t unit;
    const char *name;
} kinds[] = {
    {'t', RLIMIT_CPU, 1, "time(seconds)"},
    {'f', RLIMIT_FSIZE, 512, "file(blocks)"},
    {'d', RLIMIT_DATA, 1024, "data(kbytes)"},
    {'s', RLIMIT_STACK, 1024, "stack(kbytes)"},
    {'c', RLIMIT_CORE, 512, "coredump(blocks)"},
    {'m', RLIMIT_RSS, 1024, "memory(kbytes)"},
    {'l', RLIMIT_MEMLOCK, 1024, "locked memory(kbytes)"},
    {'p', RLIMIT_NPROC, 1, "process"},
    {'n', RLIMIT_NOFILE, 1, "nofiles"},
    {'v', RLIMIT_AS, 1024, "vmemory(kbytes)"},
    {'w', RLIMIT_LOCKS, 1, "locks"},
    {'r', RLIMIT_RTPRIO, 1, "rtprio"},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), DEFAULT = 1 };

static void
print_limit(const struct kind *kind, bool hard)
{
    struct rlimit limit = {0, 0};

    getrlimit(kind->resource, &limit);
    rlim_t value = hard ? limit.rlim_max : limit.rlim_cur;
    if (value == RLIM_INFINITY) {
        puts("unlimited");
    } else {
        printf("%lu\n", value / kind->unit);
    }
}

/* => the status */
static int
set_limit(const struct kind *kind, const char *text, bool hard, bool soft)
{
    struct rlimit limit = {0, 0};
    char *end;
    rlim_t value = RLIM_INFINITY;

    if (strcmp(text, "unlimited") != 0) {
        value = strtoul(text, &end, 10);
        if (*text < '0' || *text > '9' || *end != '\0'
            || value > RLIM_INFINITY / kind->unit) {
            complain("ulimit: %s: not a number", text);
            return 2;
        }
        value *= kind->unit;
    }
    getrlimit(kind->resource, &limit);
    limit.rlim_max = hard ? value : limit.rlim_max;
    limit.rlim_cur = soft ? value : limit.rlim_cur;
    if (setrlimit(kind->resource, &limit) < 0) {
        complain("ulimit: %s", strerror(errno));
        return 2;
    }
    return 0;
}

/* ulimit [-H | -S] [-a | -LETTER] [N | unlimited]: without -H and -S, sets both
 * limits, and prints the soft one. */
int
builtin_ulimit(int argc, char **argv)
{
    const struct kind *kind = &kinds[DEFAULT];
    bool hard = false, soft = false, all = false;
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        for (const char *at = argv[i] + 1; *at != '\0'; at++) {
            int k = 0;
            while (k < KINDS && kinds[k].letter != *at) {
                k++;
            }
            if (k < KINDS) {
                kind = &kinds[k];
            } else if (*at == 'H' || *at == 'S') {
                hard |= *at == 'H';
                soft |= *at == 'S';
            } else if (*at == 'a') {
                all = true;
            } else {
                complain("ulimit: -%c: no such limit", *at);
                return 2;
            }
        }
    }
    if (argc - i > (all ? 0 : 1)) {
        complain("ulimit: too many words");
        return 2;
    }
    if (i < argc) {
        return set_limit(kind, argv[i], hard || !soft, soft || !hard);
    }
    for (int k = 0; k < KINDS && all; k++) {
        printf("%-20s ", kinds[k].name);
        print_limit(&kinds[k], hard && !soft);
    }
    if (!all) {
        print_limit(kind, hard && !soft);
    }
    return 0;
}
