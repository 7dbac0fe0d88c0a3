/*
 * errors_groups.c: each error of setpgid, setsid, getpgid and getsid, as the
 * manual pages list them; and if two apply, which one the call returns.
 */
#include "errors.h"

#define NOBODY 0x7fffffff

enum kind { PLAIN, GROUP, SESSION, EXECUTED, SESSION_EXECUTED };

static const char *self;
static pid_t plain, group, session, executed, both, dead;

/* A child that made itself a group or a session, executed, and waits. */
static pid_t
child(enum kind kind)
{
    int gate[2];
    char c;

    pipe2(gate, O_CLOEXEC);
    pid_t pid = must_fork();
    if (pid == 0) {
        if (kind == GROUP) {
            setpgid(0, 0);
        }
        if (kind == SESSION || kind == SESSION_EXECUTED) {
            setsid();
        }
        if (kind == EXECUTED || kind == SESSION_EXECUTED) {
            char *args[] = { "waits", NULL };
            execv(self, args);
            _exit(127);
        }
        close(gate[1]);
        nap(20000);
        _exit(0);
    }
    close(gate[1]);
    read(gate[0], &c, 1);
    close(gate[0]);
    return pid;
}

static int
leads_group(void *unused)
{
    (void)unused;
    setpgid(0, 0);
    return raw(NR_setsid, 0, 0, 0, 0) == -EPERM ? 3 : 4;
}

static int
leads_session(void *unused)
{
    (void)unused;
    setsid();
    return raw(NR_setsid, 0, 0, 0, 0) == -EPERM
        && raw(NR_setpgid, 0, 0, 0, 0) == -EPERM
        && raw(NR_setpgid, 0, getpid(), 0, 0) == -EPERM ? 3 : 4;
}

/* The caller has left the group whose number is its pid. While the group has
 * members, the caller cannot make a session. */
static int
left_group(void *unused)
{
    pid_t outer = getpgrp();

    (void)unused;
    setpgid(0, 0);
    pid_t inner = child(PLAIN);
    setpgid(0, outer);
    int r = raw(NR_setsid, 0, 0, 0, 0) == -EPERM ? 3 : 4;
    kill(inner, SIGKILL);
    waitpid(inner, NULL, 0);
    return r == 3 && setsid() == getpid() ? 3 : 5;
}

static int
setpgid_of_parent(void *parent)
{
    return raw(NR_setpgid, (long)parent, 0, 0, 0) == -ESRCH ? 3 : 4;
}

static void
test_setpgid(void)
{
    const struct error_case cases[] = {
        { "setpgid", "a negative group", NR_setpgid, { plain, -1 }, EINVAL },
        { "setpgid", "that, of nobody", NR_setpgid, { NOBODY, -1 }, EINVAL },
        { "setpgid", "nobody", NR_setpgid, { NOBODY, 0 }, ESRCH },
        { "setpgid", "a negative process", NR_setpgid, { -plain, 0 }, EINVAL },
        { "setpgid", "a group that is not there", NR_setpgid,
            { plain, NOBODY }, EPERM },
        { "setpgid", "a process that is no group", NR_setpgid,
            { plain, executed }, EPERM },
        { "setpgid", "a group of another session", NR_setpgid,
            { plain, session }, EPERM },
        { "setpgid", "a child in another session", NR_setpgid,
            { session, 0 }, EPERM },
        { "setpgid", "which has executed", NR_setpgid, { both, 0 }, EPERM },
        { "setpgid", "a child that has executed", NR_setpgid,
            { executed, 0 }, EACCES },
        { "setpgid", "to a group that is not there", NR_setpgid,
            { executed, NOBODY }, EACCES },
        { "setpgid", "a child to a group", NR_setpgid, { plain, group }, 0 },
        { "setpgid", "to a dead leader's", NR_setpgid, { plain, dead }, 0 },
        { "setpgid", "to its own", NR_setpgid, { plain, plain }, 0 },
        { "setpgid", "where it is", NR_setpgid, { plain, 0 }, 0 },
        { "setpgid", "back to ours", NR_setpgid, { plain, getpgrp() }, 0 },
    };
    ERROR_TABLE(cases);
}

static void
test_others(void)
{
    const struct error_case cases[] = {
        { "getpgid", "nobody", NR_getpgid, { NOBODY }, ESRCH },
        { "getpgid", "a negative process", NR_getpgid, { -1 }, ESRCH },
        { "getsid", "nobody", NR_getsid, { NOBODY }, ESRCH },
        { "getsid", "a negative process", NR_getsid, { -1 }, ESRCH },
        { "kill", "a group that is not there", NR_kill, { -NOBODY, 0 },
            ESRCH },
        { "kill", "a process that is no group", NR_kill, { -executed, 0 },
            ESRCH },
        { "kill", "an odd signal to a group", NR_kill, { -group, 99 },
            EINVAL },
        { "kill", "a dead leader's group", NR_kill, { -dead, 0 }, 0 },
        { "wait4", "a group without children", NR_wait4, { -NOBODY }, ECHILD },
        { "wait4", "a process that is no child", NR_wait4, { NOBODY },
            ECHILD },
        { "wait4", "an odd flag", NR_wait4, { -1, 0, 0x100 }, EINVAL },
    };
    ERROR_TABLE(cases);
    is(raw(NR_getpgid, group, 0, 0, 0), group, "getpgid of a group's leader");
    is(raw(NR_getpgid, dead, 0, 0, 0), dead, "of one that is dead");
    is(raw(NR_getsid, session, 0, 0, 0), session, "getsid of a session's");
    is(raw(NR_getsid, plain, 0, 0, 0), getsid(0), "of a plain child");
}

static void
test_leaders(void)
{
    exited(in_child(leads_group, NULL), 3, "setsid, a group's leader: EPERM");
    exited(in_child(leads_session, NULL), 3,
        "setsid and setpgid, a session's leader: EPERM");
    exited(in_child(left_group, NULL), 3,
        "setsid, the group of that number has others in it: EPERM");
    exited(in_child(setpgid_of_parent, (void *)(long)getpid()), 3,
        "setpgid, the parent: ESRCH");
}

int
main(int argc, char **argv)
{
    (void)argc;
    self = argv[0];
    if (strcmp(self, "waits") == 0) {
        nap(20000);
        return 0;
    }
    plain = child(PLAIN);
    group = child(GROUP);
    session = child(SESSION);
    executed = child(EXECUTED);
    both = child(SESSION_EXECUTED);
    dead = must_fork();
    if (dead == 0) {
        setpgid(0, 0);
        _exit(0);
    }
    while (kill(-dead, 0) != 0) { /* until it has its group */
        nap(1);
    }
    test_setpgid();
    test_others();
    test_leaders();
    const pid_t all[] = { plain, group, session, executed, both, dead };
    for (int i = 0; i < COUNT_OF(all); i++) {
        kill(all[i], SIGKILL);
        waitpid(all[i], NULL, 0);
    }
    is(raw(NR_kill, -dead, 0, 0, 0), -ESRCH, "a group ends with its last");
    return done();
}
