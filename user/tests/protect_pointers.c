/*
 * protect_pointers.c: a call that gets a kernel address where it wants one of
 * the program's says EFAULT, wherever in the kernel's half that is: for each
 * pointer that bad_in, bad_out and bad_path do not have, and for those inside
 * of structures.
 */
#include "raw.h"
#include "tap.h"

#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mman.h>

/* A call whose argument `which` is the pointer. */
struct call {
    const char *name;
    long nr;
    long arg[6];
    int which;
};

enum { NULL_FD = 20, PIPE_FD, EPOLL_FD, TIMER_FD, TERMINAL_FD, FILE_FD };

static const long addresses[] = {
    0x7ffffffff000, 0x800000000000, (long)0xffff7ffffffffff8,
    (long)0xffff800000000000, (long)0xffff800000100000,
    (long)0xffff800000fff000, (long)0xffffc00000003000,
    (long)0xffffffff80100000, (long)0xffffffff80180000, -4096, -8,
};

static const long set = 1L << (SIGUSR1 - 1);
static const long none[4];
static const char word[] = "x";
static const long args[2] = { P(word), 0 };
static int event[4];
static long timer;

static const struct call calls[] = {
    { "poll", 7, { 0, 1, 0 }, 0 },
    { "select to read", 23, { 8 }, 1 }, { "to write", 23, { 8 }, 2 },
    { "for errors", 23, { 8 }, 3 }, { "its time", 23, { 0 }, 4 },
    { "pselect6's time", 270, { 0 }, 4 },
    { "pselect6's mask", 270, { 0 }, 5 },
    { "ppoll", 271, { 0, 1, P(none), 0, 8 }, 0 },
    { "ppoll's time", 271, { 0, 0 }, 2 },
    { "ppoll's mask", 271, { 0, 0, P(none), 0, 8 }, 3 },
    { "epoll_ctl", 233, { EPOLL_FD, 1, PIPE_FD }, 3 },
    { "epoll_wait", 232, { EPOLL_FD, 0, 1, 0 }, 1 },
    { "epoll_pwait's mask", 281, { EPOLL_FD, P(event), 1, 0, 0, 8 }, 4 },
    { "signalfd4", 289, { -1, 0, 8, 0 }, 1 },
    { "timerfd_settime", 286, { TIMER_FD, 0 }, 2 },
    { "timerfd_settime's old", 286, { TIMER_FD, 0, P(none) }, 3 },
    { "timerfd_gettime", 287, { TIMER_FD }, 1 },
    { "memfd_create", 319, { 0, 0 }, 0 },
    { "getrandom", 318, { 0, 16, 0 }, 0 },
    { "getcpu", 309, { 0 }, 0 }, { "getcpu's node", 309, { 0 }, 1 },
    { "sysinfo", 99, { 0 }, 0 }, { "times", NR_times, { 0 }, 0 },
    { "time", NR_time, { 0 }, 0 },
    { "getrusage", NR_getrusage, { 0 }, 1 },
    { "getrlimit", 97, { 7 }, 1 }, { "setrlimit", 160, { 7 }, 1 },
    { "prlimit64", NR_prlimit64, { 0, 7 }, 2 },
    { "getitimer", NR_getitimer, { 0 }, 1 },
    { "setitimer", NR_setitimer, { 0 }, 1 },
    { "setitimer's old", NR_setitimer, { 0, P(none) }, 2 },
    { "timer_create", NR_timer_create, { 1, 0, P(&timer) }, 1 },
    { "timer_create's id", NR_timer_create, { 1 }, 2 },
    { "clock_getres", NR_clock_getres, { 1 }, 1 },
    { "clock_settime", NR_clock_settime, { 0 }, 1 },
    { "clock_nanosleep", NR_clock_nanosleep, { 1, 0 }, 2 },
    { "settimeofday", 164, { 0 }, 0 },
    { "rt_sigtimedwait", NR_rt_sigtimedwait, { 0, 0, P(none), 8 }, 0 },
    { "rt_sigtimedwait's time", NR_rt_sigtimedwait, { P(&set), 0, 0, 8 }, 2 },
    { "rt_sigsuspend", NR_rt_sigsuspend, { 0, 8 }, 0 },
    { "rt_sigqueueinfo", NR_rt_sigqueueinfo, { 1, SIGUSR1 }, 2 },
    { "sigaltstack", NR_sigaltstack, { 0 }, 0 },
    { "getgroups", 115, { 64 }, 1 }, { "setgroups", 116, { 1 }, 1 },
    { "getresuid", 118, { 0, P(event), P(event) }, 0 },
    { "its effective", 118, { P(event), 0, P(event) }, 1 },
    { "its saved", 118, { P(event), P(event) }, 2 },
    { "getresgid", 120, { 0, P(event), P(event) }, 0 },
    { "sched_setparam", NR_sched_setparam, { 0 }, 1 },
    { "sched_getparam", NR_sched_getparam, { 0 }, 1 },
    { "sched_setscheduler", NR_sched_setscheduler, { 0, 0 }, 2 },
    { "sched_rr_get_interval", NR_sched_rr_get_interval, { 0 }, 1 },
    { "sched_setaffinity", 203, { 0, 8 }, 2 },
    { "sched_getaffinity", 204, { 0, 8 }, 2 },
    { "futex", 202, { 0, 0, 0, 0 }, 0 },
    { "futex's time", 202, { P(event), 0, 0 }, 3 },
    { "futex to wake", 202, { 0, 1, 1 }, 0 },
    { "get_robust_list", 274, { 0, 0, P(&timer) }, 1 },
    { "get_robust_list's size", 274, { 0, P(&timer) }, 2 },
    { "clone3", 435, { 0, 64 }, 0 },
    { "fcntl F_GETLK", NR_fcntl, { FILE_FD, F_GETLK }, 2 },
    { "fcntl F_SETLK", NR_fcntl, { FILE_FD, F_SETLK }, 2 },
    { "how full a pipe is", NR_ioctl, { PIPE_FD, 0x541b }, 2 },
    { "a terminal's modes", NR_ioctl, { TERMINAL_FD, 0x5401 }, 2 },
    { "to set them", NR_ioctl, { TERMINAL_FD, 0x5402 }, 2 },
    { "its size", NR_ioctl, { TERMINAL_FD, 0x5413 }, 2 },
    { "to set it", NR_ioctl, { TERMINAL_FD, 0x5414 }, 2 },
    { "its number", NR_ioctl, { TERMINAL_FD, 0x80045430 }, 2 },
    { "arch_prctl, the base of FS", NR_arch_prctl, { 0x1003 }, 1 },
    { "execve's arguments", NR_execve, { P("/proc/self/exe") }, 1 },
    { "execve's environment", NR_execve, { P("/proc/self/exe"), P(args) }, 2 },
    { "shmctl IPC_INFO", 31, { 0, IPC_INFO }, 2 },
    { "semctl IPC_INFO", 66, { 0, 0, IPC_INFO }, 3 },
};

/* => whether the call says EFAULT with each of the addresses in *place */
static int
all_fault(const struct call *call, long *place, const long arg[6])
{
    for (int i = 0; i < (int)(sizeof(addresses) / sizeof(long)); i++) {
        *place = addresses[i];
        long got = raw_v(call->nr, arg);
        if (got != -EFAULT) {
            printf("# %#lx: %ld\n", addresses[i], got);
            return 0;
        }
    }
    return 1;
}

static void
test(const struct call *call)
{
    long arg[6];

    memcpy(arg, call->arg, sizeof(arg));
    ok(all_fault(call, &arg[call->which], arg), call->name);
}

/* Pointers inside of what a pointer leads to. */
static void
test_inside(void)
{
    static char ours[16];
    static long iov[4] = { P(ours), 16, 0, 16 };
    static long list[3] = { P(word), 0, 0 };
    const struct call write = { "writev", NR_writev, { 0 }, 0 };
    const struct call read = { "readv", NR_readv, { 0 }, 0 };
    const struct call exec = { "execve", NR_execve, { 0 }, 0 };
    const long put[6] = { PIPE_FD + 10, P(iov + 2), 1 };
    const long get[6] = { NULL_FD, P(iov + 2), 1 };
    const long start[6] = { P("/proc/self/exe"), P(list), 0 };

    ok(all_fault(&write, &iov[2], put), "a base for writev");
    ok(all_fault(&read, &iov[2], get), "a base for readv");
    ok(all_fault(&exec, &list[1], start), "an argument for execve");
}

/* A child's status goes nowhere; the child is waited for. */
static void
test_wait(void)
{
    int bad = 0;

    for (int i = 0; i < (int)(sizeof(addresses) / sizeof(long)); i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(0);
        }
        bad += raw(NR_wait4, pid, addresses[i], 0, 0) != -EFAULT;
        while (waitpid(pid, NULL, 0) == pid) {
        }
    }
    is(bad, 0, "a status of wait4");
}

int
main(void)
{
    const unsigned int group = 0;
    int ends[2];

    raw(116, 1, P(&group), 0, 0); /* setgroups: one, for getgroups */
    dup2(open("/dev/zero", O_RDWR), NULL_FD);
    pipe(ends);
    dup2(ends[0], PIPE_FD);
    dup2(ends[1], PIPE_FD + 10);
    dup2((int)raw(291, 0, 0, 0, 0), EPOLL_FD);
    dup2((int)raw(283, 1, 0, 0, 0), TIMER_FD);
    dup2(open("/dev/ptmx", O_RDWR | O_NOCTTY), TERMINAL_FD);
    dup2(open("file", O_RDWR | O_CREAT, 0600), FILE_FD);
    for (int i = 0; i < (int)(sizeof(calls) / sizeof(calls[0])); i++) {
        test(&calls[i]);
    }
    test_inside();
    test_wait();
    unlink("file");
    return done();
}
