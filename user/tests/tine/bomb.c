/*
 * bomb.c: a process that forks for ever reaches a limit (EAGAIN) before it has
 * used up the memory of the others. (Under fork=eager a process is too large
 * for that: there memory ends first.)
 * seconds: 30
 * modes: tree table page
 * except: own=always
 *
 * expect:
 * ok 1 - in the end fork fails
 * ok 2 - by EAGAIN
 * ok 3 - with a fifth of memory left
 * ok 4 - all is well
 * ok 5 - all of them can be killed
 * ok 6 - then fork works
 * ok 7 - and their kernel stacks are memory again
 * 1..7
 */
#include "counts.h"

#define MANY 4096
/* What the kernel may keep: 64 stacks of two frames, a table for each 128 that
 * there were at once, and an empty page of each kind of object. */
#define KEPT(count) (64 * 2 + (count) / 128 + 1 + 16)

static pid_t children[MANY];

static int
nothing(void *unused)
{
    (void)unused;
    return 3;
}

/* Ended processes free their stacks a little later.  => the kernel's frames */
static long
kernel_frames(long stacks)
{
    for (int i = 0; i < 200 && counts_get("stacks") > stacks; i++) {
        nap(10);
    }
    return counts_find("kernel");
}

int
main(void)
{
    long before = counts_get("free");
    long kernel = counts_find("kernel"), stacks = counts_find("stacks");
    int count = 0, error = 0, buried = 0;

    while (count < MANY && error == 0) {
        pid_t pid = fork();
        if (pid == 0) {
            for (;;) {
                nap(1000000);
            }
        }
        error = pid < 0 ? errno : 0;
        children[count] = pid;
        count += pid > 0;
    }
    ok(error != 0, "in the end fork fails");
    is(error, EAGAIN, "by EAGAIN");
    ok(counts_get("free") > before / 5, "with a fifth of memory left");
    ok(counts_well(), "all is well");
    for (int i = 0; i < count; i++) {
        kill(children[i], SIGKILL);
    }
    while (wait(NULL) > 0) {
        buried++;
    }
    is(buried, count, "all of them can be killed");
    exited(in_child(nothing, NULL), 3, "then fork works");
    long more = kernel_frames(stacks) - kernel;
    ok(more <= KEPT(count), "and their kernel stacks are memory again");
    return done();
}
