/*
 * System calls of signals and time.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "abi/time.h"

#include "arch/clock.h"

#include "proc/process.h"
#include "proc/sigacts.h"
#include "proc/signal.h"
#include "proc/sleep.h"

#include "sys/sys.h"

/* int kill(pid_t pid, int signal);
 * ESRCH: nobody.  EINVAL: no such signal. */
SYS_FORWARD(sys_kill, (u64 pid, u64 signal),
            signal_kill((pid_t)pid, (int)signal))

/* int tkill(pid_t tid, int signal);
 * int tgkill(pid_t pid, pid_t tid, int signal);
 * ESRCH: nobody.  EINVAL: no such signal, or an id that is not positive. */
SYS_FORWARD(sys_tkill, (u64 tid, u64 signal),
            (pid_t)tid <= 0
                ? -EINVAL : signal_kill_thread(0, (pid_t)tid, (int)signal))
SYS_FORWARD(sys_tgkill, (u64 pid, u64 tid, u64 signal),
            (pid_t)pid <= 0 || (pid_t)tid <= 0
                ? -EINVAL
                : signal_kill_thread((pid_t)pid, (pid_t)tid, (int)signal))

/* int rt_sigaction(int signal, const struct kernel_sigaction *new,
 *                  struct kernel_sigaction *old, size_t size);
 * EINVAL: size is not 8, or no such signal, or it cannot be changed.  EFAULT.
 * Differences from Linux: a handler is refused with EINVAL (not there yet).
 *   ENOMEM, if the actions are shared since a fork and cannot be copied. */
long
sys_rt_sigaction(u64 signal, u64 new, u64 old, u64 size)
{
    struct kernel_sigaction action, before;

    if (size != sizeof(sigset_t)) {
        return -EINVAL;
    }
    if (new != 0 && copy_from_user(&action, new, sizeof(action)) != 0) {
        return -EFAULT;
    }
    if (new != 0 && action.handler != SIG_DFL && action.handler != SIG_IGN) {
        return -EINVAL;
    }
    int error = signal_action((int)signal, new != 0 ? &action : NULL, &before);
    return error != 0 ? error : copy_out(old, &before, sizeof(before));
}

/* int rt_sigprocmask(int how, const sigset_t *new, sigset_t *old, size_t size);
 * EINVAL: size is not 8, or unknown how.  EFAULT. */
long
sys_rt_sigprocmask(u64 how, u64 new, u64 old, u64 size)
{
    sigset_t before = current->blocked;
    sigset_t set;

    if (size != sizeof(sigset_t)) {
        return -EINVAL;
    }
    if (new != 0) {
        if (copy_from_user(&set, new, sizeof(set)) != 0) {
            return -EFAULT;
        }
        if ((u32)how > SIG_SETMASK) {
            return -EINVAL;
        }
        signal_set_blocked((u32)how == SIG_BLOCK     ? before | set
                           : (u32)how == SIG_UNBLOCK ? before & ~set
                                                     : set);
    }
    return copy_out(old, &before, sizeof(before));
}

/* int rt_sigpending(sigset_t *set, size_t size);
 * EINVAL: size is over 8.  EFAULT. */
long
sys_rt_sigpending(u64 set, u64 size)
{
    sigset_t pending = (current->pending | current->process->pending)
                       & current->blocked;

    return size > sizeof(pending) ? -EINVAL
                                  : copy_to_user(set, &pending, size);
}

/* int nanosleep(const struct timespec *time, struct timespec *left);
 * EINVAL: not a time.  EFAULT.
 * Who is stopped meanwhile sleeps on, and has in *left what was left then. */
long
sys_nanosleep(u64 time, u64 left)
{
    struct timespec ts;

    if (copy_from_user(&ts, time, sizeof(ts)) != 0) {
        return -EFAULT;
    }
    if (ts.tv_sec < 0 || (u64)ts.tv_nsec >= NSEC_PER_SEC) {
        return -EINVAL;
    }
    u64 seconds = MIN((u64)ts.tv_sec, ~0UL / NSEC_PER_SEC / 2);
    current->sleep_end = clock_ns() + seconds * NSEC_PER_SEC + (u64)ts.tv_nsec;
    current->sleep_left = left;
    return sys_restart_syscall();
}

/* long restart_syscall(void);
 * As nanosleep, for which the kernel has a program make this call, to sleep on
 * until the time that was meant.
 * EINTR: the caller does not sleep. */
long
sys_restart_syscall(void)
{
    u64 end = current->sleep_end;

    if (end == 0) {
        return -EINTR;
    }
    if (sleep_until(end) == 0) {
        current->sleep_end = 0;
        return 0;
    }
    u64 now = clock_ns();
    u64 ns = end > now ? end - now : 0;
    struct timespec ts = {(long)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC)};
    int error = copy_out(current->sleep_left, &ts, sizeof(ts));
    return error != 0 ? error : -ERESTART_RESTARTBLOCK;
}

/* int clock_gettime(clockid_t clock, struct timespec *time);
 * EINVAL: unknown clock.  EFAULT.
 * Differences from Linux: CPU time comes in ticks. */
long
sys_clock_gettime(u64 clock, u64 time)
{
    u64 ns = clock_ns();
    u64 user, system;

    switch ((int)clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        ns += clock_boot_realtime_ns;
        break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        break;
    case CLOCK_PROCESS_CPUTIME_ID:
        proc_ticks(current->process, &user, &system);
        ns = (user + system) * NSEC_PER_TICK;
        break;
    case CLOCK_THREAD_CPUTIME_ID:
        ns = (current->user_ticks + current->system_ticks) * NSEC_PER_TICK;
        break;
    default:
        return -EINVAL;
    }
    struct timespec ts = {(long)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC)};
    return copy_to_user(time, &ts, sizeof(ts));
}

/* int gettimeofday(struct timeval *time, struct timezone *zone); EFAULT.
 * Differences from Linux: the zone is always UTC. */
long
sys_gettimeofday(u64 time, u64 zone)
{
    u64 us = (clock_ns() + clock_boot_realtime_ns) / 1000;
    struct timeval tv = {(long)(us / 1000000), (long)(us % 1000000)};
    static const int utc[2];

    int error = copy_out(time, &tv, sizeof(tv));
    return error != 0 ? error : copy_out(zone, utc, sizeof(utc));
}

/* time_t time(time_t *time);
 * Seconds of CLOCK_REALTIME; EFAULT. */
long
sys_time(u64 time)
{
    long now = (long)((clock_ns() + clock_boot_realtime_ns) / NSEC_PER_SEC);

    int error = copy_out(time, &now, sizeof(now));
    return error != 0 ? error : now;
}
