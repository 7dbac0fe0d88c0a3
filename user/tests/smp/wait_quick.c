/*
 * wait_quick.c: hundreds of children end on one processor while their parent
 * waits, polls or ignores them on another: wait finds each once, without delay,
 * and then it no longer exists.
 *
 * seconds: 60
 */
#include "smp.h"

enum { CHILDREN = 1000, LOOKS = 300, BATCHES = 25, BATCH = 16, ORPHANS = 150 };

/* One that ends on the next processor. */
static pid_t
quick(int code)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        on_cpu(1);
        raw(code % 2 ? NR_exit : NR_exit_group, code, 0, 0, 0);
    }
    return pid;
}

static int
gone(pid_t pid)
{
    return raw(NR_kill, pid, 0, 0, 0) == -ESRCH
           && raw(NR_getpgid, pid, 0, 0, 0) == -ESRCH
           && raw(NR_wait4, pid, 0, WNOHANG, 0) == -ECHILD;
}

static void
test_wait(void)
{
    int good = 0, ends = 0;

    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = quick(i % 100);
        good += code_of(pid) == i % 100;
        ends += gone(pid);
    }
    is(good, CHILDREN, "each child can be waited for");
    is(ends, CHILDREN, "and is gone after that");
}

/* The parent waits for it as soon as it is a zombie, even if it is still on its
 * kernel stack. */
static void
test_look(void)
{
    int good = 0;

    for (int i = 0; i < LOOKS; i++) {
        int status = -1;
        pid_t got = 0, pid = quick(i % 100);
        for (unsigned n = 0; got == 0; n++) {
            got = waitpid(pid, &status, WNOHANG);
            relax(n);
        }
        good += got == pid && status == i % 100 << 8 && gone(pid);
    }
    is(good, LOOKS, "the same if its parent looks all the time");
}

/* The parent does not wait for these: each vanishes soon after its end. */
static void
test_ignored(void)
{
    int good = 0;

    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < BATCHES; i++) {
        pid_t pid[BATCH];
        for (int k = 0; k < BATCH; k++) {
            pid[k] = quick(k);
        }
        good += no_child();
        for (unsigned n = 0, k = 0; k < BATCH; n++) {
            k += gone(pid[k]);
            relax(n);
        }
    }
    signal(SIGCHLD, SIG_DFL);
    is(good, BATCHES, "ignored children: wait ends when all have ended");
}

/* Parent and child end side by side. */
static void
test_orphans(void)
{
    struct family family;
    int good = 0;

    family_begin(&family);
    for (int i = 0; i < ORPHANS; i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            pid_t child = quick(1);
            spin(i * 20);
            _exit(child > 0 ? 7 : 8);
        }
        good += code_of(pid) == 7;
    }
    is(good, ORPHANS, "a parent ends as its child does");
    ok(family_end(&family) && no_child(), "nobody is left");
}

int
main(void)
{
    on_cpu(0);
    test_wait();
    test_look();
    test_ignored();
    test_orphans();
    return done();
}
