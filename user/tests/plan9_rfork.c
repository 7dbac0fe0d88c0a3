/*
 * plan9_rfork.c: the flags of Plan 9's rfork but RFMEM and the name space: what
 * a child shares, copies or gets clean, and the same for the caller.
 */
#include "names.h"

#include <plan9.h>

#define LIVES(fd) (fcntl(fd, F_GETFD) >= 0)

/* A child with these flags; it ends with what part returns. => that */
static int
child(int flags, int (*part)(void))
{
    int status = -1;
    int pid = rfork(flags | RFPROC);

    if (pid == 0) {
        _exit(part());
    }
    waitpid(pid, &status, 0);
    return pid < 0 ? -errno : WIFEXITED(status) ? WEXITSTATUS(status) : -999;
}

static int file;

static int
closes(void)
{
    return close(file) != 0;
}

static int
has_none(void)
{
    for (int fd = 0; fd < 100; fd++) {
        if (LIVES(fd)) {
            return fd + 1;
        }
    }
    return 0;
}

static int
cleans_itself(void)
{
    return rfork(RFCFDG) != 0 ? 100 : has_none();
}

static int
copies_itself(void)
{
    return rfork(RFFDG) != 0 || close(file) != 0;
}

static void
test_errors(void)
{
    fails(rfork(RFPROC | RFFDG | RFCFDG), EINVAL, "RFFDG and RFCFDG");
    fails(rfork(RFPROC | RFNAMEG | RFCNAMEG), EINVAL, "RFNAMEG and RFCNAMEG");
    fails(rfork(RFENVG | RFCENVG), EINVAL, "RFENVG and RFCENVG");
    fails(rfork(RFMEM), EINVAL, "RFMEM without RFPROC");
    fails(rfork(RFNOWAIT | RFFDG), EINVAL, "RFNOWAIT without RFPROC");
    fails(rfork(RFPROC | 0x8000), EINVAL, "an unknown flag");
    fails(rfork(RFPROC | RFNOMNT), EOPNOTSUPP, "RFNOMNT, by its name");
    fails(wait(NULL), ECHILD, "no child was made");
    is(rfork(0), 0, "nothing to change");
    is(rfork(RFREND), 0, "RFREND changes nothing");
}

static void
test_descriptors(void)
{
    put("f", "text");
    file = open("f", O_RDONLY);
    is(child(RFFDG, closes), 0, "RFFDG: a child closes a descriptor");
    ok(LIVES(file), "of its own table");
    is(child(0, copies_itself), 0, "one that shares the table leaves it");
    ok(LIVES(file), "and closes its own");
    is(child(0, closes), 0, "one that shares it closes one");
    ok(!LIVES(file), "for its parent, too");
    is(child(RFCFDG, has_none), 0, "RFCFDG: a child has no descriptor");
    ok(LIVES(0) && LIVES(1), "its parent has them");
    is(child(RFFDG, cleans_itself), 0, "a process that cleans its own");
}

/* => whether the variable has this value, or (NULL) none */
static int
is_set(const char *name, const char *want)
{
    char *value = getenv(name);
    int same = (value == NULL) == (want == NULL)
               && (want == NULL || strcmp(value, want) == 0);

    free(value);
    return same;
}

static int
sets(void)
{
    return !is_set("who", "parent") || putenv("who", "child") != 0
           || putenv("more", "x=y") != 0;
}

static int
has_no_variable(void)
{
    return !is_set("who", NULL) || putenv("who", "child") != 0
           || !is_set("who", "child");
}

static int
copies_environment(void)
{
    return rfork(RFENVG) != 0 || sets() != 0 || !is_set("who", "child");
}

static int
empties_environment(void)
{
    return rfork(RFCENVG) != 0 || has_no_variable() != 0;
}

static void
test_environment(void)
{
    char *long_one = calloc(1, 70000);

    putenv("who", "parent");
    is(child(RFFDG | RFENVG, sets), 0, "RFENVG: a child sets a variable");
    ok(is_set("who", "parent") && is_set("more", NULL), "in its own group");
    is(child(RFFDG | RFCENVG, has_no_variable), 0, "RFCENVG: it has none");
    ok(is_set("who", "parent"), "its parent has them");
    is(child(RFFDG, copies_environment), 0, "a process that leaves the group");
    is(child(RFFDG, empties_environment), 0, "or has an empty one");
    ok(is_set("who", "parent"), "changes it for nobody else");
    is(child(RFFDG, sets), 0, "in the group a child sets one");
    ok(is_set("who", "child") && is_set("more", "x=y"), "for its parent, too");
    is(putenv("who", "other"), 0, "another value");
    ok(is_set("who", "other") && is_set("more", "x=y"), "is the value");
    is(putenv("who", NULL), 0, "none");
    ok(is_set("who", NULL) && is_set("more", "x=y"), "is none");
    fails(putenv("a=b", "c"), EINVAL, "a name with =");
    memset(long_one, 'x', 69999);
    fails(putenv("long", long_one), ENOMEM, "more than a group holds");
    ok(is_set("long", NULL) && is_set("more", "x=y"), "and nothing is lost");
    free(long_one);
}

static int
leads_group(void)
{
    return getpgrp() == getpid();
}

static int
makes_group(void)
{
    int before = getpgrp() == getpid();
    return !before && rfork(RFNOTEG) == 0 && leads_group();
}

static void
test_notes(void)
{
    is(child(RFFDG, leads_group), 0, "a child is in its parent's note group");
    is(child(RFFDG | RFNOTEG, leads_group), 1, "RFNOTEG: it has its own");
    is(child(RFFDG, makes_group), 1, "a process that makes one");
}

static void
test_nowait(void)
{
    int ends[2];
    int told[2] = { -1, -1 };
    int pid;

    pipe(ends);
    pid = rfork(RFPROC | RFFDG | RFNOWAIT);
    if (pid == 0) {
        told[0] = getpid();
        told[1] = getppid();
        write(ends[1], told, sizeof(told));
        _exits("nobody hears this");
    }
    ok(pid > 0, "RFNOWAIT: a child");
    read(ends[0], told, sizeof(told));
    ok(told[0] == pid && told[1] != getpid(), "which is another's");
    fails(await((char *)told, 1), ECHILD, "is not waited for");
    close(ends[0]);
    close(ends[1]);
}

int
main(void)
{
    test_errors();
    test_descriptors();
    test_environment();
    test_notes();
    test_nowait();
    return done();
}
