/*
 * clock_settime.c: CLOCK_REALTIME is set: what waits for a time of it wakes or
 * waits longer; what waits for a while does not care.  (On Linux this would set
 * the host's clock.)
 *
 * expect:
 * ok 1 - the clock is set
 * ok 2 - and goes on from there
 * ok 3 - CLOCK_MONOTONIC does not move
 * ok 4 - a sleep until a time ends
 * ok 5 - a timer for a time expires
 * ok 6 - a timer for a while does not
 * ok 7 - set back: a timer waits longer
 * ok 8 - and expires when it is set forward
 * ok 9 - files have the new time
 * ok 10 - a wait on a word until a time ends
 * ok 11 - set back: another waits
 * ok 12 - until it is set forward
 * ok 13 - a timerfd that learns of it
 * ok 14 - is ready when the clock is set
 * ok 15 - read says ECANCELED
 * ok 16 - once, and it is not ready any more
 * ok 17 - and who waits in read is told, too
 * ok 18 - to set it says ECANCELED after that
 * ok 19 - but it is set
 * ok 20 - a timerfd that does not ask is not told
 * 1..20
 */
#include "../pollspec.h"
#include "../words.h"

#include "abi/timerfd.h"

#include <sys/stat.h>

#define HOUR 3600L

enum { RT = 40 };

static struct timespec
now_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now;
}

/* Move the clock by so many seconds. */
static int
move(long seconds)
{
    struct timespec now = now_of(CLOCK_REALTIME);

    now.tv_sec += seconds;
    return clock_settime(CLOCK_REALTIME, &now);
}

static timer_t
timer(int flags, long seconds)
{
    sigevent_t event = { .sigev_signo = RT, .sigev_notify = SIGEV_SIGNAL };
    struct itimerspec it = { { 0, 0 }, { seconds, 0 } };
    timer_t id = -1;

    timer_create(CLOCK_REALTIME, &event, &id);
    timer_settime(id, flags, &it, NULL);
    return id;
}

static int
comes(void)
{
    struct timespec limit = { 5, 0 };
    unsigned long set = BIT(RT);

    return raw(NR_rt_sigtimedwait, P(&set), 0, P(&limit), SET_SIZE) == RT;
}

/* ---- futex ---- */

static int word;

/* A child that waits on the word until a time; it ends with 7 if that came. */
static pid_t
waiter(long seconds)
{
    struct timespec end = { now_of(CLOCK_REALTIME).tv_sec + seconds, 0 };
    pid_t pid = must_fork();

    if (pid == 0) {
        long result = futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0,
            &end, NULL, -1);
        _exit(result == -ETIMEDOUT
                      && now_of(CLOCK_REALTIME).tv_sec >= end.tv_sec ? 7 : 8);
    }
    until_state(pid, 'S');
    return pid;
}

static int
end_of(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_words(void)
{
    pid_t pid = waiter(HOUR);

    move(2 * HOUR);
    is(end_of(pid), 7, "a wait on a word until a time ends");
    pid = waiter(1);
    move(-HOUR);
    nap(1500);
    is(waitpid(pid, NULL, WNOHANG), 0, "set back: another waits");
    move(HOUR);
    is(end_of(pid), 7, "until it is set forward");
    move(-2 * HOUR);
}

/* ---- timerfd ---- */

static long
set_fd(int fd, int flags)
{
    struct itimerspec it = { { 0, 0 },
        { now_of(CLOCK_REALTIME).tv_sec + 9 * HOUR, 0 } };

    return raw(CALL_timerfd_settime, fd, TFD_TIMER_ABSTIME | flags, P(&it), 0);
}

static long
read_fd(int fd)
{
    long times = 0;

    return raw(NR_read, fd, P(&times), sizeof(times), 0);
}

static void
test_cancel(void)
{
    int fd = (int)raw(CALL_timerfd_create, CLOCK_REALTIME, TFD_NONBLOCK, 0, 0);
    int deaf = (int)raw(CALL_timerfd_create, CLOCK_REALTIME, TFD_NONBLOCK, 0,
        0);

    is(set_fd(fd, TFD_TIMER_CANCEL_ON_SET), 0, "a timerfd that learns of it");
    set_fd(deaf, 0);
    int before = (int)poll_now(fd, IN);
    move(1);
    ok(before == 0 && poll_now(fd, IN) == IN, "is ready when the clock is set");
    is(read_fd(fd), -ECANCELED, "read says ECANCELED");
    ok(read_fd(fd) == -EAGAIN && poll_now(fd, IN) == 0,
        "once, and it is not ready any more");
    pid_t pid = must_fork();
    if (pid == 0) {
        fcntl(fd, F_SETFL, 0);
        _exit(read_fd(fd) == -ECANCELED ? 7 : 8);
    }
    until_state(pid, 'S');
    move(1);
    is(end_of(pid), 7, "and who waits in read is told, too");
    move(-2);
    is(set_fd(fd, TFD_TIMER_CANCEL_ON_SET), -ECANCELED,
        "to set it says ECANCELED after that");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    int told = read_fd(fd) == -EAGAIN;
    move(10 * HOUR);
    ok(told && poll_until(fd, IN) == IN, "but it is set");
    is(poll_until(deaf, IN) == IN && read_fd(deaf) == 8, 1,
        "a timerfd that does not ask is not told");
    move(-10 * HOUR);
    close(fd);
    close(deaf);
}

int
main(void)
{
    struct timespec began = now_of(CLOCK_REALTIME);
    struct timespec steady = now_of(CLOCK_MONOTONIC);
    struct timespec until = { began.tv_sec + 3 * HOUR, 0 };

    mask(SIG_BLOCK, BIT(RT));
    is(move(HOUR), 0, "the clock is set");
    long passed = now_of(CLOCK_REALTIME).tv_sec - began.tv_sec;
    ok(passed >= HOUR && passed < HOUR + 60, "and goes on from there");
    ok(now_of(CLOCK_MONOTONIC).tv_sec - steady.tv_sec < 60,
        "CLOCK_MONOTONIC does not move");

    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL));
    }
    timer_t far = timer(TIMER_ABSTIME, until.tv_sec);
    timer_t later = timer(0, HOUR);
    until_state(pid, 'S');
    move(3 * HOUR);
    int status = -1;
    waitpid(pid, &status, 0);
    is(status, 0, "a sleep until a time ends");
    ok(comes(), "a timer for a time expires");
    timer_delete(far);
    struct itimerspec left;
    timer_gettime(later, &left);
    ok(left.it_value.tv_sec > HOUR / 2 && take(BIT(RT), NULL) == -EAGAIN,
        "a timer for a while does not");
    timer_delete(later);

    far = timer(TIMER_ABSTIME, now_of(CLOCK_REALTIME).tv_sec + 1);
    move(-2 * HOUR);
    nap(1500);
    is(take(BIT(RT), NULL), -EAGAIN, "set back: a timer waits longer");
    move(3 * HOUR);
    ok(comes(), "and expires when it is set forward");
    timer_delete(far);

    struct stat stat;
    close(open("/tmp/new", O_CREAT | O_WRONLY, 0600));
    lstat("/tmp/new", &stat);
    ok(stat.st_mtim.tv_sec >= began.tv_sec + 4 * HOUR,
        "files have the new time");
    unlink("/tmp/new");
    test_words();
    test_cancel();
    move(began.tv_sec - now_of(CLOCK_REALTIME).tv_sec);
    return done();
}
