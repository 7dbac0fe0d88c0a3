/*
 * atomic.c: a write of up to 4096 bytes (PIPE_BUF) is in one piece: those of
 * four writers do not mix, though the reader makes room in odd pieces.
 */
#include "ends.h"

#define WRITERS 4
#define RECORDS 25

static char record[PIECE];
static char got[PIECE];

static void
writer(int end, int number, unsigned long size)
{
    for (int i = 0; i < RECORDS; i++) {
        memset(record, number, size);
        lab_check("PI-4", "the result of a write", size,
                  (unsigned long)write(end, record, size));
    }
    _exit(0);
}

/* The next record, by reads of odd sizes. */
static void
next(int end, unsigned long size)
{
    unsigned long have = 0, other = 0;

    while (have < size) {
        unsigned long want = lab_between(1, size - have);
        long n = read(end, got + have, want);
        lab_check("PI-4", "a read returns 1 byte or more", 1, n > 0);
        have += (unsigned long)n;
    }
    for (unsigned long i = 1; i < size; i++) {
        other += got[i] != got[0];
    }
    lab_check("PI-4", "bytes of another writer within one write", 0, other);
}

int
main(int argc, char **argv)
{
    unsigned long counts[WRITERS] = {0};
    pid_t pids[WRITERS];
    int ends[2];

    lab_begin(argc, argv);
    unsigned long size = lab_between(PIECE / 2, PIECE);
    make_pipe(ends);
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            writer(ends[1], i, size);
        }
    }
    nap(5);
    for (int i = 0; i < WRITERS * RECORDS; i++) {
        next(ends[0], size);
        counts[(int)got[0] % WRITERS]++;
    }
    for (int i = 0; i < WRITERS; i++) {
        lab_check("PI-4", "writes of each writer", RECORDS, counts[i]);
        lab_join(pids[i]);
    }
    lab_done();
}
