/*
 * ids.c: the real, effective and saved user and group: what setuid and its
 * relatives change, for root and for others; and that fork copies them.
 */
#include "users.h"

#include <sys/prctl.h>

static int
ids_are(uid_t real, uid_t effective, uid_t saved)
{
    uid_t r, e, s;

    return getresuid(&r, &e, &s) == 0 && r == real && e == effective
           && s == saved && getuid() == real && geteuid() == effective;
}

static int
groups_are(gid_t real, gid_t effective, gid_t saved)
{
    gid_t r, e, s;

    return getresgid(&r, &e, &s) == 0 && r == real && e == effective
           && s == saved && getgid() == real && getegid() == effective;
}

static int
of_root(void *arg)
{
    (void)arg;
    ok(ids_are(0, 0, 0), "root begins as root");
    is(setresuid(1, 2, 3), 0, "root: any three");
    ok(ids_are(1, 2, 3), "are set");
    fails(setuid(0), EPERM, "then the way back is closed");
    return 0;
}

static int
of_root_and_back(void *arg)
{
    (void)arg;
    is(seteuid(A), 0, "seteuid of root");
    ok(ids_are(0, A, 0), "keeps the real and saved one");
    fails(setgid(7), EPERM, "meanwhile it may not change groups");
    fails(setgroups(0, NULL), EPERM, "nor the others");
    is(setuid(0), 0, "setuid to the saved one");
    ok(ids_are(0, 0, 0), "goes back");
    is(setgid(7), 0, "then it may");
    ok(groups_are(7, 7, 7), "and sets all three");
    is(setuid(A), 0, "setuid of root");
    ok(ids_are(A, A, A), "sets all three");
    fails(seteuid(0), EPERM, "for good");
    fails(setreuid(0, -1), EPERM, "by setreuid, too");
    fails(setgid(0), EPERM, "and groups");
    return 0;
}

static int
of_a_user(void *arg)
{
    (void)arg;
    is(setresuid(A, B, C), 0, "three ids");
    fails(setuid(77), EPERM, "setuid: only to one of them");
    fails(setuid(-1), EINVAL, "setuid: -1 is no user");
    fails(setgid(-1), EINVAL, "setgid: -1 is no group");
    is(setuid(C), 0, "setuid: the saved one");
    ok(ids_are(A, C, C), "becomes the effective one");
    is(setuid(A), 0, "setuid: the real one");
    ok(ids_are(A, A, C), "becomes the effective one");
    fails(setuid(B), EPERM, "B is lost");
    fails(setreuid(C, -1), EPERM, "setreuid: not the saved one as the real");
    is(setreuid(-1, C), 0, "but as the effective one");
    ok(ids_are(A, C, C), "which is saved then");
    is(setreuid(C, A), 0, "setreuid: swap them");
    ok(ids_are(C, A, A), "the saved one follows the effective one");
    is(setreuid(-1, -1), 0, "setreuid: nothing");
    ok(ids_are(C, A, A), "is changed");
    is(setresuid(-1, -1, -1), 0, "setresuid: nothing");
    is(setresuid(A, C, -1), 0, "setresuid: any order of them");
    ok(ids_are(A, C, A), "as asked");
    fails(setresuid(A, 5, C), EPERM, "setresuid: none else");
    ok(ids_are(A, C, A), "then none is changed");
    return 0;
}

static int
of_groups(void *arg)
{
    (void)arg;
    is(setresgid(10, 20, 30), 0, "three groups");
    ok(groups_are(10, 20, 30), "are set");
    is(setregid(-1, 40), 0, "root: any group");
    ok(groups_are(10, 40, 40), "setregid saves it");
    is(setresgid(10, 20, 30), 0, "again");
    setuid(A);
    is(setegid(30), 0, "a user: the saved one");
    ok(groups_are(10, 30, 30), "is effective");
    fails(setegid(20), EPERM, "not one that it had");
    fails(setregid(20, -1), EPERM, "by setregid neither");
    fails(setresgid(-1, -1, 20), EPERM, "nor by setresgid");
    is(setregid(30, 10), 0, "setregid: swap them");
    ok(groups_are(30, 10, 10), "the saved one follows");
    return 0;
}

static int
same_ids(void *arg)
{
    (void)arg;
    return !(ids_are(A, B, C) && groups_are(10, 20, 30)
             && getgroups(0, NULL) == 2);
}

static int
of_fork(void *arg)
{
    gid_t more[] = { 50, 40 };

    (void)arg;
    setgroups(2, more);
    setresgid(10, 20, 30);
    setresuid(A, B, C);
    exited(in_child(same_ids, NULL), 0, "fork: a child has all of them");
    if (fork() == 0) {
        setuid(C);
        _exit(!ids_are(A, C, C));
    }
    wait(NULL);
    ok(ids_are(A, B, C), "what it changes is its own");
    return 0;
}

static int
of_more_groups(void *arg)
{
    gid_t put[] = { 9, 3, 3, 70000, 1 }, got[8] = { 0 };
    static gid_t many[65537];
    int i;

    (void)arg;
    is(setgroups(5, put), 0, "setgroups");
    is(getgroups(0, NULL), 5, "getgroups counts them");
    is(getgroups(8, got), 5, "and stores them");
    ok(got[0] == 1 && got[1] == 3 && got[2] == 3 && got[3] == 9
       && got[4] == 70000, "in order");
    fails(getgroups(4, got), EINVAL, "if there is room");
    fails(getgroups(-1, got), EINVAL, "not for -1 of them");
    fails(setgroups(65537, many), EINVAL, "not more than 65,536");
    is(getgroups(0, NULL), 5, "then nothing is changed");
    for (i = 0; i < 65536; i++) {
        many[i] = (gid_t)(i * 40503u % 65536);
    }
    is(setgroups(65536, many), 0, "but so many");
    is(getgroups(65536, many), 65536, "all there");
    for (i = 0; i < 65536 && many[i] == (gid_t)i; i++) {
    }
    is(i, 65536, "in order");
    put[2] = -1;
    fails(setgroups(5, put), EINVAL, "-1 is no group");
    is(setgroups(0, NULL), 0, "none");
    is(getgroups(8, got), 0, "is none");
    return 0;
}

static int
of_dumpable(void *arg)
{
    (void)arg;
    is(prctl(PR_GET_DUMPABLE), 1, "a process may be looked into");
    setresuid(0, 0, 5);
    is(prctl(PR_GET_DUMPABLE), 1, "also after its saved id changed");
    is(prctl(PR_SET_PDEATHSIG, SIGUSR1), 0, "it wants a signal");
    seteuid(A);
    ok(prctl(PR_GET_DUMPABLE) != 1, "not after its effective one did");
    int signal = -1;
    prctl(PR_GET_PDEATHSIG, &signal);
    is(signal, 0, "and the signal is not sent");
    is(prctl(PR_SET_DUMPABLE, 1), 0, "it may say so itself");
    is(prctl(PR_GET_DUMPABLE), 1, "and may be looked into");
    setegid(0);
    is(prctl(PR_GET_DUMPABLE), 1, "no other group: no change");
    fails(prctl(PR_SET_DUMPABLE, 3), EINVAL, "3 means nothing");
    return 0;
}

int
main(void)
{
    in_turn(of_root);
    in_turn(of_root_and_back);
    in_turn(of_a_user);
    in_turn(of_groups);
    in_turn(of_fork);
    in_turn(of_more_groups);
    in_turn(of_dumpable);
    return done();
}
