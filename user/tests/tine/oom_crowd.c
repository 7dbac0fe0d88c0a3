/*
 * oom_crowd.c: who is killed for memory ends before others go on: of three
 * hundred who compute, one under SCHED_FIFO, and each of whom holds a little,
 * root's program gets memory without waiting for their turns.
 *
 *   oom_crowd [exact]      exact: the time counts (tools/run --icount)
 *
 * seconds: 60
 * expect:
 * ok 1 - root's program has its memory
 * ok 2 - in time
 * ok 3 - all others end
 * 1..3
 */
#include "counts.h"

#include "../now.h"

#include <sched.h>
#include <sys/mman.h>

enum { CROWD = 300, PAGE = 4096, OWN = 30 /* frames of each, besides */,
    MORE = 2000 /* than are left */ };

static char *
touch(long pages)
{
    char *at = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (long i = 0; i < pages; i++) {
        at[i * PAGE] = 1;
    }
    return at;
}

static void
computes(long pages, const int ready[2], const int go[2], int priority)
{
    char byte;
    struct sched_param param = { .sched_priority = priority };

    sched_setscheduler(0, priority != 0 ? SCHED_FIFO : SCHED_OTHER, &param);
    setresuid(1000, 1000, 1000);
    touch(pages);
    close(go[1]);
    write(ready[1], "r", 1);
    read(go[0], &byte, 1); /* its end */
    for (;;) {
    }
}

int
main(int argc, char *argv[])
{
    long most = argc > 1 ? 100000000L : 30000000000L;
    long pages = counts_get("free") / CROWD - OWN;
    struct sched_param urgent = { .sched_priority = 60 };
    int ready[2], go[2];
    char byte;

    (void)argv;
    pipe(ready);
    pipe(go);
    pid_t group = must_fork();
    if (group == 0) {
        setpgid(0, 0);
        for (int i = 0; i < CROWD; i++) {
            if (must_fork() == 0) {
                computes(pages, ready, go, i == 0 ? 50 : 0);
            }
        }
        close(go[1]);
        while (wait(NULL) > 0) {
        }
        _exit(0);
    }
    for (int i = 0; i < CROWD; i++) {
        read(ready[0], &byte, 1);
    }
    long left = counts_get("free"), start = now_ns();
    sched_setscheduler(0, SCHED_FIFO, &urgent);
    close(go[1]);
    ok(touch(left + MORE)[0] == 1, "root's program has its memory");
    ok(now_ns() - start <= most, "in time");
    kill(-group, SIGKILL);
    ok(waitpid(group, NULL, 0) == group, "all others end");
    return done();
}
