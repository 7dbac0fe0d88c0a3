/*
 * fork_none.c: under fork=none there is no fork, as on a machine that cannot
 * copy memory: ENOSYS, nothing made, while vfork and exec work.
 *
 * except: vfork=fork
 * expect:
 * ok 1 - the word can be set
 * ok 2 - fork
 * ok 3 - clone without CLONE_VM
 * ok 4 - no child was made
 * ok 5 - nothing is left of the attempts
 * ok 6 - vfork works
 * ok 7 - vfork and exec work
 * ok 8 - the child of vfork cannot fork either
 * ok 9 - set as it was
 * ok 10 - fork works again
 * 1..10
 */
#include "counts.h"
#include "knob.h"

#include <sys/syscall.h>

static volatile int seen;

static int
status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static void
test_no_fork(void)
{
    long heap = counts_get("heap"), free = counts_get("free");

    fails(fork(), ENOSYS, "fork");
    fails(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), ENOSYS,
        "clone without CLONE_VM");
    fails(wait(NULL), ECHILD, "no child was made");
    ok(counts_get("heap") == heap && counts_get("free") == free,
        "nothing is left of the attempts");
}

static void
test_vfork(void)
{
    char *args[] = { "true", NULL };
    pid_t pid = vfork();

    if (pid == 0) {
        seen = 7;
        _exit(3);
    }
    ok(status_of(pid) == 0x300 && seen == 7, "vfork works");
    pid = vfork();
    if (pid == 0) {
        execv("/bin/true", args);
        _exit(127);
    }
    is(status_of(pid), 0, "vfork and exec work");
    pid = vfork();
    if (pid == 0) {
        seen = fork() == -1 ? errno : 0;
        _exit(0);
    }
    status_of(pid);
    is(seen, ENOSYS, "the child of vfork cannot fork either");
}

int
main(void)
{
    char before[64];

    strcpy(before, knob_get(FORK_KNOB));
    is(knob_set(FORK_KNOB, "none"), 0, "the word can be set");
    test_no_fork();
    test_vfork();
    is(knob_set(FORK_KNOB, before), 0, "set as it was");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(5);
    }
    exited(status_of(pid), 5, "fork works again");
    return done();
}
