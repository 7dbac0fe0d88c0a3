/*
 * limspec_user.c: a user who is not root: limits that cannot be raised again,
 * those of others, and RLIMIT_NPROC, which counts the processes of a user.
 *
 * The users are numbers that nobody else has, so that what else runs on this
 * Linux does not count.
 */
#include "limspec.h"

enum { CALL_setresuid = 117, CALL_setgroups = 116, CALL_setresgid = 119 };

static const char *self;
static pid_t first_pid;

/* Be a user of one's own: number n of this test. */
static void
become(int n)
{
    long uid = 1000000 + (long)first_pid * 8 + n;

    raw(CALL_setgroups, 0, 0, 0, 0);
    raw(CALL_setresgid, uid, uid, uid, 0);
    if (raw(CALL_setresuid, uid, uid, uid, 0) != 0 || getuid() != uid) {
        _exit(98);
    }
}

/* Each case is a child; its bits say which checks held. */
static void
check(int (*body)(void *), const char *const *names, int count)
{
    int status = in_child(body, NULL);
    int held = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

    for (int i = 0; i < count; i++) {
        ok(status >= 0 && held != 98 && (held >> i & 1), names[i]);
    }
}

static int
bits(const int *held, int count)
{
    int all = 0;

    for (int i = 0; i < count; i++) {
        all |= (held[i] != 0) << i;
    }
    return all;
}

static const char *const raise_names[] = {
    "a user can lower the hard limit", "but not raise it: EPERM",
    "nor with the soft one", "what was refused changed nothing",
    "the soft one can go down", "and up to the hard one",
};

static int
raises(void *unused)
{
    int held[6];

    (void)unused;
    set_limit(NOFILE, 50, 60);
    become(0);
    held[0] = set_limit(NOFILE, 30, 40) == 0 && has_limit(NOFILE, 30, 40);
    held[1] = set_limit(NOFILE, 30, 41) == -EPERM;
    held[2] = set_limit(NOFILE, 60, 60) == -EPERM;
    held[3] = has_limit(NOFILE, 30, 40);
    held[4] = set_limit(NOFILE, 10, 40) == 0;
    held[5] = set_limit(NOFILE, 40, 40) == 0 && has_limit(NOFILE, 40, 40);
    return bits(held, 6);
}

static const char *const other_names[] = {
    "limits of a process of another user: EPERM", "to set them, too",
    "even to ask for nothing", "of one's own child they can be asked",
    "and set", "up to the hard limit",
};

static int
others(void *unused)
{
    struct limit limit = { 10, 20 };
    pid_t root = getppid();
    int held[6];

    (void)unused;
    set_limit(NOFILE, 20, 20);
    become(1);
    pid_t child = idle_child();
    held[0] = raw(NR_prlimit64, root, NOFILE, 0, P(&limit)) == -EPERM;
    held[1] = raw(NR_prlimit64, root, NOFILE, P(&limit), 0) == -EPERM;
    held[2] = raw(NR_prlimit64, root, NOFILE, 0, 0) == -EPERM;
    held[3] = raw(NR_prlimit64, child, NOFILE, 0, P(&limit)) == 0
              && limit.soft == 20;
    limit.soft = 10;
    held[4] = raw(NR_prlimit64, child, NOFILE, P(&limit), 0) == 0;
    limit.hard = 21;
    held[5] = raw(NR_prlimit64, child, NOFILE, P(&limit), 0) == -EPERM;
    end_child(child);
    return bits(held, 6);
}

static const char *const count_names[] = {
    "NPROC 3: oneself and a child", "and a second", "a third: EAGAIN",
    "when one was waited for there is room", "for just one",
    "with a higher limit there is, too",
};

static int
counts(void *unused)
{
    int held[6];
    pid_t children[4];

    (void)unused;
    set_limit(NPROC, 3, 4);
    become(2);
    children[0] = fork();
    if (children[0] == 0) {
        nap(100000);
    }
    held[0] = children[0] > 0;
    children[1] = fork();
    if (children[1] == 0) {
        nap(100000);
    }
    held[1] = children[1] > 0;
    held[2] = raw(NR_fork, 0, 0, 0, 0) == -EAGAIN;
    end_child(children[0]);
    children[0] = fork();
    if (children[0] == 0) {
        nap(100000);
    }
    held[3] = children[0] > 0;
    held[4] = raw(NR_fork, 0, 0, 0, 0) == -EAGAIN;
    set_soft(NPROC, 4);
    children[2] = fork();
    if (children[2] == 0) {
        nap(100000);
    }
    held[5] = children[2] > 0;
    for (int i = 0; i < 3; i++) {
        end_child(children[i]);
    }
    return bits(held, 6);
}

static const char *const kinds_names[] = {
    "NPROC 1: vfork fails, too", "but exec is possible",
    "another user has his own count", "who has ended counts until waited for",
};

static int
one_child_each(int n)
{
    become(n);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    until_state(pid, 'Z');
    int full = raw(NR_fork, 0, 0, 0, 0) == -EAGAIN;
    waitpid(pid, NULL, 0);
    return pid > 0 && full;
}

static int
kinds(void *unused)
{
    int held[4];
    int status = 0;

    (void)unused;
    set_limit(NPROC, 2, 2);
    pid_t one = must_fork();
    if (one == 0) {
        _exit(one_child_each(3) ? 7 : 8);
    }
    pid_t two = must_fork();
    if (two == 0) {
        _exit(one_child_each(4) ? 7 : 8);
    }
    waitpid(one, &status, 0);
    held[3] = WIFEXITED(status) && WEXITSTATUS(status) == 7;
    waitpid(two, &status, 0);
    held[2] = held[3] && WIFEXITED(status) && WEXITSTATUS(status) == 7;
    pid_t three = must_fork();
    if (three == 0) {
        char *args[] = { (char *)self, "after", NULL };
        become(5);
        set_soft(NPROC, 1);
        pid_t pid = vfork();
        if (pid == 0) {
            _exit(0);
        }
        if (pid > 0) {
            _exit(8);
        }
        execv(self, args);
        _exit(9);
    }
    waitpid(three, &status, 0);
    held[0] = WIFEXITED(status) && WEXITSTATUS(status) != 8;
    held[1] = WIFEXITED(status) && WEXITSTATUS(status) == 7;
    return bits(held, 4);
}

/* Root has no such limit. */
static int
root_forks(void *unused)
{
    (void)unused;
    set_limit(NPROC, 1, 1);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return pid > 0 && waitpid(pid, NULL, 0) == pid ? 7 : 8;
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return 7;
    }
    first_pid = getpid();
    check(raises, raise_names, 6);
    check(others, other_names, 6);
    check(counts, count_names, 6);
    check(kinds, kinds_names, 4);
    exited(in_child(root_forks, NULL), 7, "NPROC is no limit for root");
    return done();
}
