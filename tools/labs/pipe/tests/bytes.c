/*
 * bytes.c: one process writes to a pipe and reads from it: the bytes come out
 * as they went in, wherever in the ring they are, and none are lost.
 */
#include "ends.h"

#define TOTAL (5UL * CAPACITY)

static char in[CAPACITY], out[CAPACITY];

int
main(int argc, char **argv)
{
    unsigned long written = 0, seen = 0;
    int ends[2];

    lab_begin(argc, argv);
    make_pipe(ends);
    while (seen < TOTAL) {
        unsigned long size = lab_between(1, CAPACITY - (written - seen));
        if (written - seen < CAPACITY) {
            stream_fill(in, written, size);
            lab_check("PI-1", "bytes written, of which all have room", size,
                      (unsigned long)write(ends[1], in, size));
            written += size;
        }
        size = lab_between(1, written - seen);
        lab_check("PI-1", "bytes read, of which all are there", size,
                  (unsigned long)read(ends[0], out, size));
        lab_check("PI-1", "bytes that are not what was written there", 0,
                  stream_wrong(out, seen, size));
        seen += size;
    }
    lab_done();
}
