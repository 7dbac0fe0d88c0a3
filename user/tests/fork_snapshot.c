/*
 * fork_snapshot.c: a child's memory is a consistent snapshot of its parent's.
 * The parent goes on writing the same pages as fast as it can; later each child
 * must find all pages as they were at the fork. The pages lie in four tables,
 * no two of them at the same index: so the TLB can keep a translation of each,
 * which the fork must flush.
 */
#include "tap.h"

#include <sys/mman.h>

#define PAGE 4096L
#define PAGES 16
#define CHILDREN 40

static volatile int *page[PAGES];

static void
write_all(int value)
{
    for (int i = 0; i < PAGES; i++) {
        page[i][0] = value;
        page[i][1023] = ~value;
    }
}

static int
all_are(int value)
{
    for (int i = 0; i < PAGES; i++) {
        if (page[i][0] != value || page[i][1023] != ~value) {
            return 0;
        }
    }
    return 1;
}

/* Look at once, after a while, and after the parent's end of writing. */
static int
watch(int value, int delay, int gate)
{
    char c;
    int good = all_are(value);

    nap(delay);
    good &= all_are(value);
    read(gate, &c, 1);
    good &= all_are(value);
    write_all(-value);
    return good && all_are(-value) ? 3 : 4;
}

int
main(void)
{
    char *base = mmap(NULL, 64L << 20, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int gate[2], good = 0, made = 0, status;

    for (int i = 0; i < PAGES; i++) {
        page[i] = (int *)(base + (i / 4) * (16L << 20) + i * PAGE);
    }
    pipe(gate);
    for (int n = 1; n <= CHILDREN; n++) {
        write_all(n);
        pid_t pid = fork();
        if (pid == 0) {
            close(gate[1]);
            _exit(watch(n, n % 5, gate[0]));
        }
        made += pid > 0;
        for (int i = 0; i < 200; i++) {
            write_all(n * 1000 + i);
        }
    }
    is(made, CHILDREN, "forty children are made while the parent writes");
    nap(20);
    write_all(77);
    close(gate[0]);
    close(gate[1]);
    while (wait(&status) > 0) {
        good += status == 0x300;
    }
    is(good, CHILDREN, "each keeps the instant of its birth");
    ok(all_are(77), "the parent has what it wrote last");
    return done();
}
