/*
 * plan9_names.c: rfork and name spaces: a child shares its parent's, has a copy
 * (RFNAMEG), or one without mounts (RFCNAMEG). They are root's.
 */
#include "users.h"

#include <plan9.h>
#include <sys/mount.h>

#define BIND(from, to) mount(from, to, NULL, MS_BIND, NULL)
#define READS(path, text) (strcmp(text_of(path), text) == 0)

static int
child(int flags, int (*part)(void))
{
    int status = -1;
    int pid = rfork(flags | RFPROC | RFFDG);

    if (pid == 0) {
        _exit(part());
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
binds(void)
{
    return BIND("a", "b") != 0 || !READS("b/f", "of a");
}

static int
unbinds(void)
{
    return !READS("b/f", "of a") || umount2("b", 0) != 0
           || !READS("b/f", "of b");
}

static int
finds_nothing_bound(void)
{
    return !READS("b/f", "of b") || BIND("a", "b") == 0;
}

static int
leaves(void)
{
    return rfork(RFNAMEG) != 0 || unbinds() != 0;
}

static int
leaves_all(void)
{
    return rfork(RFCNAMEG) != 0 || finds_nothing_bound() != 0;
}

static int
test_spaces(void *unused)
{
    (void)unused;
    is(rfork(RFNAMEG), 0, "RFNAMEG: the caller has its own name space");
    is(child(0, binds), 0, "a child binds");
    ok(READS("b/f", "of a"), "in the name space that is its parent's, too");
    is(child(RFNAMEG, unbinds), 0, "RFNAMEG: a child has a copy");
    ok(READS("b/f", "of a"), "so we see nothing of what it does");
    is(child(0, leaves), 0, "a process that makes itself one");
    is(child(RFCNAMEG, finds_nothing_bound), 0, "RFCNAMEG: one without mounts");
    is(child(0, leaves_all), 0, "a process that makes itself one");
    ok(READS("b/f", "of a"), "ours is as it was");
    is(child(RFNAMEG | RFMEM, unbinds), 0, "with RFMEM");
    is(child(RFNAMEG | RFNOWAIT, unbinds), -1, "with RFNOWAIT");
    return 0;
}

static int
test_user(void *unused)
{
    (void)unused;
    become(A, A);
    fails(rfork(RFNAMEG), EPERM, "not root: RFNAMEG");
    fails(rfork(RFCNAMEG | RFFDG), EPERM, "RFCNAMEG");
    fails(rfork(RFPROC | RFNAMEG), EPERM, "RFNAMEG of a child");
    fails(rfork(RFPROC | RFFDG | RFCNAMEG), EPERM, "RFCNAMEG");
    fails(wait(NULL), ECHILD, "no child was made");
    is(child(0, leaves), 1, "a child in the same, which has no other");
    return 0;
}

int
main(void)
{
    mkdir("a", 0755);
    mkdir("b", 0755);
    put("a/f", "of a");
    put("b/f", "of b");
    in_turn(test_spaces);
    in_turn(test_user);
    ok(READS("b/f", "of b"), "outside nothing was bound");
    return done();
}
