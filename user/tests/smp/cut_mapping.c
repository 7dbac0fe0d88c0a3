/*
 * cut_mapping.c: when truncate has returned, no process on any processor sees a
 * page that was cut off, however its memory was made. A process that reads or
 * writes there from then on is killed by SIGBUS.
 *
 * seconds: 60
 */
#include "smp.h"

enum { CHILDREN = 3, ROUNDS = 12 };

struct board {
    struct gate gate;
    int cut; /* the file is short now */
};

static struct board *board;
static int fd;

/* Use the page; an access that begins after the cut must not succeed. */
static void
use(char *at, int writes)
{
    for (unsigned n = 0;; n++) {
        int late = load(&board->cut);
        if (writes) {
            *(volatile char *)at = 'w';
        } else {
            (void)*(volatile char *)at;
        }
        if (late) {
            _exit(4); /* a translation of before the cut */
        }
        relax(n);
    }
}

static void
fill(void)
{
    static char page[PAGE];

    memset(page, 'x', PAGE);
    pwrite(fd, page, PAGE, 0);
    pwrite(fd, page, PAGE, PAGE);
}

/* => how many of the children were ended by SIGBUS */
static int
cut_once(int flags, int before, int writes)
{
    char *map = mmap(NULL, 2 * PAGE, RW, flags, fd, 0);
    pid_t pid[CHILDREN];
    int good = 0, status;

    fill();
    store(&board->cut, 0);
    if (before) {
        map[PAGE] = 'p'; /* what they share from their parent */
    }
    for (int i = 0; i < CHILDREN; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            on_cpu(i + 1);
            map[0] = 'c';
            if (writes) {
                map[PAGE] = 'c';
            }
            (void)*(volatile char *)(map + PAGE);
            meet(&board->gate, CHILDREN + 1);
            use(map + PAGE, writes);
        }
    }
    meet(&board->gate, CHILDREN + 1);
    ftruncate(fd, PAGE);
    store(&board->cut, 1);
    for (int i = 0; i < CHILDREN; i++) {
        waitpid(pid[i], &status, 0);
        good += WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS;
    }
    munmap(map, 2 * PAGE);
    return good;
}

static void
cut(int flags, int before, int writes, const char *name)
{
    int good = 0;

    for (int round = 0; round < ROUNDS; round++) {
        good += cut_once(flags, before, writes);
    }
    is(good, ROUNDS * CHILDREN, name);
}

int
main(void)
{
    board = shared(sizeof(*board));
    fd = open("file", O_RDWR | O_CREAT, 0600);
    cut(MAP_SHARED, 0, 0, "a shared page that is read");
    cut(MAP_SHARED, 1, 1, "a shared page that is written");
    cut(MAP_PRIVATE, 0, 0, "the file's page in private memory");
    cut(MAP_PRIVATE, 1, 0, "a copy that all have from their parent");
    cut(MAP_PRIVATE, 1, 1, "a copy of each one's own");
    unlink("file");
    return done();
}
