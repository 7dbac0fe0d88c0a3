/*
 * renice [-n] NUMBER [-p | -g | -u] ID...: set the nice value of processes, of
 * the processes of groups, or of users (by number), as the option before says.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/tool.h"

static const char manual[] = "renice [-n] NUMBER [-p | -g | -u] ID...";

static int
integer(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (end == text || *end != '\0') {
        usage(1, manual);
    }
    return (int)value;
}

static bool
set(int which, id_t id, int nice)
{
    static const char *const kinds[] = {"process", "process group", "user"};

    errno = 0;
    int old = getpriority(which, id);
    if (errno != 0 || setpriority(which, id, nice) < 0) {
        warn("failed to set priority for %d (%s ID)", (int)id, kinds[which]);
        return false;
    }
    printf("%d (%s ID) old priority %d, new priority %d\n", (int)id,
           kinds[which], old, getpriority(which, id));
    return true;
}

int
main(int argc, char **argv)
{
    int which = PRIO_PROCESS, at = 1;
    bool good = true;

    at += at < argc && strcmp(argv[at], "-n") == 0;
    if (argc < at + 2) {
        usage(1, manual);
    }
    int nice = integer(argv[at++]);
    for (; at < argc; at++) {
        if (argv[at][0] == '-') {
            const char *kind = strchr("pgu", argv[at][1]);
            if (kind == NULL || *kind == '\0' || argv[at][2] != '\0') {
                usage(1, manual);
            }
            which = *kind == 'p'   ? PRIO_PROCESS
                    : *kind == 'g' ? PRIO_PGRP
                                   : PRIO_USER;
        } else {
            good &= set(which, (id_t)integer(argv[at]), nice);
        }
    }
    return finish(good);
}
