/*
 * poll_stop.c: what a stop and SIGCONT, without a handler, do to a process that
 * waits for a descriptor: poll and select go on, with the rest of their time;
 * epoll_wait fails. What ppoll's mask holds back comes when that is over.
 */
#include "sigspec.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>

static int fds[2];
static volatile int calls;

static void
count(int sig)
{
    (void)sig;
    calls++;
}

static int
polls(void)
{
    struct pollfd one = { fds[0], POLLIN, 0 };

    return poll(&one, 1, -1) == 1 && one.revents == POLLIN ? 7 : 1;
}

static int
polls_for_a_time(void)
{
    struct pollfd one = { fds[0], POLLIN, -1 };
    struct timespec before, after;

    clock_gettime(CLOCK_MONOTONIC, &before);
    int n = poll(&one, 1, 300);
    clock_gettime(CLOCK_MONOTONIC, &after);
    long ms = (after.tv_sec - before.tv_sec) * 1000
        + (after.tv_nsec - before.tv_nsec) / 1000000;
    return n == 0 && one.revents == 0 && ms >= 299 ? 7 : 1;
}

static int
selects(void)
{
    struct timeval time = { 1000, 0 };
    fd_set in;

    FD_ZERO(&in);
    FD_SET(fds[0], &in);
    int n = select(fds[0] + 1, &in, NULL, NULL, &time);
    return n == 1 && FD_ISSET(fds[0], &in) && time.tv_sec < 1000 ? 7 : 1;
}

/* The mask of its call blocks SIGUSR1, which comes; its own does not. */
static int
polls_masked(void)
{
    struct pollfd one = { fds[0], POLLIN, 0 };
    sigset_t mask;

    signal(SIGUSR1, count);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    int n = ppoll(&one, 1, NULL, &mask);
    return n == 1 && calls == 1 ? 7 : 1;
}

static int
waits_for_events(void)
{
    struct epoll_event event = { .events = EPOLLIN };
    int epoll = epoll_create1(0);

    epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event);
    int n, failed = 0;
    while ((n = epoll_wait(epoll, &event, 1, -1)) == -1 && errno == EINTR) {
        failed++;
    }
    return n == 1 && failed == 3 ? 7 : 1;
}

static int
reads_count(void)
{
    eventfd_t got = 0;

    return eventfd_read(fds[0], &got) == 0 && got == 5 ? 7 : 1;
}

/* Stop and continue it some times while it waits; then let its wait end. */
static void
test(int (*body)(void), int signal, const char *name)
{
    int status;
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(body());
    }
    for (int i = 0; i < 3; i++) {
        char state;
        while ((state = (char)state_of(pid)) != 'S' && state != 'Z') {
            nap(1);
        }
        kill(pid, SIGSTOP);
        waitpid(pid, &status, WUNTRACED);
        if (!WIFSTOPPED(status)) { /* its time was over */
            exited(status, 7, name);
            return;
        }
        if (signal != 0 && i == 1) {
            kill(pid, signal);
        }
        kill(pid, SIGCONT);
    }
    if (body != polls_for_a_time) {
        eventfd_write(fds[1], 5);
    }
    waitpid(pid, &status, 0);
    exited(status, 7, name);
}

static void
begin(void)
{
    close(fds[0]);
    close(fds[1]);
    pipe(fds);
}

int
main(void)
{
    pipe(fds);
    test(polls, 0, "poll goes on");
    begin();
    test(polls_for_a_time, 0, "to its end, which stays");
    test(selects, 0, "select goes on, with the time that is left");
    begin();
    test(polls_masked, SIGUSR1, "ppoll goes on, and a signal comes in between");
    begin();
    test(waits_for_events, 0, "epoll_wait fails");
    close(fds[0]);
    close(fds[1]);
    fds[0] = fds[1] = eventfd(0, 0);
    test(reads_count, 0, "a read of an eventfd goes on");
    return done();
}
