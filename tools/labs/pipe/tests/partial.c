/*
 * partial.c: a read returns what is there, and does not wait for more. A write
 * waits until all is written, and returns only then.
 */
#include "ends.h"

static char buf[2 * CAPACITY];

static void
reads(int ends[2])
{
    unsigned long size = lab_between(2, 1000);

    write(ends[1], buf, size);
    write(ends[1], buf, size);
    lab_check("PI-6", "a read of half of what is there", size / 2,
              (unsigned long)read(ends[0], buf, size / 2));
    lab_check("PI-6", "a read of more than is there", 2 * size - size / 2,
              (unsigned long)read(ends[0], buf, sizeof(buf)));
}

static void
writes(int ends[2])
{
    volatile int *step = family_step();
    unsigned long size = CAPACITY + lab_between(1, CAPACITY - 1);
    pid_t pid = lab_fork();

    if (pid == 0) {
        long n = write(ends[1], buf, size);
        *step = 1;
        lab_check("PI-6", "bytes that a large write returns", size,
                  (unsigned long)n);
        _exit(0);
    }
    nap(20);
    lab_check("PI-6", "a write is over before all is written", 0,
              (unsigned long)*step);
    for (unsigned long have = 0; have < size;) {
        long n = read(ends[0], buf, sizeof(buf));
        lab_check("PI-6", "a read returns 1 byte or more", 1, n > 0);
        have += (unsigned long)n;
    }
    lab_join(pid);
}

int
main(int argc, char **argv)
{
    int ends[2];

    lab_begin(argc, argv);
    make_pipe(ends);
    for (int i = 0; i < 5; i++) {
        reads(ends);
        writes(ends);
    }
    lab_done();
}
