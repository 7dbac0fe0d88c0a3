/*
 * Operations that are one system call, for profile.c: without the C library,
 * which may read the clock without a call.
 */
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

/* The system call alone; last is the size of a mask, or no timeout. */
static inline long
plain_call4(long number, long one, const void *two, void *three, long last)
{
    register long four __asm__("r10") = last;
    __asm__ volatile("syscall" : "+a"(number)
                     : "D"(one), "S"(two), "d"(three), "r"(four)
                     : "rcx", "r11", "memory");
    return number;
}

static inline long
plain_call(long number, long one, const void *two, void *three)
{
    return plain_call4(number, one, two, three, 8);
}

static void
handle(int number)
{
    (void)number;
}

static void
set_handler(struct state *s)
{
    (void)s;
    signal(SIGUSR1, handle);
}

static pid_t
kill_handled(struct state *s)
{
    plain_call(SYS_kill, s->self_pid, (const void *)SIGUSR1, NULL);
    return s->child;
}

static pid_t
set_action(struct state *s)
{
    plain_call(SYS_rt_sigaction, SIGUSR1, s->action, s->old);
    return s->child;
}

static pid_t
set_mask(struct state *s)
{
    plain_call(SYS_rt_sigprocmask, SIG_SETMASK, &s->old[3], s->old);
    return s->child;
}

static pid_t
read_clock(struct state *s)
{
    struct timespec now;

    plain_call(SYS_clock_gettime, CLOCK_MONOTONIC, &now, NULL);
    return s->child;
}

static pid_t
set_timer(struct state *s)
{
    struct itimerval it = { { 0, 0 }, { 1000, 0 } };

    plain_call(SYS_setitimer, ITIMER_REAL, &it, NULL);
    return s->child;
}

static void
stop_timer(struct state *s)
{
    (void)s;
    alarm(0);
}

static void
fill_pipe(struct state *s)
{
    pipe(s->to);
    write(s->to[1], "x", 1);
}

static pid_t
poll_ready(struct state *s)
{
    struct pollfd fd = { s->to[0], POLLIN, 0 };

    plain_call(SYS_poll, (long)&fd, (const void *)1, (void *)-1);
    return s->child;
}

static void
close_pipe(struct state *s)
{
    close(s->to[0]);
    close(s->to[1]);
}
