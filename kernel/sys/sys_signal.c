/*
 * System calls that block signals, send them to threads or with a value, wait
 * for them, or belong to handlers.  (kill and rt_sigaction: sys_proc.c.)
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "abi/time.h"

#include "core/optional.h"

#include "arch/clock.h"
#include "arch/trap.h"

#include "proc/process.h"
#include "proc/sigframe.h"
#include "proc/sigqueue.h"

#include "fs/pidfd.h"

#include "sys/sys.h"
#include "sys/timespec.h"

OPTIONAL_ENOSYS(sigframe_pop)
OPTIONAL_ENOSYS(sigframe_set_altstack) OPTIONAL_ENOSYS(pidfd_send)

/* ---- Masks ---- */

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
        if (words_from_user(&set, new, sizeof(set)) != 0) {
            return -EFAULT;
        }
        if ((u32)how > SIG_SETMASK) {
            return -EINVAL;
        }
        signal_set_blocked((u32)how == SIG_BLOCK     ? before | set
                           : (u32)how == SIG_UNBLOCK ? before & ~set
                                                     : set);
    }
    return old != 0 ? words_to_user(old, &before, sizeof(before)) : 0;
}

/* int rt_sigpending(sigset_t *set, size_t size);
 * EINVAL: size is over 8.  EFAULT. */
long
sys_rt_sigpending(u64 set, u64 size)
{
    sigset_t pending = (current->pending.set | current->process->pending.set)
                       & current->blocked;

    return size > sizeof(pending) ? -EINVAL
                                  : copy_to_user(set, &pending, size);
}

/* ---- Handlers ---- */

/* int sigaltstack(const stack_t *new, stack_t *old);
 * EPERM: the alternate stack is in use.  EINVAL: flags.  ENOMEM: it is smaller
 * than MINSIGSTKSZ.  EFAULT. */
long
sys_sigaltstack(u64 new, u64 old)
{
    stack_t set, before;

    if (new != 0 && copy_from_user(&set, new, sizeof(set)) != 0) {
        return -EFAULT;
    }
    int error = sigframe_set_altstack(new != 0 ? &set : NULL, &before);
    return error != 0 ? error : copy_out(old, &before, sizeof(before));
}

/* long rt_sigreturn(void);
 * A handler has returned: continue what it has interrupted, with its result.
 * As on Linux, restart_syscall does not continue a sleep from before it.
 * A bad frame is a SIGSEGV.
 * Differences from Linux: 32-bit code segments are refused. */
long
sys_rt_sigreturn(void)
{
    struct trapframe *frame = current->frame;
    int error = sigframe_pop(frame);

    current->restart = NULL;
    frame->vector = VECTOR_CHANGED;
    if (error == -ENOSYS) {
        return error;
    }
    if (error != 0) {
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return 0;
    }
    return (long)frame->rax;
}

/* ---- Sending ---- */

/* int tgkill(pid_t pid, pid_t tid, int signal); tkill.
 * ESRCH: no such thread.  EINVAL: no such signal, or an id below 1.
 * EAGAIN: too many real-time signals are pending. */
static long
kill_thread(pid_t pid, pid_t tid, u64 signal)
{
    siginfo_t info = signal_from_me((int)signal, SI_TKILL);

    return tid <= 0 ? -EINVAL : signal_kill_thread(pid, tid, &info);
}

SYS_FORWARD(sys_tkill, (u64 tid, u64 signal),
            kill_thread(0, (pid_t)tid, signal))
SYS_FORWARD(sys_tgkill, (u64 pid, u64 tid, u64 signal),
            (pid_t)pid <= 0 ? -EINVAL
                            : kill_thread((pid_t)pid, (pid_t)tid, signal))

/* Copy in what a program says of a signal that it sends.  As on Linux, the end
 * is read only if the code is unknown, and must be 0 then.
 * => 0, -EFAULT, -E2BIG */
static long
copy_info(siginfo_t *info, u64 user, u64 signal)
{
    struct user_siginfo told;

    if (copy_from_user(&told.info, user, sizeof(told.info)) != 0) {
        return -EFAULT;
    }
    *info = told.info;
    int code = info->si_code;
    bool known = (code >= SI_DETHREAD && code <= 6) || code == SI_KERNEL
                 || code == SI_ASYNCNL;
    if (!known && copy_from_user(&told, user, sizeof(told)) != 0) {
        return -EFAULT;
    }
    for (size_t i = 0; !known && i < ARRAY_SIZE(told.more); i++) {
        if (told.more[i] != 0) {
            return -E2BIG;
        }
    }
    info->si_signo = (int)signal;
    return 0;
}

/* Whether it says that the kernel, kill or tkill has sent it. */
static bool
is_forged(const siginfo_t *info)
{
    return info->si_code >= 0 || info->si_code == SI_TKILL;
}

/* int rt_sigqueueinfo(pid_t pid, int signal, siginfo_t *info);
 * EPERM: si_code is not below 0, or SI_TKILL, and pid is not the thread's own.
 * E2BIG: an unknown si_code, and not only zeros after 48 bytes.
 * ESRCH, EINVAL: as kill.  EAGAIN: as tkill.  EFAULT.
 * Differences from Linux: it knows more positive codes of faults. */
long
sys_rt_sigqueueinfo(u64 pid, u64 signal, u64 user)
{
    siginfo_t info;
    long error = copy_info(&info, user, signal);

    if (error == 0 && is_forged(&info) && (pid_t)pid != current->tid) {
        return -EPERM;
    }
    return error != 0         ? error
           : (pid_t)pid <= 0 ? -ESRCH
                             : signal_kill((pid_t)pid, &info);
}

/* int rt_tgsigqueueinfo(pid_t pid, pid_t tid, int signal, siginfo_t *info);
 * As rt_sigqueueinfo, to a thread.  EINVAL: also an id below 1. */
long
sys_rt_tgsigqueueinfo(u64 pid, u64 tid, u64 signal, u64 user)
{
    siginfo_t info;
    long error = copy_info(&info, user, signal);

    if (error == 0 && ((pid_t)pid <= 0 || (pid_t)tid <= 0)) {
        return -EINVAL;
    }
    if (error == 0 && is_forged(&info) && (pid_t)tid != current->tid) {
        return -EPERM;
    }
    return error != 0 ? error
                      : signal_kill_thread((pid_t)pid, (pid_t)tid, &info);
}

/* int pidfd_send_signal(int fd, int signal, siginfo_t *info, unsigned flags);
 * info NULL: as kill tells of it.
 * EINVAL: flags; signal is not info's, or there is none such.  EPERM, E2BIG,
 * ESRCH, EAGAIN: as rt_sigqueueinfo.  EFAULT. */
long
sys_pidfd_send_signal(u64 fd, u64 signal, u64 user, u64 flags)
{
    siginfo_t info = signal_from_me((int)signal, SI_USER);
    int told = (int)signal;

    if ((u32)flags != 0) {
        return -EINVAL;
    }
    struct file_use use = file_use_fd((int)fd);
    long error = use.file != NULL ? 0 : -EBADF;
    if (error == 0 && user != 0) {
        error = copy_from_user(&told, user, sizeof(told)) == 0
                    ? copy_info(&info, user, signal) : -EFAULT;
    }
    if (error == 0) {
        error = told == (int)signal ? pidfd_send(use.file, &info,
                                             user != 0 && is_forged(&info))
                                    : -EINVAL;
    }
    file_done(use);
    return error;
}

/* ---- Waiting ---- */

/* int pause(void);
 * EINTR: a handler has run. */
SYS_FORWARD(sys_pause, (void), signal_wait())

/* int rt_sigsuspend(const sigset_t *mask, size_t size);
 * Have this mask until a handler has run.
 * EINTR: it has.  EINVAL: size is not 8.  EFAULT. */
long
sys_rt_sigsuspend(u64 mask, u64 size)
{
    sigset_t set;

    if (size != sizeof(set)) {
        return -EINVAL;
    }
    if (copy_from_user(&set, mask, sizeof(set)) != 0) {
        return -EFAULT;
    }
    current->saved_blocked = current->blocked;
    current->restores = true;
    signal_set_blocked(set);
    return signal_wait();
}

/* int rt_sigtimedwait(const sigset_t *set, siginfo_t *info,
 *                     const struct timespec *timeout, size_t size);
 * Returns the number of a pending signal of the set, which it takes.
 * EAGAIN: none within the time.  EINTR: another signal came.  EINVAL: size is
 * not 8, or not a time.  EFAULT. */
long
sys_rt_sigtimedwait(u64 set, u64 user, u64 timeout, u64 size)
{
    sigset_t wanted;
    struct timespec ts;
    struct user_siginfo told = {0};
    u64 deadline = NEVER;

    if (size != sizeof(wanted)) {
        return -EINVAL;
    }
    if (copy_from_user(&wanted, set, sizeof(wanted)) != 0
        || (timeout != 0 && copy_from_user(&ts, timeout, sizeof(ts)) != 0)) {
        return -EFAULT;
    }
    if (timeout != 0 && deadline_after(ts, &deadline) != 0) {
        return -EINVAL;
    }
    long signal = signal_take(wanted & ~UNBLOCKABLE, deadline, &told.info);
    if (signal > 0 && copy_out(user, &told, sizeof(told)) != 0) {
        return -EFAULT;
    }
    return signal;
}
