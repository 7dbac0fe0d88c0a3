/*
 * no_new_privs.c: prctl's PR_SET_NO_NEW_PRIVS: exec gives no new ids any more;
 * fork and exec keep it, and nothing takes it back.
 */
#include "userspec.h"

#include "abi/auxv.h"
#include "abi/prctl.h"

static long
get(void)
{
    return raw(NR_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0);
}

static long
secure(void)
{
    unsigned long *word = (unsigned long *)environ;

    while (*word != 0) {
        word++;
    }
    const struct auxv *v = (void *)(word + 1);
    while (v->a_type != AT_NULL && v->a_type != AT_SECURE) {
        v++;
    }
    return v->a_type == AT_SECURE ? (long)v->a_val : -1;
}

/* A copy of this program is root's, and whoever executes it is, too. */
static void
make_rooted(void)
{
    static char bytes[65536];
    int from = open("/proc/self/exe", O_RDONLY);
    int to = open("rooted", O_WRONLY | O_CREAT, 0700);
    long n;

    while ((n = read(from, bytes, sizeof(bytes))) > 0) {
        write(to, bytes, (size_t)n);
    }
    close(from);
    close(to);
    chmod("rooted", 06755);
}

/* The program, executed: who is it? */
static int
report(void)
{
    return get() << 3 | secure() << 2 | (gids_now().effective == 0) << 1
           | (uids_now().effective == 0);
}

/* As the student: exec of a program that is root's. */
static int
execs(void *confined)
{
    become(&student);
    if (confined != NULL) {
        raw(NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0);
    }
    execl("rooted", "rooted", "report", NULL);
    return 99;
}

static int
inherits(void *unused)
{
    (void)unused;
    return get() == 1 ? 7 : 8;
}

int
main(int argc, char **argv)
{
    const long more[6] = { PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1, 0 };

    (void)argv;
    if (argc > 1) {
        return report();
    }
    chmod(".", 0755);
    make_rooted();
    is(get(), 0, "at first it is off");
    exited(in_child(execs, NULL), 7, "exec gives its ids, and AT_SECURE");
    exited(in_child(execs, ""), 8, "with it, neither");
    returns(raw(NR_prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0), -EINVAL,
        "it is not switched off");
    returns(raw(NR_prctl, PR_SET_NO_NEW_PRIVS, 2, 0, 0), -EINVAL, "nor 2");
    returns(raw(NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 1, 0), -EINVAL,
        "a third argument");
    returns(raw_v(NR_prctl, more), -EINVAL, "a fifth");
    returns(raw(NR_prctl, PR_GET_NO_NEW_PRIVS, 1, 0, 0), -EINVAL,
        "to ask, no argument");
    is(get(), 0, "what was refused changed nothing");
    is(raw(NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0), 0, "it is switched on");
    is(get(), 1, "it is on");
    exited(in_child(inherits, NULL), 7, "in a child, too");
    is(raw(NR_prctl, 4, 1, 0, 0), 0, "dumpable is another matter");
    is(get(), 1, "it stays");
    unlink("rooted");
    return done();
}
