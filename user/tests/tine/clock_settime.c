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
 * 1..9
 */
#include "../sigspec.h"

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
    move(began.tv_sec - now_of(CLOCK_REALTIME).tv_sec);
    return done();
}
