/*
 * System calls about processes, signals and sleep.
 */
#include "abi/errno.h"
#include "abi/reboot.h"
#include "abi/resource.h"
#include "abi/signal.h"
#include "abi/time.h"
#include "abi/wait.h"

#include "core/optional.h"
#include "core/panic.h"

#include "arch/clock.h"
#include "arch/smp.h"

#include "proc/cred.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/sleep.h"

#include "sys/sys.h"

OPTIONAL_ENOSYS(sigframe_exists)

/* pid_t fork(void), vfork(void);
 * Returns the child's pid; 0 in the child.  vfork returns to the caller after
 * the child has called execve or _exit.
 * EAGAIN: too many processes.  ENOMEM: no memory. */
SYS_FORWARD(sys_fork, (void),
            proc_clone(&(struct clone_args){.flags = SIGCHLD}))
SYS_FORWARD(sys_vfork, (void),
            proc_clone(&(struct clone_args){.flags = SIGCHLD | vfork_flags}))

/* int execve(const char *path, char *const argv[], char *const envp[]);
 * On success the new program runs; its rax is 0.
 * ENOENT, ENOTDIR, EACCES, ENOEXEC, E2BIG, ENOMEM, EFAULT, ENAMETOOLONG; ELOOP:
 * the interpreter of a fifth script in a row is a script.
 * Differences from Linux: PT_INTERP is not supported (ENOEXEC). */
long
sys_execve(u64 path, u64 argv, u64 envp)
{
    struct path_arg arg;
    long error = path_arg_get(&arg, HERE, path);

    if (error == 0) {
        error = proc_exec(arg.path, argv, envp);
        path_arg_put(&arg);
    }
    return error;
}

/* void exit(int status); ends the calling thread; the last one, the process. */
long
sys_exit(u64 status)
{
    thread_exit(W_EXITCODE((int)status, 0));
}

/* void exit_group(int status); ends the process. */
long
sys_exit_group(u64 status)
{
    proc_exit(W_EXITCODE((int)status, 0));
}

/* pid_t wait4(pid_t pid, int *status, int options, struct rusage *rusage);
 * Returns the pid of a child with a status to report; 0 if there is none and
 * options has WNOHANG.
 * ECHILD: no such child.  EINVAL: unknown option.  EFAULT.
 * Differences from Linux: CPU time is counted in ticks; in maxrss a page counts
 *   each time that it is made present, what is unmapped is not taken off. */
long
sys_wait4(u64 pid, u64 status, u64 options, u64 rusage)
{
    int word = 0;
    struct waited more;

    if ((u32)options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD
                         | __WALL | __WCLONE)) {
        return -EINVAL;
    }
    if ((u32)pid == 1u << 31) { /* -pid would overflow */
        return -ESRCH;
    }
    long result = proc_wait((pid_t)pid, (int)options | WEXITED, &word,
                            rusage != 0 ? &more : NULL);
    if (result > 0
        && (copy_out(status, &word, sizeof(word)) != 0
            || copy_out(rusage, &more.usage, sizeof(more.usage)) != 0)) {
        return -EFAULT;
    }
    return result;
}

/* int sched_yield(void); */
long
sys_sched_yield(void)
{
    current->share.turn = TURN_TICKS;
    schedule();
    return 0;
}

/* pid_t getpid(void), getppid(void); cannot fail. */
SYS_FORWARD(sys_getpid, (void), current->process->pid)
SYS_FORWARD(sys_getppid, (void),
            __atomic_load_n(&current->process->ppid, __ATOMIC_RELAXED))

/* int reboot(int magic, int magic2, int op, void *arg);
 * POWER_OFF, HALT, RESTART do not return; CAD_ON, CAD_OFF return 0.
 * EPERM: not root.  EINVAL. */
long
sys_reboot(u64 magic1, u64 magic2, u64 op, u64 arg)
{
    (void)arg;
    if (!cred_may(RIGHT_BOOT)) {
        return -EPERM;
    }
    if ((u32)magic1 != REBOOT_MAGIC1 || (u32)magic2 != REBOOT_MAGIC2) {
        return -EINVAL;
    }
    switch ((u32)op) {
    case REBOOT_POWER_OFF:
    case REBOOT_HALT:
        park_others(); /* they finish their output first, and cannot reboot */
        machine_power_off();
    case REBOOT_RESTART:
        park_others();
        machine_reset();
    case REBOOT_CAD_ON:
    case REBOOT_CAD_OFF:
        return 0;
    default:
        return -EINVAL;
    }
}

/* int kill(pid_t pid, int signal);
 * ESRCH: no such process or group.  EINVAL: no such signal.  EPERM: another
 * user's; but SIGCONT may go to any process of the session. */
long
sys_kill(u64 pid, u64 signal)
{
    siginfo_t info = {.si_signo = (int)signal, .si_code = SI_USER,
                      .si_pid = current->process->pid,
                      .si_uid = cred_current()->uid};

    return signal_kill((pid_t)pid, &info);
}

/* int rt_sigaction(int signal, const struct kernel_sigaction *new,
 *                  struct kernel_sigaction *old, size_t size);
 * EINVAL: size is not 8; no such signal; SIGKILL or SIGSTOP.  EFAULT.
 * Differences from Linux: ENOMEM, if the actions are still shared after a fork
 *   and cannot be copied. */
long
sys_rt_sigaction(u64 signal, u64 new, u64 old, u64 size)
{
    struct kernel_sigaction action, before;

    if (size != sizeof(sigset_t)) {
        return -EINVAL;
    }
    if (new != 0 && words_from_user(&action, new, sizeof(action)) != 0) {
        return -EFAULT;
    }
    int error = new != 0 && action.handler != SIG_DFL
                    && action.handler != SIG_IGN ? sigframe_exists() : 0;
    if (error == 0) {
        error = signal_action((int)signal, new != 0 ? &action : NULL, &before);
    }
    if (error == 0 && old != 0) {
        error = words_to_user(old, &before, sizeof(before));
    }
    return error;
}

/* Sleep until sleep_end; a signal's interruption stores what is left. */
static long
sleep_on(void)
{
    u64 end = current->sleep_end;

    if (sleep_until(end) == 0) {
        return 0;
    }
    u64 now = clock_ns();
    u64 ns = end > now ? end - now : 0;
    struct timespec ts = {(long)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC)};
    int error = copy_out(current->sleep_args[0], &ts, sizeof(ts));
    current->restart = sleep_on;
    return error != 0 ? error : -ERESTART_RESTARTBLOCK;
}

/* int nanosleep(const struct timespec *time, struct timespec *left);
 * EINVAL: not a time.  EFAULT.
 * If the process is stopped, *left is stored, but the sleep's end stays. */
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
    u64 seconds = MIN((u64)ts.tv_sec, SECONDS_MOST);
    current->sleep_end = clock_ns() + seconds * NSEC_PER_SEC + (u64)ts.tv_nsec;
    current->sleep_args[0] = left;
    return sleep_on();
}

/* long restart_syscall(void);
 * Continue an interrupted call until its end.  The kernel makes a program call
 * this; see ERESTART_RESTARTBLOCK.
 * EINTR: no call was interrupted. */
long
sys_restart_syscall(void)
{
    long (*restart)(void) = current->restart;

    current->restart = NULL;
    return restart != NULL ? restart() : -EINTR;
}
