/*
 * users.h: children that are not root. Users and groups are numbers: a host
 * need not know them.
 *
 * The lines of a child count, too: it gives their number to its parent.
 */
#pragma once

#include "names.h"

#include <grp.h>
#include <sys/mman.h>

enum { A = 1000, B = 1001, C = 1002 };

/* Run part(NULL), which prints lines, in a child, which may give up root. */
static inline void
in_turn(int (*part)(void *))
{
    int ends[2], counts[2] = { 0, 1 }, status;
    pid_t pid;

    pipe(ends);
    pid = must_fork();
    if (pid == 0) {
        part(NULL);
        counts[0] = tap_lines;
        counts[1] = tap_failures;
        write(ends[1], counts, sizeof(counts));
        _exit(0);
    }
    close(ends[1]);
    if (read(ends[0], counts, sizeof(counts)) == sizeof(counts)) {
        tap_lines = counts[0];
        tap_failures = counts[1];
    } else {
        ok(0, "a child ended early");
    }
    close(ends[0]);
    waitpid(pid, &status, 0);
}

/* Become a user of one group, for good. => 0 */
static inline int
become(uid_t uid, gid_t gid)
{
    return setgroups(0, NULL) || setresgid(gid, gid, gid)
           || setresuid(uid, uid, uid);
}
