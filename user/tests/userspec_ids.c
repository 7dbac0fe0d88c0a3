/*
 * userspec_ids.c: real, effective and saved user and group ids: which of them
 * setuid, setreuid, setresuid and their brothers for groups change, for root
 * and for others, and what fork and exec do with them.
 * seconds: 25
 */
#include "userspec.h"

#define SAME 0xffffffffu /* -1: leave it */

/* A call, begun with these ids: its result, and the ids after it. */
struct id_case {
    struct ids before;
    int call;
    unsigned arg[3];
    int result;
    struct ids after;
};

static const struct id_case users[] = {
    /* Root sets all three. */
    { { 0, 0, 0 }, CALL_setuid, { 5 }, 0, { 5, 5, 5 } },
    { { 5, 0, 6 }, CALL_setuid, { 7 }, 0, { 7, 7, 7 } },
    { { 5, 0, 6 }, CALL_setuid, { 5 }, 0, { 5, 5, 5 } },
    { { 0, 0, 0 }, CALL_setuid, { 4000000000u }, 0,
        { 4000000000u, 4000000000u, 4000000000u } },
    /* Others set the effective one, to the real or the saved one. */
    { { 5, 6, 7 }, CALL_setuid, { 5 }, 0, { 5, 5, 7 } },
    { { 5, 6, 7 }, CALL_setuid, { 7 }, 0, { 5, 7, 7 } },
    { { 5, 6, 7 }, CALL_setuid, { 6 }, EPERM, { 5, 6, 7 } },
    { { 5, 5, 5 }, CALL_setuid, { 0 }, EPERM, { 5, 5, 5 } },
    { { 5, 5, 5 }, CALL_setuid, { 5 }, 0, { 5, 5, 5 } },
    { { 5, 5, 0 }, CALL_setuid, { 0 }, 0, { 5, 0, 0 } },
    { { 0, 5, 0 }, CALL_setuid, { 0 }, 0, { 0, 0, 0 } },
    { { 0, 5, 0 }, CALL_setuid, { 6 }, EPERM, { 0, 5, 0 } },
    { { 0, 5, 5 }, CALL_setuid, { 0 }, 0, { 0, 0, 5 } },
    { { 0, 0, 0 }, CALL_setuid, { SAME }, EINVAL, { 0, 0, 0 } },
    { { 5, 5, 5 }, CALL_setuid, { SAME }, EINVAL, { 5, 5, 5 } },
    /* setreuid: the saved one follows the effective one. */
    { { 0, 0, 0 }, CALL_setreuid, { 5, 6 }, 0, { 5, 6, 6 } },
    { { 0, 0, 0 }, CALL_setreuid, { 5, SAME }, 0, { 5, 0, 0 } },
    { { 0, 0, 0 }, CALL_setreuid, { SAME, 6 }, 0, { 0, 6, 6 } },
    { { 5, 6, 7 }, CALL_setreuid, { SAME, SAME }, 0, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setreuid, { SAME, 5 }, 0, { 5, 5, 7 } },
    { { 5, 6, 7 }, CALL_setreuid, { SAME, 7 }, 0, { 5, 7, 7 } },
    { { 5, 6, 7 }, CALL_setreuid, { SAME, 6 }, 0, { 5, 6, 6 } },
    { { 5, 6, 7 }, CALL_setreuid, { 5, SAME }, 0, { 5, 6, 6 } },
    { { 5, 6, 7 }, CALL_setreuid, { 6, SAME }, 0, { 6, 6, 6 } },
    { { 5, 6, 7 }, CALL_setreuid, { 6, 5 }, 0, { 6, 5, 5 } },
    { { 5, 6, 7 }, CALL_setreuid, { 7, SAME }, EPERM, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setreuid, { 6, 8 }, EPERM, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setreuid, { 8, 5 }, EPERM, { 5, 6, 7 } },
    { { 0, 5, 5 }, CALL_setreuid, { 5, 0 }, 0, { 5, 0, 0 } },
    /* setresuid: each of the three from any of the three. */
    { { 0, 0, 0 }, CALL_setresuid, { 5, 6, 7 }, 0, { 5, 6, 7 } },
    { { 0, 0, 0 }, CALL_setresuid, { SAME, 6, SAME }, 0, { 0, 6, 0 } },
    { { 0, 0, 0 }, CALL_setresuid, { 5, SAME, 7 }, 0, { 5, 0, 7 } },
    { { 5, 6, 7 }, CALL_setresuid, { SAME, SAME, SAME }, 0, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setresuid, { 7, 5, 6 }, 0, { 7, 5, 6 } },
    { { 5, 6, 7 }, CALL_setresuid, { 6, 6, 6 }, 0, { 6, 6, 6 } },
    { { 5, 6, 7 }, CALL_setresuid, { 8, SAME, SAME }, EPERM, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setresuid, { 5, 8, SAME }, EPERM, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setresuid, { 7, 5, 0 }, EPERM, { 5, 6, 7 } },
    { { 0, 5, 6 }, CALL_setresuid, { SAME, 0, SAME }, 0, { 0, 0, 6 } },
    { { 5, 6, 0 }, CALL_setresuid, { SAME, 0, SAME }, 0, { 5, 0, 0 } },
    { { 5, 6, 0 }, CALL_setresuid, { 0, 0, 9 }, EPERM, { 5, 6, 0 } },
};

/* The same for groups: here it is the user who decides, uid 0 or not. */
static const struct id_case root_groups[] = {
    { { 0, 0, 0 }, CALL_setgid, { 5 }, 0, { 5, 5, 5 } },
    { { 5, 6, 7 }, CALL_setgid, { 8 }, 0, { 8, 8, 8 } },
    { { 5, 6, 7 }, CALL_setgid, { 0 }, 0, { 0, 0, 0 } },
    { { 5, 6, 7 }, CALL_setgid, { SAME }, EINVAL, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setregid, { 8, 9 }, 0, { 8, 9, 9 } },
    { { 5, 6, 7 }, CALL_setregid, { SAME, 5 }, 0, { 5, 5, 7 } },
    { { 5, 6, 7 }, CALL_setresgid, { 8, SAME, 9 }, 0, { 8, 6, 9 } },
};

static const struct id_case other_groups[] = {
    { { 5, 6, 7 }, CALL_setgid, { 5 }, 0, { 5, 5, 7 } },
    { { 5, 6, 7 }, CALL_setgid, { 7 }, 0, { 5, 7, 7 } },
    { { 5, 6, 7 }, CALL_setgid, { 6 }, EPERM, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setgid, { 8 }, EPERM, { 5, 6, 7 } },
    { { 0, 0, 0 }, CALL_setgid, { 8 }, EPERM, { 0, 0, 0 } },
    { { 5, 6, 7 }, CALL_setregid, { 6, 7 }, 0, { 6, 7, 7 } },
    { { 5, 6, 7 }, CALL_setregid, { SAME, 5 }, 0, { 5, 5, 7 } },
    { { 5, 6, 7 }, CALL_setregid, { 7, SAME }, EPERM, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setregid, { SAME, 8 }, EPERM, { 5, 6, 7 } },
    { { 5, 6, 7 }, CALL_setresgid, { 7, 5, 6 }, 0, { 7, 5, 6 } },
    { { 5, 6, 7 }, CALL_setresgid, { SAME, SAME, 8 }, EPERM, { 5, 6, 7 } },
};

static const char *
name_of(const struct id_case *one, int groups)
{
    static char name[128];
    static const char *const calls[] = { "set", "setre", "setres" };
    int count = one->call == CALL_setuid || one->call == CALL_setgid ? 1
        : one->call == CALL_setreuid || one->call == CALL_setregid ? 2 : 3;
    int n = snprintf(name, sizeof(name), "with %d %d %d: %s%s",
        one->before.real, one->before.effective, one->before.saved,
        calls[count - 1], groups ? "gid" : "uid");

    for (int i = 0; i < count; i++) {
        n += snprintf(name + n, sizeof(name) - (size_t)n, " %d",
            (int)one->arg[i]);
    }
    return name;
}

/* In a child: begin with the ids, make the call, look.
 * => 7: as it should be; 2: its result is not; 1: the ids are not */
static int
try_user(void *arg)
{
    const struct id_case *one = arg;

    raw(CALL_setresuid, one->before.real, one->before.effective,
        one->before.saved, 0);
    if (raw(one->call, one->arg[0], one->arg[1], one->arg[2], 0)
        != -one->result) {
        return 2;
    }
    return are(uids_now(), one->after.real, one->after.effective,
        one->after.saved) ? 7 : 1;
}

static unsigned uid;

static int
try_group(void *arg)
{
    const struct id_case *one = arg;

    raw(CALL_setresgid, one->before.real, one->before.effective,
        one->before.saved, 0);
    raw(CALL_setresuid, uid, uid, uid, 0);
    if (raw(one->call, one->arg[0], one->arg[1], one->arg[2], 0)
        != -one->result) {
        return 2;
    }
    return are(gids_now(), one->after.real, one->after.effective,
        one->after.saved) && are(uids_now(), uid, uid, uid) ? 7 : 1;
}

/* Who gave up root for good does not get it back. */
static int
gives_up(void *unused)
{
    (void)unused;
    raw(CALL_setuid, 1000, 0, 0, 0);
    return raw(CALL_setuid, 0, 0, 0, 0) == -EPERM
        && raw(CALL_setreuid, 0, 0, 0, 0) == -EPERM
        && raw(CALL_setresuid, 0, 0, 0, 0) == -EPERM
        && raw(CALL_setgid, 0, 0, 0, 0) == 0
        && raw(CALL_setgid, 5, 0, 0, 0) == -EPERM
        && raw(CALL_setgroups, 0, 0, 0, 0) == -EPERM
        && are(uids_now(), 1000, 1000, 1000) ? 7 : 1;
}

/* Who gave it up for a while does; without it, files are closed to it. */
static int
lends(void *unused)
{
    (void)unused;
    raw(CALL_setresuid, -1, 1000, -1, 0);
    if (raw(NR_open, P("secret"), O_RDONLY, 0, 0) != -EACCES
        || raw(CALL_setgroups, 0, 0, 0, 0) != -EPERM) {
        return 1;
    }
    raw(CALL_setresuid, -1, 0, -1, 0);
    return raw(NR_open, P("secret"), O_RDONLY, 0, 0) >= 0
        && raw(CALL_setgroups, 0, 0, 0, 0) == 0 ? 7 : 2;
}

static int
grandchild_looks(void *unused)
{
    (void)unused;
    return are(uids_now(), 5, 6, 7) && are(gids_now(), 8, 9, 10) ? 7 : 1;
}

static int
forks(void *unused)
{
    (void)unused;
    raw(CALL_setresgid, 8, 9, 10, 0);
    raw(CALL_setresuid, 5, 6, 7, 0);
    return WEXITSTATUS(in_child(grandchild_looks, NULL));
}

static int
execs(void *unused)
{
    (void)unused;
    raw(CALL_setresgid, 8, 9, 10, 0);
    raw(CALL_setresuid, 5, 6, 7, 0);
    execl("/proc/self/exe", "self", "look", NULL);
    return 1;
}

static int
changes(void *unused)
{
    (void)unused;
    raw(CALL_setresuid, 5, 5, 5, 0);
    return 7;
}

static void
test_processes(void)
{
    put("secret", "");
    chmod("secret", 0600);
    exited(in_child(gives_up, NULL), 7, "setuid gives up root for good");
    exited(in_child(lends, NULL), 7, "an effective id, for a while");
    exited(in_child(forks, NULL), 7, "a child has all ids of its parent");
    exited(in_child(execs, NULL), 7,
        "an exec keeps them, and saves the effective ones");
    exited(in_child(changes, NULL), 7, "a child changes its own");
    ok(are(uids_now(), 0, 0, 0), "its parent keeps its");
    unlink("secret");
}

static void
test_errors(void)
{
    unsigned id;
    returns(raw(CALL_getresuid, 1, P(&id), P(&id), 0), -EFAULT,
        "a bad place for the real one");
    returns(raw(CALL_getresuid, P(&id), 1, P(&id), 0), -EFAULT,
        "for the effective one");
    returns(raw(CALL_getresuid, P(&id), P(&id), 1, 0), -EFAULT,
        "for the saved one");
    returns(raw(CALL_getresgid, P(&id), P(&id), 1, 0), -EFAULT,
        "for a group");
    ok(getuid() == 0 && geteuid() == 0 && getgid() == 0 && getegid() == 0,
        "the test is root's");
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "look") == 0) {
        return are(uids_now(), 5, 6, 6) && are(gids_now(), 8, 9, 9) ? 7 : 1;
    }
    enter_work();
    for (int i = 0; i < COUNT_OF(users); i++) {
        exited(in_child(try_user, (void *)&users[i]), 7,
            name_of(&users[i], 0));
    }
    for (int i = 0; i < COUNT_OF(root_groups); i++) {
        exited(in_child(try_group, (void *)&root_groups[i]), 7,
            name_of(&root_groups[i], 1));
    }
    uid = 1000;
    for (int i = 0; i < COUNT_OF(other_groups); i++) {
        exited(in_child(try_group, (void *)&other_groups[i]), 7,
            name_of(&other_groups[i], 1));
    }
    test_processes();
    test_errors();
    leave_work();
    return done();
}
