/*
 * fork_many.c: fork and wait, ten thousand times: not a frame is lost, nor a
 * byte of the kernel's heap. Some children write, some make a grandchild that
 * they do not wait for, some are killed.
 *
 * seconds: 60
 * except: check=1
 * expect:
 * ok 1 - the counts can be read
 * ok 2 - ten thousand children, one after another
 * ok 3 - free
 * ok 4 - table
 * ok 5 - anon
 * ok 6 - kernel
 * ok 7 - heap
 * ok 8 - stacks
 * ok 9 - processes
 * ok 10 - files
 * ok 11 - all is well
 * ok 12 - forty that are killed while they fork
 * ok 13 - leave nothing behind
 * 1..13
 */
#include "counts.h"

#define CHILDREN 10000

static const char *const names[] = { "free", "table", "anon", "kernel",
    "heap", "stacks", "processes", "files" };

static volatile int value[3 * 1024];

static int
child(int n)
{
    if (n % 2 == 1) {
        value[n % 3 * 1024] = n;
    }
    if (n % 10 == 4) {
        fork();
    }
    if (n % 10 == 8) {
        kill(getpid(), SIGKILL);
    }
    return n & 127;
}

/* => how many ended as they should */
static int
run(int count)
{
    int good = 0, status;

    for (int n = 0; n < count; n++) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(child(n));
        }
        int want = n % 10 == 8 ? SIGKILL : (n & 127) << 8;
        good += waitpid(pid, &status, 0) == pid && status == want;
    }
    return good;
}

/* => how many of the processes that did nothing but fork died of SIGKILL,
 * which came at any time. */
static int
kill_forkers(int count)
{
    int good = 0, status;

    for (int n = 0; n < count; n++) {
        pid_t pid = must_fork();
        while (pid == 0) {
            if (fork() == 0) {
                _exit(0);
            }
            waitpid(-1, NULL, n % 2 ? WNOHANG : 0);
        }
        nap(1 + n % 4);
        kill(pid, SIGKILL);
        good += waitpid(pid, &status, 0) == pid && status == SIGKILL;
    }
    return good;
}

/* Orphans die when they come to it; init buries them. */
static void
wait_for_orphans(long processes)
{
    for (int i = 0; i < 500 && counts_get("processes") != processes; i++) {
        nap(2);
    }
}

/* The kernel keeps pages of its heap and stacks: how many depends on what ran
 * beside what. (`heap` and `stacks` say exactly what is in use.) One frame lost
 * in a thousand children would be more. */
#define STORE 4

static int
is_store(const char *name)
{
    return strcmp(name, "free") == 0 || strcmp(name, "kernel") == 0;
}

/* => all counts but the kernel's stores are as before */
static int
as_before(const long before[8])
{
    int same = counts_well();

    for (int i = 0; i < 8; i++) {
        same &= counts_find(names[i]) == before[i] || is_store(names[i]);
    }
    return same;
}

int
main(void)
{
    long before[8], processes = counts_get("processes");

    ok(processes > 0, "the counts can be read"); /* and warms up printf */
    run(20);
    wait_for_orphans(processes);
    for (int i = 0; i < 8; i++) {
        before[i] = counts_get(names[i]);
    }
    is(run(CHILDREN), CHILDREN, "ten thousand children, one after another");
    wait_for_orphans(processes);
    for (int i = 0; i < 8; i++) {
        long more = counts_get(names[i]) - before[i];
        ok(more == 0 || (is_store(names[i]) && -STORE <= more && more <= STORE),
            names[i]);
    }
    ok(counts_well(), "all is well");
    is(kill_forkers(40), 40, "forty that are killed while they fork");
    wait_for_orphans(processes);
    /* Many at once: the kernel may have kept stacks of theirs in store. */
    ok(as_before(before), "leave nothing behind");
    return done();
}
