/*
 * clone_pidfd.c: CLONE_PIDFD, by clone and clone3: a descriptor of the child,
 * which is the parent's alone.
 */
#include "pidfdspec.h"

#include <sys/resource.h>
#include <sys/syscall.h>

static int fd, tid;

static long
clone_raw(unsigned long flags, int *parent)
{
    const long arg[6] = { (long)(flags | SIGCHLD), 0, P(parent), 0, 0, 0 };
    long pid = raw_v(SYS_clone, arg);

    if (pid == 0) {
        raw(NR_exit, raw(NR_fcntl, 3, F_GETFD, 0, 0) == -EBADF ? 7 : 8, 0, 0,
            0);
    }
    return pid;
}

static long
clone3_of(struct clone3_args args)
{
    long pid = clone3(&args);

    if (pid == 0) {
        raw(NR_exit, fd == -7 ? 7 : 8, 0, 0, 0);
    }
    return pid;
}

static void
test_made(void)
{
    fd = -7;
    long pid = clone_raw(CLONE_PIDFD, &fd);
    is(fd, 3, "clone tells the descriptor where PARENT_SETTID tells the tid");
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "it ends at exec");
    is(fcntl(fd, F_GETFL), O_RDWR, "and it waits");
    is(poll_until(fd, IN), IN, "the child has ended");
    is(pidfd_wait(fd, WEXITED), 0, "it is waited for");
    ok(waited.si_pid == pid && waited.si_status == 7, "it had no descriptor");
    close(fd);

    fd = -7;
    pid = clone3_of((struct clone3_args){ ENDS, .flags = CLONE_PIDFD
        | CLONE_PARENT_SETTID, .pidfd = P(&fd), .parent_tid = P(&tid) });
    ok(pid > 0 && tid == pid && fd == 3, "clone3 tells both");
    is(pidfd_wait(fd, WEXITED), 0, "it is the child's");
    is(waited.si_status, 7, "which has not been told");
    close(fd);

    pid = clone3_of((struct clone3_args){ .flags = CLONE_PIDFD,
        .pidfd = P(&fd) });
    is(pidfd_wait(fd, WEXITED | __WCLONE), 0, "a child without a signal");
    close(fd);
    signal(SIGCHLD, SIG_IGN);
    clone_raw(CLONE_PIDFD, &fd);
    is(poll_until(fd, IN) & IN, IN, "the end of one that nobody reaps");
    is(pidfd_wait(fd, WEXITED), -ECHILD, "and so of nobody");
    signal(SIGCHLD, SIG_DFL);
    close(fd);
}

/* The child of vfork has the parent's descriptors: it sees its own. */
static void
test_shared(void)
{
    struct clone3_args args = { ENDS, .pidfd = P(&fd), .flags = CLONE_PIDFD
        | CLONE_FILES };
    int ends[2];

    pipe(ends);
    fd = -1;
    long pid = clone3(&args);
    if (pid == 0) {
        char byte;
        raw(NR_read, ends[0], P(&byte), 1, 0);
        raw(NR_exit, pidfd_signal(5, 0, NULL) == 0 ? 7 : 8, 0, 0, 0);
    }
    is(fd, 5, "with FILES");
    write(ends[1], "x", 1);
    pidfd_wait(fd, WEXITED);
    is(waited.si_status, 7, "the child has it, too");
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

static void
test_refused(void)
{
    struct rlimit none = { 3, 4096 };

    is(clone_raw(CLONE_PIDFD | CLONE_PARENT_SETTID, &fd), -EINVAL,
        "one place for both");
    is(clone3_of((struct clone3_args){ ENDS, .flags = CLONE_PIDFD
        | CLONE_PARENT_SETTID, .pidfd = P(&fd), .parent_tid = P(&fd) }),
        -EINVAL, "also with clone3");
    is(clone_raw(CLONE_PIDFD | CLONE_DETACHED, &fd), -EINVAL, "DETACHED");
    is(clone_raw(CLONE_PIDFD, (int *)8), -EFAULT, "a place that is none");
    is(clone3_of((struct clone3_args){ ENDS, .flags = CLONE_PIDFD }), -EFAULT,
        "or nothing");
    getrlimit(RLIMIT_NOFILE, &none);
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
    is(clone_raw(CLONE_PIDFD, &fd), -EMFILE, "no more descriptors");
    none.rlim_cur = none.rlim_max;
    setrlimit(RLIMIT_NOFILE, &none);
    is(raw(NR_wait4, -1, 0, __WALL, 0), -ECHILD, "none of them made a child");
    is(open("/dev/null", O_RDONLY), 3, "or took a descriptor");
}

int
main(void)
{
    test_made();
    test_shared();
    test_refused();
    return done();
}
