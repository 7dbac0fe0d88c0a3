/*
 * truncate_storm.c: one process truncates a file and writes it again, with
 * numbers that grow, while others map it, touch it, fork and end. A reader that
 * looks after a number was announced finds it, a later one, a zero of a file
 * that is being written, or nothing. It never finds an older number: that would
 * be a page that truncation left mapped.
 *
 * seconds: 60
 */
#include "smp.h"

enum { PAGES = 24, ROUNDS = 150, LOOKERS = 3, DEPTH = 3, SIZE = PAGES * PAGE };

static struct common {
    int number; /* announced: the whole file has it */
    int ended;
    int faults;
    int looks[3]; /* at nothing, at a zero, at a number */
} *common;

static int fd;

/* Read the number in a page, as the kernel reads it: there may be no page. */
static void
look(const int *page, int pipe_ends[2])
{
    int announced = load(&common->number);
    int found = 0;

    if (write(pipe_ends[1], page, sizeof(int)) != sizeof(int)) {
        add(&common->looks[0], 1);
        return;
    }
    read(pipe_ends[0], &found, sizeof(found));
    add(&common->looks[found == 0 ? 1 : 2], 1);
    if (found != 0 && found < announced) {
        add(&common->faults, 1);
    }
}

/* A family: each looks at some pages in both mappings and has a child. */
static void
family(char *shared, char *private, unsigned long *seed, int depth)
{
    int ends[2];

    pipe(ends);
    on_cpu((int)pick(seed, 4));
    for (int i = 0; i < 12; i++) {
        look((int *)(shared + pick(seed, PAGES) * PAGE), ends);
        look((int *)(private + pick(seed, PAGES) * PAGE), ends);
    }
    pid_t pid = depth > 0 ? fork() : -1;
    if (pid == 0) {
        close(ends[0]);
        close(ends[1]);
        *seed += (unsigned long)depth;
        family(shared, private, seed, depth - 1);
        _exit(0);
    }
    for (int i = 0; i < 12; i++) {
        look((int *)(shared + pick(seed, PAGES) * PAGE), ends);
        look((int *)(private + pick(seed, PAGES) * PAGE), ends);
    }
    close(ends[0]);
    close(ends[1]);
    if (pid > 0) {
        code_of(pid);
    }
}

static void
looker(int who)
{
    unsigned long seed = (unsigned long)who + 1;

    on_cpu(who);
    while (!load(&common->ended)) {
        char *shared = mmap(NULL, SIZE, RW, MAP_SHARED, fd, 0);
        char *private = mmap(NULL, SIZE, RW, MAP_PRIVATE, fd, 0);
        family(shared, private, &seed, DEPTH);
        munmap(shared, SIZE);
        munmap(private, SIZE);
    }
    _exit(0);
}

static void
writer(void)
{
    static int page[PAGE / sizeof(int)];

    for (int number = 1; number <= ROUNDS; number++) {
        ftruncate(fd, 0);
        page[0] = number;
        for (long i = 0; i < PAGES; i++) {
            pwrite(fd, page, PAGE, i * PAGE);
        }
        store(&common->number, number);
        spin(20000);
    }
}

int
main(void)
{
    pid_t pids[LOOKERS];
    int good = 1;

    common = shared(sizeof(*common));
    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (int i = 0; i < LOOKERS; i++) {
        pids[i] = must_fork();
        if (pids[i] == 0) {
            looker(i + 1);
        }
    }
    writer();
    store(&common->ended, 1);
    for (int i = 0; i < LOOKERS; i++) {
        good = code_of(pids[i]) == 0 && good;
    }
    ok(good && no_child(), "all have ended");
    is(common->faults, 0, "nobody has seen a page that the file has lost");
    ok(common->looks[2] > 0, "they have seen what was written");
    return done();
}
