/*
 * flow.c: a writer and a reader, with pieces of all sizes: a stream of 400,000
 * bytes comes through in order, though the pipe is full and empty many times.
 */
#include "ends.h"

#define TOTAL 400000UL

static char buf[3 * CAPACITY / 2];

static void
writer(int end)
{
    unsigned long at = 0;

    while (at < TOTAL) {
        unsigned long most = lab_random() % 4 == 0 ? sizeof(buf) : PIECE;
        unsigned long size = lab_between(1, most);
        size = size < TOTAL - at ? size : TOTAL - at;
        stream_fill(buf, at, size);
        lab_check("PI-1", "bytes written by a write that may wait", size,
                  (unsigned long)write(end, buf, size));
        at += size;
    }
    _exit(0);
}

int
main(int argc, char **argv)
{
    int ends[2];
    unsigned long at = 0;

    lab_begin(argc, argv);
    make_pipe(ends);
    pid_t pid = lab_fork();
    if (pid == 0) {
        writer(ends[1]);
    }
    lab_random();
    while (at < TOTAL) {
        unsigned long most = lab_random() % 4 == 0 ? sizeof(buf) : PIECE;
        unsigned long size = lab_between(1, most);
        long n = read(ends[0], buf, size);
        lab_check("PI-1", "a read returns 1 byte or more", 1, n > 0);
        lab_check("PI-1", "bytes that are not what was written there", 0,
                  stream_wrong(buf, at, (unsigned long)n));
        at += (unsigned long)n;
    }
    lab_check("PI-1", "bytes of the stream", TOTAL, at);
    lab_join(pid);
    lab_done();
}
