/*
 * preempt.c: processes that compute and never sleep do not keep another from
 * the processor, whether one computes or ten.
 */
#include "tap.h"

#include "clone.h"

#include <sys/mman.h>

enum { MANY = 10 };

static volatile int *go;

/* A child that reports that it runs, and then waits without sleeping. */
static void
begin(int started)
{
    if (must_fork() == 0) {
        (void)!write(started, "x", 1);
        while (!*go) {
        }
        _exit(0);
    }
}

static void
test(int count, const char *name)
{
    int started[2], status, good = 0;
    char byte;

    *go = 0;
    if (pipe(started) != 0) {
        exit(1);
    }
    for (int i = 0; i < count; i++) {
        begin(started[1]);
    }
    for (int i = 0; i < count; i++) {
        (void)!read(started[0], &byte, 1);
    }
    *go = 1;
    while (wait(&status) > 0) {
        good += status == 0;
    }
    is(good, count, name);
    close(started[0]);
    close(started[1]);
}

int
main(void)
{
    go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
              -1, 0);
    test(1, "one that computes lets us tell it to end");
    test(MANY, "ten do");
    return done();
}
