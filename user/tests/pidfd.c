/*
 * pidfd.c: descriptors of processes: how they are made, what holds when the
 * process ends and is reaped, signals through them, waitid.
 */
#include "pidfdspec.h"
#include "users.h"

#include <sys/epoll.h>
#include <sys/resource.h>

static void
test_open(void)
{
    pid_t pid = sleeper();
    long fd = pidfd_of(pid, 0);

    ok(fd >= 0, "a child");
    is(fcntl((int)fd, F_GETFD), FD_CLOEXEC, "the descriptor ends at exec");
    is(fcntl((int)fd, F_GETFL), O_RDWR, "it is for all that there is");
    is(raw(NR_read, fd, P(&pid), 1, 0), -EINVAL, "but not for reading");
    is(raw(NR_write, fd, P(&pid), 1, 0), -EINVAL, "or writing");
    long more = pidfd_of(pid, O_NONBLOCK);
    is(fcntl((int)more, F_GETFL), O_RDWR | O_NONBLOCK, "one that waits not");
    close((int)more);
    more = pidfd_of(getppid(), 0);
    ok(more >= 0, "the parent");
    close((int)more);
    more = pidfd_of(getpid(), 0);
    ok(more >= 0 && poll_now((int)more, IN) == 0, "oneself");
    is(pidfd_wait(more, WEXITED), -ECHILD, "for whom one cannot wait");
    close((int)more);
    is(pidfd_of(pid, 1), -EINVAL, "an unknown flag");
    is(pidfd_of(0, 0), -EINVAL, "no process");
    is(pidfd_of(-1, 0), -EINVAL, "not a number");
    is(pidfd_of(99999999, 0), -ESRCH, "none has it");

    raw(NR_kill, pid, SIGKILL, 0, 0);
    is(poll_until((int)fd, IN | OUT), IN, "it is readable when it has ended");
    long late = pidfd_of(pid, 0);
    ok(late >= 0 && poll_now((int)late, IN) == IN, "also one made later");
    close((int)late);
    is(pidfd_wait(fd, WEXITED), 0, "and waited for");
    is(pidfd_of(pid, 0), -ESRCH, "then it is gone");
    is(poll_now((int)fd, IN) & IN, IN, "the descriptor stays readable");
    is(pidfd_wait(fd, WEXITED), -ECHILD, "for nobody");
    is(pidfd_signal(fd, 0, NULL), -ESRCH, "and no signal gets through");
    close((int)fd);
}

static int handled;

static void
note(int signal, siginfo_t *info, void *context)
{
    (void)context;
    handled = signal == SIGUSR1 && info->si_pid == getpid()
              && info->si_code == SI_USER ? 1
              : info->si_code == SI_QUEUE && info->si_value.sival_int == 7 ? 2
                                                                           : 3;
}

static void
test_signal(void)
{
    struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
    siginfo_t info = { .si_signo = SIGUSR2, .si_code = SI_QUEUE };
    long self = pidfd_of(getpid(), 0);
    int plain = open("/dev/null", O_RDWR);
    pid_t pid = sleeper();
    long fd = pidfd_of(pid, 0);

    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    is(pidfd_signal(self, SIGUSR1, NULL), 0, "a signal to oneself");
    is(handled, 1, "looks like kill's");
    info.si_value.sival_int = 7;
    is(pidfd_signal(self, SIGUSR2, &info), 0, "with a value");
    is(handled, 2, "which arrives");
    is(pidfd_signal(fd, SIGUSR1, &info), -EINVAL, "another number than told");
    info.si_code = SI_USER;
    is(pidfd_signal(fd, SIGUSR2, &info), -EPERM, "kill's, but it is not");
    is(pidfd_signal(self, SIGUSR2, &info), 0, "to oneself it may be told");
    is(handled, 3, "as it is told");
    is(pidfd_signal(fd, 0, NULL), 0, "a look");
    is(pidfd_signal(fd, 65, NULL), -EINVAL, "no signal");
    is(pidfd_signal(fd, SIGKILL, (void *)8), -EFAULT, "a bad address");
    is(raw(CALL_pidfd_send_signal, fd, SIGKILL, 0, 1 << 20), -EINVAL,
        "unknown flags");
    is(pidfd_signal(plain, SIGKILL, NULL), -EBADF, "another file");
    is(pidfd_signal(-1, SIGKILL, NULL), -EBADF, "no file");
    is(pidfd_signal(fd, SIGSTOP, NULL), 0, "it can be stopped");
    is(pidfd_wait(fd, WSTOPPED), 0, "which waitid tells");
    ok(waited.si_pid == pid && waited.si_code == CLD_STOPPED, "of it");
    is(poll_now((int)fd, IN), 0, "that is not its end");
    is(pidfd_signal(fd, SIGKILL, NULL), 0, "killed");
    is(pidfd_wait(fd, WEXITED | WNOWAIT), 0, "it can be looked at");
    is(pidfd_signal(fd, SIGKILL, NULL), 0, "a zombie gets signals");
    is(pidfd_wait(fd, WEXITED), 0, "until it is reaped");
    ok(waited.si_pid == pid && waited.si_code == CLD_KILLED
        && waited.si_status == SIGKILL, "and its status is told");
    close(plain);
    close((int)fd);
    close((int)self);
}

static void
test_wait(void)
{
    int plain = open("/dev/null", O_RDWR), ends[2];
    pid_t pid = sleeper(), other = must_fork();

    if (other == 0) {
        _exit(5);
    }
    long fd = pidfd_of(pid, O_NONBLOCK);
    is(pidfd_wait(plain, WEXITED), -EBADF, "waitid of another file");
    is(pidfd_wait(999, WEXITED), -EBADF, "of none");
    is(pidfd_wait(-1, WEXITED), -EINVAL, "of a number that cannot be one");
    is(pidfd_wait(fd, 0), -EINVAL, "for nothing");
    is(pidfd_wait(fd, WEXITED), -EAGAIN, "EAGAIN while it lives");
    ok(waited.si_signo == 0 && waited.si_pid == 0, "nothing is told then");
    is(pidfd_wait(fd, WEXITED | WNOHANG), 0, "0 if that was asked for");
    fcntl((int)fd, F_SETFL, 0);
    is(pidfd_wait(fd, WEXITED | WNOHANG), 0, "the other child is not it");
    raw(NR_kill, pid, SIGTERM, 0, 0);
    is(pidfd_wait(fd, WEXITED), 0, "without the flag it waits");
    ok(waited.si_pid == pid && waited.si_status == SIGTERM, "for the one");
    is(waitpid(-1, NULL, 0), other, "the other one is still there");
    close((int)fd);

    pipe(ends);
    pid = must_fork();
    if (pid == 0) {
        pid = sleeper();
        write(ends[1], &pid, sizeof(pid));
        waitpid(pid, NULL, 0);
        _exit(0);
    }
    read(ends[0], &other, sizeof(other));
    fd = pidfd_of(other, 0);
    is(pidfd_wait(fd, WEXITED), -ECHILD, "one waits for no grandchild");
    is(pidfd_signal(fd, SIGKILL, NULL), 0, "but it gets signals");
    is(poll_until((int)fd, IN) & IN, IN, "and tells of its end");
    waitpid(pid, NULL, 0);
    close((int)fd);
    close(plain);
    close(ends[0]);
    close(ends[1]);
}

/* Its end wakes an epoll, once; a child's child and stops do not. */
static void
test_epoll(void)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLET };
    pid_t pid = must_fork();

    if (pid == 0) {
        for (;;) {
            raise(SIGSTOP);
            if (must_fork() == 0) {
                _exit(0);
            }
            wait(NULL);
        }
    }
    int queue = epoll_create1(0);
    long fd = pidfd_of(pid, 0);
    epoll_ctl(queue, EPOLL_CTL_ADD, (int)fd, &event);
    for (int i = 0; i < 3; i++) {
        pidfd_wait(fd, WSTOPPED);
        kill(pid, SIGCONT);
    }
    is(epoll_wait(queue, &event, 1, 0), 0, "an epoll hears of no child");
    kill(pid, SIGKILL);
    is(epoll_wait(queue, &event, 1, -1), 1, "but of the end");
    is(epoll_wait(queue, &event, 1, 0), 0, "once");
    waitpid(pid, NULL, 0);
    close(queue);
    close((int)fd);
}

enum { FAR = 200 };

static int others; /* a pidfd of root's */

static int
try_getfd(void *unused)
{
    (void)unused;
    become(A, A);
    is(pidfd_get(others, 0, 0), -EPERM, "getfd of another user's");
    is(pidfd_get(others, 999, 0), -EPERM, "who does not learn what is open");
    return 0;
}

static void
test_getfd(void)
{
    struct rlimit few, many;
    int file = open("shared", O_RDWR | O_CREAT, 0600), ends[2], far = 0;
    pid_t pid;

    pipe(ends);
    pid = must_fork();
    if (pid == 0) {
        far = dup2(file, FAR);
        write(ends[1], &far, sizeof(far));
        raise(SIGSTOP);
        _exit(0);
    }
    read(ends[0], &far, sizeof(far));
    long fd = pidfd_of(pid, 0), got = pidfd_get(fd, FAR, 0);
    ok(far == FAR && got >= 0, "getfd of what a child has open");
    is(fcntl((int)got, F_GETFD), FD_CLOEXEC, "it ends at exec");
    lseek(file, 5, SEEK_SET);
    is(lseek((int)got, 0, SEEK_CUR), 5, "it is the same open file");
    close((int)got);
    is(pidfd_get(fd, FAR, 1), -EINVAL, "there are no flags");
    is(pidfd_get(fd, 999, 0), -EBADF, "what it has not open");
    is(pidfd_get(fd, -1, 0), -EBADF, "what is no descriptor");
    is(pidfd_get(file, 0, 0), -EBADF, "another file than a pidfd");
    is(pidfd_get(-1, 0, 0), -EBADF, "and none");
    getrlimit(RLIMIT_NOFILE, &many);
    for (int i = 0; i < 8; i++) {
        dup(file);
    }
    few = (struct rlimit){ 8, many.rlim_max };
    setrlimit(RLIMIT_NOFILE, &few);
    is(pidfd_get(fd, FAR, 0), -EMFILE, "no place for it");
    setrlimit(RLIMIT_NOFILE, &many);
    others = (int)pidfd_of(getpid(), 0);
    got = pidfd_get(others, file, 0);
    is(lseek((int)got, 0, SEEK_CUR), 5, "of oneself");
    in_turn(try_getfd);
    raw(NR_kill, pid, SIGKILL, 0, 0);
    poll_until((int)fd, IN);
    is(pidfd_get(fd, FAR, 0), -ESRCH, "a zombie has nothing open");
    waitpid(pid, NULL, 0);
    is(pidfd_get(fd, FAR, 0), -ESRCH, "nor has who was reaped");
    struct clone3_args args = { ENDS, .set_tid = P(&pid), .set_tid_size = 1 };
    long again = clone3(&args);
    if (again == 0) {
        _exit(0);
    }
    is(again, pid, "whose number may be used again");
    waitpid(pid, NULL, 0);
}

int
main(void)
{
    test_open();
    test_signal();
    test_wait();
    test_epoll();
    test_getfd();
    return done();
}
