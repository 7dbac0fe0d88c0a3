/*
 * hole_race.c: four processes read holes of a file that they have mapped, each
 * by itself, and all at once write there: no write is lost, and nobody reads
 * zeros after one.
 */
#include "smp.h"

#define PAGES   16L
#define WRITERS 4

struct board {
    struct gate gate;
    int stale;
};

static struct board *board;
static int fd;

/* In each page, first read; then add to its counter, by the mapping or, in a
 * place of one's own, by the descriptor. All is there for all at the next gate.
 */
static void
work(int me)
{
    on_cpu(me);
    char *at = mmap(NULL, PAGES * PAGE, RW, MAP_SHARED, fd, 0);
    const char *copy = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

    for (long i = 0; i < PAGES; i++) {
        int *count = (int *)(at + i * PAGE);
        const int *seen = (const int *)(copy + i * PAGE);
        int bad = load(count) != 0 || load(seen) != 0;
        meet(&board->gate, WRITERS);
        if ((me + i) % 2 == 0) {
            add(count, 1);
            bad |= load(seen) == 0;
        } else {
            int one = 1;
            pwrite(fd, &one, sizeof(one), i * PAGE + (me + 1) * 8);
            bad |= load(&count[(me + 1) * 2]) != 1
                || load(&seen[(me + 1) * 2]) != 1;
        }
        meet(&board->gate, WRITERS);
        bad |= load(count) != WRITERS / 2 || load(seen) != WRITERS / 2;
        add(&board->stale, bad);
    }
    _exit(0);
}

int
main(void)
{
    board = shared(sizeof(*board));
    fd = open("file", O_CREAT | O_RDWR, 0600);
    ftruncate(fd, PAGES * PAGE);
    for (int i = 0; i < WRITERS; i++) {
        if (fork() == 0) {
            work(i);
        }
    }
    while (wait(NULL) > 0) {
    }
    unlink("file");
    is(board->stale, 0, "no page was stale, and no write was lost");
    return done();
}
