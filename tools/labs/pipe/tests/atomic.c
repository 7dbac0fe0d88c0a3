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

/* => bytes of the record in `got` that are not its writer's */
static unsigned long
others(unsigned long size)
{
    unsigned long count = 0;

    for (unsigned long i = 1; i < size; i++) {
        count += got[i] != got[0];
    }
    return count;
}

/* The next record, by reads of odd sizes. */
static void
next(int end, unsigned long size)
{
    unsigned long have = 0;

    while (have < size) {
        unsigned long want = lab_between(1, size - have);
        long n = read(end, got + have, want);
        lab_check("PI-4", "a read returns 1 byte or more", 1, n > 0);
        have += (unsigned long)n;
    }
    lab_check("PI-4", "bytes of another writer within one write", 0,
              others(size));
}

/* One waits, as there is too little room for its record. Then there is room,
 * and another writes before it: the first may have left no part in the pipe. */
static void
overtake(unsigned long size)
{
    static char all[CAPACITY + 2 * PIECE];
    unsigned long room = lab_between(1, size - 1);
    unsigned long filler = CAPACITY - room, have = 0;
    int ends[2];

    make_pipe(ends);
    fill_pipe(ends[1], room);
    pid_t pid = lab_fork();
    if (pid == 0) {
        memset(record, 'w', size);
        lab_check("PI-4", "the result of a write that has waited", size,
                  (unsigned long)write(ends[1], record, size));
        _exit(0);
    }
    comes_to(pid, 'S');
    memset(record, 'o', size);
    have = (unsigned long)read(ends[0], all, size);
    write(ends[1], record, size);
    while (have < filler + 2 * size) {
        long n = read(ends[0], all + have, sizeof(all) - have);
        lab_check("PI-4", "a read returns 1 byte or more", 1, n > 0);
        have += (unsigned long)n;
    }
    memcpy(got, all + filler, size);
    lab_check("PI-4", "bytes of another writer within one write", 0,
              others(size));
    lab_join(pid);
    close(ends[0]);
    close(ends[1]);
}

int
main(int argc, char **argv)
{
    unsigned long counts[WRITERS] = {0};
    pid_t pids[WRITERS];
    int ends[2];

    lab_begin(argc, argv);
    unsigned long size = lab_between(PIECE / 2, PIECE);
    for (int i = 0; i < 4; i++) {
        overtake(size);
    }
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
