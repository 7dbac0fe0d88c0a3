/*
 * fd_many.c: thousands of descriptors: the lowest free one, wherever holes are;
 * large numbers; RLIMIT_NOFILE; and how fork and exec copy and close many.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/resource.h>

enum { SOFT = 1024, HARD = 4096 };

static const char *self;

static long
set_limit(rlim_t soft, rlim_t hard)
{
    struct rlimit limit = { soft, hard };
    return raw(NR_prlimit64, 0, RLIMIT_NOFILE, P(&limit), 0);
}

static int
is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* dup until it fails. => how many descriptors from 0 on are open then */
static int
fill(void)
{
    int last = -1;

    for (int fd = dup(0); fd >= 0; fd = dup(0)) {
        last = fd > last ? fd : last;
    }
    return last + 1;
}

static void
close_from(int fd, int end)
{
    for (; fd < end; fd++) {
        close(fd);
    }
}

static void
test_limits(void)
{
    struct rlimit limit = { 0, 0 };

    getrlimit(RLIMIT_NOFILE, &limit);
    is(limit.rlim_cur, SOFT, "getrlimit: the soft limit");
    is(limit.rlim_max, HARD, "and the hard one");
    is(set_limit(200, 100), -EINVAL, "not more than the hard one");
    is(set_limit(200, 1L << 40), -EPERM, "not more than anybody may have");
    is(set_limit(1L << 32 | 20, 1L << 32 | 20), -EPERM, "all 64 bits count");
    is(raw(NR_prlimit64, 0, RLIMIT_NOFILE, 8, 0), -EFAULT, "a bad address");
    limit = (struct rlimit){ 500, HARD };
    is(raw(NR_prlimit64, getpid(), RLIMIT_NOFILE, P(&limit), P(&limit)), 0,
        "set and told at once");
    is(limit.rlim_cur, SOFT, "tells what it was");
    is(raw(NR_prlimit64, 0, RLIMIT_NOFILE, 0, P(&limit)), 0, "told");
    is(limit.rlim_cur, 500, "it is set");
    is(set_limit(SOFT, HARD), 0, "and back");
}

/* With the table full to the limit. */
static void
test_full(int limit)
{
    int p[2] = { -7, -7 };

    fails(dup(0), EMFILE, "dup at the limit");
    fails(open("/dev/null", O_RDONLY), EMFILE, "open");
    fails(open("new", O_RDWR | O_CREAT, 0644), EMFILE, "open of a new file");
    fails(access("new", F_OK), ENOENT, "which is not made");
    fails(pipe(p), EMFILE, "pipe, with none free");
    fails(fcntl(0, F_DUPFD, limit - 1), EMFILE, "F_DUPFD from the last");
    fails(fcntl(0, F_DUPFD, limit), EINVAL, "F_DUPFD from the limit");
    fails(dup2(0, limit), EBADF, "dup2 to the limit");
    is(dup2(0, limit - 1), limit - 1, "dup2 to the last works");
    is(dup2(1, 100), 100, "and over another");
    close(limit - 1);
    fails(pipe(p), EMFILE, "pipe, with one free");
    is(p[0], -7, "writes nothing");
    ok(!is_open(limit - 1), "and takes nothing");
    is(dup(0), limit - 1, "that one can be had");
    close(700);
    close(130);
    is(pipe(p), 0, "pipe, with two free");
    ok(p[0] == 130 && p[1] == 700, "has the two");
}

static void
test_holes(void)
{
    static const int holes[] = { 3, 63, 64, 127, 128, 1000, 1023 };
    int n = sizeof(holes) / sizeof(holes[0]);
    int wrong = 0;

    for (int i = n; i-- > 0;) {
        close(holes[i]);
    }
    is(fcntl(0, F_DUPFD, 129), 1000, "F_DUPFD: the first hole from 129");
    close(1000);
    is(fcntl(0, F_DUPFD, 128), 128, "from 128: itself");
    close(128);
    is(fcntl(0, F_DUPFD, 65), 127, "from 65: in the same word");
    close(127);
    is(fcntl(0, F_DUPFD, 1001), 1023, "from 1001: the last");
    close(1023);
    for (int i = 0; i < n; i++) {
        wrong += dup(0) != holes[i];
    }
    is(wrong, 0, "dup fills the holes from below");
    for (int fd = 3; fd < SOFT; fd += 2) {
        close(fd);
    }
    for (int fd = 3; fd < SOFT; fd += 2) {
        wrong += dup(0) != fd;
    }
    is(wrong, 0, "every other one too");
    fails(dup(0), EMFILE, "then there is none");
}

static void
test_lowered(void)
{
    is(set_limit(40, HARD), 0, "the soft limit below what is open");
    ok(is_open(900), "what is open stays so");
    is(dup2(900, 900), 900, "dup2 to itself");
    fails(dup2(0, 900), EBADF, "but not to another beyond");
    fails(fcntl(0, F_DUPFD, 40), EINVAL, "F_DUPFD from the limit");
    fails(dup(0), EMFILE, "dup");
    is(close(900), 0, "close beyond the limit");
    close(39);
    is(dup(0), 39, "dup below it");
    set_limit(0, HARD);
    close(5);
    fails(dup(0), EMFILE, "a limit of 0");
    fails(dup2(0, 5), EBADF, "for dup2");
    fails(fcntl(0, F_DUPFD, 0), EINVAL, "for F_DUPFD");
    set_limit(SOFT, HARD);
    is(dup(0), 5, "raised again: the hole");
    is(dup(0), 900, "and the other");
}

static void
test_raised(void)
{
    int wrong = 0;

    is(set_limit(HARD, HARD), 0, "the soft limit up to the hard one");
    is(dup2(0, HARD - 1), HARD - 1, "dup2 far away");
    is(fcntl(0, F_DUPFD, 3000), 3000, "F_DUPFD far away");
    ok(!is_open(3001) && !is_open(2999), "only that one");
    is(dup(0), SOFT, "the lowest free is where it was");
    is(fill(), HARD - 1, "all others can be had");
    fails(fcntl(0, F_DUPFD, HARD), EINVAL, "no more");
    for (int fd = 3; fd < HARD; fd++) {
        wrong += !is_open(fd);
    }
    is(wrong, 0, "all are open");
    close(4050);
    is(dup(0), 4050, "a hole near the end");
}

/* Both change what they share since the fork. */
static int
change(int lowest)
{
    int wrong = 0;

    close(2000);
    wrong += is_open(2000) || !is_open(2001);
    wrong += dup(0) != lowest || dup(0) != 2000;
    for (int fd = 3; fd < HARD; fd += 3) {
        close(fd);
    }
    for (int fd = 3; fd < HARD; fd++) {
        wrong += is_open(fd) == (fd % 3 == 0);
    }
    return wrong == 0 ? 3 : 4;
}

static void
test_fork(void)
{
    int wrong = 0, p[2];

    close(10);
    close(11);
    pipe(p);
    pid_t pid = must_fork();
    if (pid == 0) {
        char c;
        close(p[1]);
        _exit(read(p[0], &c, 1) == 0 ? change(p[1]) : 5);
    }
    close(500);
    close(p[1]);
    int status = -1;
    waitpid(pid, &status, 0);
    exited(status, 3, "a child changes its thousands");
    for (int fd = 3; fd < HARD; fd++) {
        wrong += is_open(fd) == (fd == 500 || fd == p[1]);
    }
    is(wrong, 0, "the parent's are as they were");
    is(dup(0), p[1], "and its lowest free one, too");
    is(dup(0), 500, "and the next");
}

/* As it is executed: odd ones are gone, and the limit is kept. */
static int
after_exec(void)
{
    struct rlimit limit = { 0, 0 };
    int wrong = 0;

    for (int fd = 3; fd < HARD; fd++) {
        wrong += is_open(fd) != (fd % 2 == 0);
    }
    raw(NR_prlimit64, 0, RLIMIT_NOFILE, 0, P(&limit));
    wrong += limit.rlim_cur != 3333 || limit.rlim_max != HARD;
    wrong += dup(0) != 3;
    return wrong == 0 ? 3 : 4;
}

static int
do_exec(void *unused)
{
    char *args[] = { "fd_many", "after", NULL };

    (void)unused;
    for (int fd = 3; fd < HARD; fd += 2) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    set_limit(3333, HARD);
    execv(self, args);
    return 5;
}

static void
test_exec(void)
{
    struct rlimit limit = { 0, 0 };

    exited(in_child(do_exec, NULL), 3, "exec closes every other of them");
    ok(is_open(3) && fcntl(5, F_GETFD) == 0, "only in the child");
    raw(NR_prlimit64, 0, RLIMIT_NOFILE, 0, P(&limit));
    is(limit.rlim_cur, HARD, "whose limit is its own");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 2) {
        return after_exec();
    }
    is(set_limit(SOFT, HARD), 0, "1,024 descriptors, 4,096 at most");
    test_limits();
    is(fill(), SOFT, "as many as the soft limit says");
    test_full(SOFT);
    test_holes();
    test_lowered();
    test_raised();
    test_fork();
    test_exec();
    close_from(3, HARD);
    is(dup(0), 3, "all closed: the first");
    return done();
}
