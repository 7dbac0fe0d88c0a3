/*
 * wait_orphans.c: a zombie keeps its pid until its parent waits. Children of a
 * dead process get another parent; only that one can wait for them.
 */
#include "tap.h"

#include "raw.h"

static void
test_zombie(void)
{
    int ends[2];
    char c;

    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        setpgid(0, 0);
        _exit(0);
    }
    close(ends[1]);
    read(ends[0], &c, 1);
    is(kill(pid, 0), 0, "a zombie can be probed");
    is(kill(pid, SIGTERM), 0, "and killed, without effect");
    is(getpgid(pid), pid, "it has its process group");
    ok(getsid(pid) == getsid(0), "and its session");
    is(kill(-pid, 0), 0, "its group is there");
    int status = -1;
    is(waitpid(pid, &status, 0), pid, "until it is waited for");
    exited(status, 0, "with the status of its exit");
    fails(kill(pid, 0), ESRCH, "then the pid is unknown");
    fails(kill(-pid, 0), ESRCH, "so is the group");
    fails(getpgid(pid), ESRCH, "and it has no process group");
    close(ends[0]);
}

/* A chain first -> middle -> last; the middle dies, the last reports. */
static void
test_orphan(void)
{
    int ends[2], status = 0;
    struct {
        int changed, parent_is_self, waits;
    } seen = { 0, 0, 0 };
    pid_t first = getpid();

    pipe(ends);
    pid_t middle = must_fork();
    if (middle == 0) {
        pid_t before = getpid();
        if (must_fork() == 0) {
            for (int i = 0; i < 5000 && getppid() == before; i++) {
                nap(1);
            }
            seen.changed = getppid() != before && getppid() > 0;
            seen.parent_is_self = getppid() == getpid();
            seen.waits = getppid() == first;
            write(ends[1], &seen, sizeof(seen));
            _exit(9);
        }
        _exit(2);
    }
    close(ends[1]);
    is(waitpid(middle, &status, 0), middle, "the parent in between dies");
    exited(status, 2, "its status is its own");
    is(read(ends[0], &seen, sizeof(seen)), sizeof(seen), "its child lives on");
    ok(seen.changed, "with another parent");
    ok(!seen.parent_is_self && !seen.waits, "which is not in its line");
    fails(wait(NULL), ECHILD, "and its death is not the grandparent's");
    close(ends[0]);
}

/* Twenty orphans at once, some dead before their parent, some after. */
static void
test_many(void)
{
    int ends[2], n = 0;
    char c;

    pipe(ends);
    pid_t middle = must_fork();
    if (middle == 0) {
        pid_t before = getpid();
        for (int i = 0; i < 20; i++) {
            if (must_fork() != 0) {
                continue;
            }
            while (i % 2 && getppid() == before) {
                nap(1);
            }
            write(ends[1], "x", 1);
            _exit(i);
        }
        nap(10);
        _exit(0);
    }
    close(ends[1]);
    waitpid(middle, NULL, 0);
    while (read(ends[0], &c, 1) == 1) {
        n++;
    }
    is(n, 20, "twenty orphans come to their end");
    fails(wait(NULL), ECHILD, "none of them is a child of their grandparent");
    close(ends[0]);
}

/* The parent sits in wait while its child is killed by the grandchild. */
static void
test_killed_by_child(void)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        pid_t parent = getpid();
        if (must_fork() == 0) {
            kill(parent, SIGKILL);
            _exit(0);
        }
        while (1) {
            nap(1000);
        }
    }
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "a child kills its parent");
}

int
main(void)
{
    test_zombie();
    test_orphan();
    test_many();
    test_killed_by_child();
    return done();
}
