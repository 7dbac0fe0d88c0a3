/*
 * eof.c: when the last writer is gone, a read gets what is left, and then 0, as
 * often as it asks. One writer of two is not the last.
 */
#include "ends.h"

/* A reader that expects so many bytes and then the end, twice. */
static pid_t
reader(int ends[2], unsigned long expected)
{
    pid_t pid = lab_fork();

    if (pid == 0) {
        static char buf[CAPACITY];
        unsigned long have = 0;
        long n;
        close(ends[1]);
        while (have < expected
               && (n = read(ends[0], buf, sizeof(buf))) > 0) {
            have += (unsigned long)n;
        }
        lab_check("PI-2", "bytes before the end of file", expected, have);
        lab_check("PI-2", "a read at the end of file", 0,
                  (unsigned long)read(ends[0], buf, 1));
        lab_check("PI-2", "the same again", 0,
                  (unsigned long)read(ends[0], buf, sizeof(buf)));
        _exit(0);
    }
    return pid;
}

/* The writer closes before the reader reads, or while it waits. */
static void
test(int early)
{
    static char block[PIECE];
    unsigned long size = lab_between(0, PIECE);
    int ends[2], status = 0;

    make_pipe(ends);
    int second = dup(ends[1]);
    write(ends[1], block, size);
    close(ends[1]);
    if (early) {
        close(second);
        ends[1] = -1;
    } else {
        ends[1] = second;
    }
    pid_t pid = reader(ends, size);
    if (!early) {
        lab_check("PI-2", "a reader has seen an end, though one can write", 0,
                  (unsigned long)ended(pid, 20, &status));
        close(second);
    }
    ends_well("PI-2", "a reader sees the end of file in time", pid, SOON);
    close(ends[0]);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (int i = 0; i < 6; i++) {
        test(i % 2);
    }
    lab_done();
}
