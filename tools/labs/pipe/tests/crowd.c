/*
 * crowd.c: many wait at one pipe. Who is woken and leaves something for the
 * next has to see that the next is woken; the end of file is for all.
 */
#include "ends.h"

#define CROWD 12

static char block[PIECE];
static pid_t pids[CROWD];

static void
asleep(void)
{
    for (int i = 0; i < CROWD; i++) {
        comes_to(pids[i], 'S');
    }
}

static void
all_end(const char *what)
{
    for (int i = 0; i < CROWD; i++) {
        ends_well("PI-8", what, pids[i], SOON);
    }
}

/* => a pipe with readers that want `bytes` each, or the end */
static void
readers(int ends[2], long bytes)
{
    make_pipe(ends);
    for (int i = 0; i < CROWD; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            close(ends[1]);
            lab_check("PI-8", "the result of each reader's read",
                      (unsigned long)bytes,
                      (unsigned long)read(ends[0], block, 1));
            _exit(0);
        }
    }
    asleep();
}

static void
done(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

int
main(int argc, char **argv)
{
    int ends[2];

    lab_begin(argc, argv);
    readers(ends, 1);
    write(ends[1], block, CROWD);
    all_end("one write for all: each reader has its byte in time");
    done(ends);

    readers(ends, 0);
    close(ends[1]);
    all_end("the end of file is for each reader, in time");
    close(ends[0]);

    make_pipe(ends);
    fill_pipe(ends[1], 0);
    unsigned long size = lab_between(PIECE / 2, PIECE);
    for (int i = 0; i < CROWD; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            lab_check("PI-8", "the result of each writer's write", size,
                      (unsigned long)write(ends[1], block, size));
            _exit(0);
        }
    }
    asleep();
    static char much[CROWD * PIECE];
    read(ends[0], much, sizeof(much));
    all_end("one read makes room for all: each writer is done in time");
    done(ends);
    lab_done();
}
