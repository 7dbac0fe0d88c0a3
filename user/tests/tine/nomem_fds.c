/*
 * nomem_fds.c: allocations fail at every point of calls on descriptors, pipes
 * and signals, one by one; nomem.h says how, and what must hold. The descriptor
 * table is shared since a fork, so the first process that changes it copies it.
 *
 * seconds: 40
 * expect:
 * ok 1 - pipe
 * ok 2 - pipe2
 * ok 3 - pipe whose second end needs a larger table
 * ok 4 - write to a pipe
 * ok 5 - write of many pages to a pipe
 * ok 6 - dup
 * ok 7 - dup2
 * ok 8 - dup2 far away
 * ok 9 - dup3 far away
 * ok 10 - F_DUPFD far away
 * ok 11 - F_SETFD
 * ok 12 - close
 * ok 13 - sigaction
 * ok 14 - a table of hundreds grows
 * ok 15 - and copied, after a fork
 * ok 16 - close needs none, its table once owned
 * ok 17 - sigprocmask needs none
 * ok 18 - kill works without
 * ok 19 - F_SETLK
 * ok 20 - F_SETLK that cuts another
 * ok 21 - setrlimit
 * ok 22 - pidfd_open
 * ok 23 - pidfd_getfd
 * 1..23
 */
#include "nomem.h"

#include <sys/resource.h>

static char block[20000];
static int ends[2];

/* ---- Pipes ---- */

static void
do_pipe(void)
{
    CALL(SYS_pipe, P(ends));
}

static void
do_pipe2(void)
{
    CALL(SYS_pipe2, P(ends), O_CLOEXEC | O_NONBLOCK);
}

/* The first end takes the last place in the table, which must grow. */
static void
pipe_grows(void)
{
    while (dup(0) < 22) {
    }
    CALL(SYS_pipe, P(ends));
}

static void
write_pipe(void)
{
    pipe(ends);
    CALL(SYS_write, ends[1], P("hello"), 5);
}

static void
write_much(void)
{
    pipe(ends);
    CALL(SYS_write, ends[1], P(block), sizeof(block));
}

static int
pipe_empty(void)
{
    char c;

    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return read(ends[0], &c, 1) < 0 && errno == EAGAIN;
}

/* ---- Descriptors ---- */

static void
do_pidfd(void)
{
    CALL(SYS_pidfd_open, getpid(), 0);
}

/* The last place in the table is taken, which must grow. */
static void
do_getfd(void)
{
    int self = (int)raw(SYS_pidfd_open, getpid(), 0, 0, 0);

    while (dup(0) < 23) {
    }
    CALL(SYS_pidfd_getfd, self, 0, 0);
}

static void
do_dup(void)
{
    CALL(SYS_dup, 0);
}

static void
dup2_near(void)
{
    CALL(SYS_dup2, 0, 1);
}

static void
dup2_far(void)
{
    dup2(0, 18);
    CALL(SYS_dup2, 0, 100);
}

static void
dup3_far(void)
{
    CALL(SYS_dup3, 0, 255, O_CLOEXEC);
}

static void
dupfd_far(void)
{
    CALL(SYS_fcntl, 0, F_DUPFD, 200);
}

static int
none_far(void)
{
    return fcntl(100, F_GETFD) < 0 && fcntl(200, F_GETFD) < 0
           && fcntl(255, F_GETFD) < 0;
}

/* A table of several pages, which is ours alone, grows. */
static void
grow_large(void)
{
    dup2(0, 700);
    CALL(SYS_fcntl, 0, F_DUPFD, 1000);
}

/* It is shared with a parent. */
static void
copy_large(void)
{
    dup2(0, 700);
    CALL(SYS_fcntl, 0, F_DUPFD, 500);
}

static int
is_700_alone(void)
{
    return fcntl(700, F_GETFD) == 0 && fcntl(1000, F_GETFD) < 0
           && fcntl(500, F_GETFD) < 0;
}

static void
setfd(void)
{
    CALL(SYS_fcntl, 0, F_SETFD, FD_CLOEXEC);
}

static void
do_close(void)
{
    CALL(SYS_close, 0);
}

static void
close_own(void)
{
    dup2(0, 18);
    CALL(SYS_close, 18);
}

/* ---- Others ---- */

static void
do_sigaction(void)
{
    static const struct kernel_sigaction ignore = { .handler = SIG_IGN };

    CALL(SYS_rt_sigaction, SIGUSR1, P(&ignore), 0, 8);
}

static void
do_sigprocmask(void)
{
    static sigset_t old;

    CALL(SYS_rt_sigprocmask, SIG_SETMASK, P(&saved.mask), P(&old), 8);
}

static void
do_kill(void)
{
    CALL(SYS_kill, getpid(), SIGUSR1);
}

/* ---- Locks and limits ---- */

static long
lock(int type, long start, long length)
{
    struct flock flock = { (short)type, SEEK_SET, start, length, 0 };

    return syscall(SYS_fcntl, 0, F_SETLK, &flock);
}

static void
do_lock(void)
{
    static struct flock flock = { F_RDLCK, SEEK_SET, 5, 5, 0 };
    CALL(SYS_fcntl, 0, F_SETLK, P(&flock));
}

static void
do_cut(void)
{
    static struct flock flock = { F_UNLCK, SEEK_SET, 5, 5, 0 };
    lock(F_RDLCK, 0, 100);
    CALL(SYS_fcntl, 0, F_SETLK, P(&flock));
}

static void
do_limit(void)
{
    static struct rlimit limit = { 0, RLIM_INFINITY };
    CALL(SYS_setrlimit, RLIMIT_CORE, P(&limit));
}

#define LOCK_MAY .may = { ENOLCK }
#define PIPE_MAY .may = { ENFILE, EMFILE }
#define DUP_MAY .may = { EMFILE }

static const struct op ops[] = {
    OP("pipe", do_pipe, 0, 0, PIPE_MAY),
    OP("pipe2", do_pipe2, 0, 0, PIPE_MAY),
    OP("pipe whose second end needs a larger table", pipe_grows, 0, 0,
        PIPE_MAY),
    OP("write to a pipe", write_pipe, 0, 0, .intact = pipe_empty),
    OP("write of many pages to a pipe", write_much, 0, PARTIAL,
        .intact = pipe_empty),
    OP("dup", do_dup, 0, 0, DUP_MAY),
    OP("dup2", dup2_near, 0, 0, DUP_MAY),
    OP("dup2 far away", dup2_far, 0, 0, DUP_MAY, .intact = none_far),
    OP("dup3 far away", dup3_far, 0, 0, DUP_MAY, .intact = none_far),
    OP("F_DUPFD far away", dupfd_far, 0, 0, DUP_MAY, .intact = none_far),
    OP("F_SETFD", setfd, 0, 0),
    OP("close", do_close, 0, 0),
    OP("sigaction", do_sigaction, 0, 0),
    OP("a table of hundreds grows", grow_large, 0, 0, DUP_MAY,
        .intact = is_700_alone),
    OP("and copied, after a fork", copy_large, 0, IN_CHILD, DUP_MAY,
        .intact = is_700_alone),
    OP("close needs none, its table once owned", close_own, 0, NEVER),
    OP("sigprocmask needs none", do_sigprocmask, 0, NEVER),
    OP("kill works without", do_kill, 0, WITHOUT),
    OP("F_SETLK", do_lock, 0, 0, LOCK_MAY),
    OP("F_SETLK that cuts another", do_cut, 0, 0, LOCK_MAY),
    OP("setrlimit", do_limit, 0, 0),
    OP("pidfd_open", do_pidfd, 0, 0, DUP_MAY),
    OP("pidfd_getfd", do_getfd, 0, 0, DUP_MAY),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}
