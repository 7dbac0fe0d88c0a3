/*
 * thread_faults.c: four threads touch the same fresh pages at once, of
 * anonymous memory and of a file, and pages that are shared with a child.
 * Each page is what it should be, and every store stays.
 *
 * seconds: 60
 */
#include "thread.h"

enum { COUNT = 4, PAGES = 48, ROUNDS = 3, WORDS = PAGE / sizeof(int) };

static struct gate gate;
static int (*page)[WORDS];
static int filling;     /* what else is on page i: filling * (i + 1) */

/* The four take different ways through the pages, and meet on some. */
static int
touch(void *arg)
{
    int who = NUMBER(arg), wrong = 0;

    on_cpu(who);
    meet(&gate, COUNT);
    for (int n = 0; n < PAGES; n++) {
        int i = who % 2 ? n : (n ^ 1);
        if (who == 3) {
            wrong += load(&page[i][100]) != filling * (i + 1);
        }
        add(&page[i][0], 1 + who);
        page[i][1 + who] = 10 + who;
        wrong += load(&page[i][100]) != filling * (i + 1)
                 || load(&page[i][1 + who]) != 10 + who;
    }
    return wrong == 0;
}

/* => whether all four, and then the sums, are right */
static int
by_four(void)
{
    pid_t pid[COUNT];
    int good = 1;

    for (int who = 1; who < COUNT; who++) {
        pid[who] = thread_start(who, touch, ARG(who));
    }
    good &= touch(ARG(0));
    for (int who = 1; who < COUNT; who++) {
        good &= code_of(pid[who]) == 1;
    }
    for (int i = 0; i < PAGES; i++) {
        good &= page[i][0] == 1 + 2 + 3 + 4;
        for (int who = 0; who < COUNT; who++) {
            good &= page[i][1 + who] == 10 + who;
        }
    }
    return good;
}

static void
test_fresh(int flags, int fd, int fill, const char *name)
{
    int good = 0;

    filling = fill;
    for (int round = 0; round < ROUNDS; round++) {
        page = mmap(NULL, PAGES * PAGE, RW, flags, fd, 0);
        good += by_four();
        for (int i = 0; fd >= 0 && i < PAGES; i++) {
            memset(page[i], 0, 20); /* a shared file keeps what is written */
        }
        munmap(page, PAGES * PAGE);
    }
    is(good, ROUNDS, name);
}

static int
untouched(void)
{
    for (int i = 0; i < PAGES; i++) {
        if (page[i][0] != 0 || page[i][4] != 0
            || page[i][100] != filling * (i + 1)) {
            return 0;
        }
    }
    return 1;
}

static void
test_copied(void)
{
    int good = 0, ends[2];
    char c;

    filling = 3;
    page = must_map(PAGES * PAGE, MAP_PRIVATE);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PAGES; i++) {
            memset(page[i], 0, PAGE);
            page[i][100] = filling * (i + 1);
        }
        pipe(ends);
        pid_t child = must_fork();
        if (child == 0) {
            close(ends[1]);
            read(ends[0], &c, 1);
            _exit(untouched());
        }
        int right = by_four();
        close(ends[0]);
        close(ends[1]);
        good += code_of(child) == 1 && right;
    }
    is(good, ROUNDS, "pages shared with a child");
}

int
main(void)
{
    static int text[WORDS];

    test_fresh(ANON, -1, 0, "fresh pages");
    test_fresh(MAP_SHARED | MAP_ANONYMOUS, -1, 0, "fresh shared pages");
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (int i = 0; i < PAGES; i++) {
        text[100] = 7 * (i + 1);
        write(fd, text, PAGE);
    }
    test_fresh(MAP_PRIVATE, fd, 7, "private pages of a file");
    test_fresh(MAP_SHARED, fd, 7, "shared pages of a file");
    close(fd);
    unlink("file");
    test_copied();
    return done();
}
