/*
 * killed.c: SIGKILL ends a reader of an empty pipe and a writer to a full one.
 * A byte that comes then is for the next reader.
 */
#include "ends.h"

static void
dies(pid_t pid, const char *what)
{
    int status = 0;

    kill(pid, SIGKILL);
    lab_check("PI-7", what, 1, (unsigned long)ends_within(pid, SOON, &status));
    lab_check("PI-7", "its status", SIGKILL, (unsigned long)status);
}

static pid_t
reader(int end, int mine)
{
    pid_t pid = lab_fork();

    if (pid == 0) {
        char byte = 0;
        lab_check("PI-7", "the result of a read of one byte", 1,
                  (unsigned long)read(end, &byte, 1));
        lab_check("PI-7", "the byte that is for this reader",
                  (unsigned long)mine, (unsigned long)byte);
        _exit(0);
    }
    nap(5);
    return pid;
}

int
main(int argc, char **argv)
{
    int ends[2];

    lab_begin(argc, argv);
    make_pipe(ends);
    for (int i = 0; i < 4; i++) {
        char byte = (char)lab_between(1, 100);
        pid_t first = reader(ends[0], 0);
        pid_t second = reader(ends[0], byte);
        dies(first, "SIGKILL ends a reader that waits");
        write(ends[1], &byte, 1);
        ends_well("PI-7", "the next reader gets the byte", second, SOON);
    }
    fill_pipe(ends[1], 0);
    pid_t pid = lab_fork();
    if (pid == 0) {
        write(ends[1], "x", 1);
        _exit(0);
    }
    nap(5);
    dies(pid, "SIGKILL ends a writer that waits");
    lab_done();
}
