/*
 * System calls that a simple program does not need: ids, groups, limits,
 * attributes of threads.
 */
#include "abi/errno.h"
#include "abi/prctl.h"
#include "abi/resource.h"
#include "abi/time.h"
#include "abi/utsname.h"
#include "abi/wait.h"
#include "common/string.h"

#include "core/config.h"
#include "core/optional.h"

#include "arch/clock.h"

#include "proc/exit.h"
#include "proc/jobs.h"
#include "proc/limits.h"
#include "proc/pid.h"
#include "proc/sched.h"
#include "proc/usage.h"
#include "proc/users.h"

#include "fs/pidfd.h"

#include "sys/sys.h"

OPTIONAL_ENOSYS(cred_set_bits) OPTIONAL_ENOSYS(limits_change)
OPTIONAL(cred_refuse_limits) OPTIONAL_ENOSYS(pidfd_pid)

/* uid_t getuid(void), geteuid, getgid, getegid; cannot fail. */
SYS_FORWARD(sys_getuid, (void), cred_current()->uid)
SYS_FORWARD(sys_geteuid, (void), cred_current()->euid)
SYS_FORWARD(sys_getgid, (void), cred_current()->gid)
SYS_FORWARD(sys_getegid, (void), cred_current()->egid)

/* int uname(struct utsname *name); EFAULT. */
long
sys_uname(u64 name)
{
    static const struct utsname utsname = {
        .sysname = "Tine", .nodename = "tine", .release = LINUX_RELEASE,
        .version = "#1 " TINE_VERSION,
        .machine = "x86_64", .domainname = "(none)",
    };

    return copy_to_user(name, &utsname, sizeof(utsname));
}

/* ---- Groups and sessions ---- */

/* The process with this pid; 0 means the caller.  => family_lock held */
static struct process *
target_of(pid_t pid)
{
    return pid == 0 ? current->process : proc_find(pid);
}

/* int setpgid(pid_t pid, pid_t pgid);
 * EINVAL: pgid < 0, or it is 0 and pid < 0; pid is a tid, but of no process's
 * first thread.  ESRCH: not the caller or its child.  EACCES: the child has
 * called execve.  EPERM: another session, a leader, or no such group.
 * Differences from Linux: ENOMEM, if a new group is needed. */
long
sys_setpgid(u64 pid, u64 pgid)
{
    if ((pid_t)pgid < 0 || ((pid_t)pgid == 0 && (pid_t)pid < 0)) {
        return -EINVAL;
    }
    spin_lock(&family_lock);
    struct process *target = target_of((pid_t)pid);
    long error = target != NULL && (pid_t)pid != 0 && target->pid != (pid_t)pid
                     ? -EINVAL : group_set(target, (pid_t)pgid);
    spin_unlock(&family_lock);
    return error;
}

/* pid_t getpgid(pid_t pid), getsid(pid_t pid), getpgrp(void);
 * Returns the id of the group or session.  ESRCH: no such process. */
static long
number_of(pid_t pid, bool session)
{
    spin_lock(&family_lock);
    struct process *target = target_of(pid);
    long number = target == NULL ? -ESRCH
                  : session      ? target->group->session->sid
                                 : target->group->pgid;
    spin_unlock(&family_lock);
    return number;
}

SYS_FORWARD(sys_getpgid, (u64 pid), number_of((pid_t)pid, false))
SYS_FORWARD(sys_getsid, (u64 pid), number_of((pid_t)pid, true))
SYS_FORWARD(sys_getpgrp, (void), number_of(0, false))

/* pid_t setsid(void);
 * Returns the new session's id.
 * EPERM: a group has the caller's pid as its id.
 * Differences from Linux: ENOMEM. */
long
sys_setsid(void)
{
    spin_lock(&family_lock);
    long error = session_begin(current->process);
    spin_unlock(&family_lock);
    return error != 0 ? error : current->process->pid;
}

/* ---- Limits ---- */

/* int prlimit64(pid_t pid, int resource, const struct rlimit *new,
 *               struct rlimit *old);
 * ESRCH.  EINVAL: unknown resource; soft over hard.  EPERM: more than OPEN_MAX
 * descriptors, another user's process, or a hard limit that only root raises.
 * EFAULT.
 * Differences from Linux: ENOMEM. */
long
sys_prlimit64(u64 pid, u64 resource, u64 new, u64 old)
{
    struct rlimit limit, had;

    if (new != 0 && copy_from_user(&limit, new, sizeof(limit)) != 0) {
        return -EFAULT;
    }
    spin_lock(&family_lock);
    struct process *target = target_of((pid_t)pid);
    long error = target == NULL ? -ESRCH : cred_refuse_limits(target);
    if (error == 0) {
        error = limits_change(target, (u32)resource, new != 0 ? &limit : NULL,
                              &had);
    }
    spin_unlock(&family_lock);
    return error != 0 ? error : copy_out(old, &had, sizeof(had));
}

/* int getrlimit(int resource, struct rlimit *limit), setrlimit; as above. */
long
sys_getrlimit(u64 resource, u64 limit)
{
    struct rlimit had;
    long error = limits_change(current->process, (u32)resource, NULL, &had);

    return error != 0 ? error : copy_to_user(limit, &had, sizeof(had));
}

long
sys_setrlimit(u64 resource, u64 user)
{
    struct rlimit limit, had;

    return copy_from_user(&limit, user, sizeof(limit)) != 0
               ? -EFAULT
               : limits_change(current->process, (u32)resource, &limit, &had);
}

/* ---- Threads ---- */

/* pid_t gettid(void); cannot fail. */
SYS_FORWARD(sys_gettid, (void), current->tid)

/* int set_tid_address(int *address); returns the caller's tid. */
long
sys_set_tid_address(u64 address)
{
    current->clear_child_tid = address;
    return current->tid;
}

/* int arch_prctl(int code, unsigned long address);
 * EINVAL: unknown code.  EPERM: not a user address.  EFAULT.
 * Differences from Linux: only ARCH_SET_FS and ARCH_GET_FS. */
long
sys_arch_prctl(u64 code, u64 address)
{
    switch ((int)code) {
    case ARCH_SET_FS:
        if (address >= USER_END) {
            return -EPERM;
        }
        sched_set_fs_base(address);
        return 0;
    case ARCH_GET_FS:
        return copy_to_user(address, &current->fs_base,
                            sizeof(current->fs_base));
    default:
        return -EINVAL;
    }
}

/* ---- Children, what a process has used, and settings of its own ---- */

/* Write what waitid says of a child, or zeros, to a siginfo_t. */
static int
tell_child_status(u64 user, pid_t pid, u32 uid, int status)
{
    siginfo_t info = {0};

    if (pid > 0) {
        info.si_signo = SIGCHLD;
        info.si_pid = pid;
        info.si_uid = uid;
        info.si_code = WIFEXITED(status)      ? CLD_EXITED
                       : WIFSTOPPED(status)   ? CLD_STOPPED
                       : WIFCONTINUED(status) ? CLD_CONTINUED
                                              : CLD_KILLED;
        info.si_status = WIFEXITED(status) || WIFSTOPPED(status)
                             ? WEXITSTATUS(status)
                         : WIFCONTINUED(status) ? SIGCONT
                                                : WTERMSIG(status);
    }
    return copy_out(user, &info, offsetof(siginfo_t, si_utime));
}

/* The process of a descriptor.
 * => 0 and its pid, which is in use until pid_put; -EBADF, -ECHILD */
static int
wait_for_pidfd(int fd, pid_t *pid, int *options)
{
    struct file_use use = file_use_fd(fd);

    *pid = use.file != NULL ? pidfd_pid(use.file) : -EBADF;
    if (*pid > 0 && (use.file->flags & O_NONBLOCK)) {
        *options |= WNOHANG;
    }
    file_done(use);
    return MIN(*pid, 0);
}

/* The pid that proc_wait takes.  => 0, or -EINVAL; of P_PIDFD as above */
static int
wait_for_whom(int kind, pid_t id, pid_t *pid, int *options)
{
    *pid = id;
    switch (kind) {
    case P_ALL:
        *pid = -1;
        return 0;
    case P_PID:
        return id > 0 ? 0 : -EINVAL;
    case P_PGID:
        *options |= id > 0 ? WAIT_PGID : 0;
        return id >= 0 ? 0 : -EINVAL;
    case P_PIDFD:
        return id >= 0 ? wait_for_pidfd(id, pid, options) : -EINVAL;
    default:
        return -EINVAL;
    }
}

/* int waitid(int kind, id_t id, siginfo_t *info, int options,
 *            struct rusage *rusage);
 * ECHILD: no such child.  EINVAL: kind, id or options.  EFAULT.  P_PIDFD, with
 * a descriptor: EBADF; EAGAIN: PIDFD_NONBLOCK, and it has nothing to report.
 * As on Linux, *info is zeros if no child has what is asked for. */
long
sys_waitid(u64 kind, u64 id, u64 user, u64 flags, u64 rusage)
{
    int options = (int)flags, word = 0;
    struct waited more = {.uid = 0};
    pid_t pid;
    long result = -EINVAL;

    if (((u32)options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED
                          | __WNOTHREAD | __WALL | __WCLONE)) == 0
        && (options & (WEXITED | WSTOPPED | WCONTINUED)) != 0) {
        result = wait_for_whom((int)kind, (pid_t)id, &pid, &options);
    }
    if (result == 0) {
        result = proc_wait(pid, options, &word, &more);
        if ((int)kind == P_PIDFD) {
            pid_put(pid);
            if (result == 0 && ((int)flags & WNOHANG) == 0) {
                result = -EAGAIN;
            }
        }
    }
    if (result > 0 && copy_out(rusage, &more.usage, sizeof(more.usage)) != 0) {
        return -EFAULT;
    }
    if (tell_child_status(user, (pid_t)result, more.uid, word) != 0) {
        return -EFAULT;
    }
    return MIN(result, 0);
}

/* int getrusage(int who, struct rusage *rusage);
 * EINVAL: not RUSAGE_SELF, RUSAGE_CHILDREN or RUSAGE_THREAD.  EFAULT.
 * Differences from Linux: as wait4; of RUSAGE_THREAD, only the times are the
 *   thread's own. */
long
sys_getrusage(u64 who, u64 rusage)
{
    struct rusage usage;

    if ((int)who < RUSAGE_CHILDREN || (int)who > RUSAGE_THREAD) {
        return -EINVAL;
    }
    proc_note_peak();
    spin_lock(&family_lock);
    proc_usage_of(current->process, (int)who, &usage);
    spin_unlock(&family_lock);
    return copy_to_user(rusage, &usage, sizeof(usage));
}

/* clock_t times(struct tms *times);
 * Returns the ticks since boot.  EFAULT. */
long
sys_times(u64 user)
{
    struct cpu_split own, children;

    spin_lock(&family_lock);
    proc_split(current->process, &own);
    proc_child_split(current->process, &children);
    struct tms times = {
        .tms_utime = (clock_t)(own.user / NSEC_PER_TICK),
        .tms_stime = (clock_t)(own.system / NSEC_PER_TICK),
        .tms_cutime = (clock_t)(children.user / NSEC_PER_TICK),
        .tms_cstime = (clock_t)(children.system / NSEC_PER_TICK),
    };
    spin_unlock(&family_lock);
    int error = copy_out(user, &times, sizeof(times));
    return error != 0 ? error : (long)(clock_ns() / NSEC_PER_TICK);
}

/* => 0, -EFAULT */
static long
set_name(u64 user)
{
    char name[COMM_SIZE] = "";
    long n = copy_string_from_user(name, user, sizeof(name) - 1);

    if (n == -EFAULT) {
        return n;
    }
    spin_lock(&family_lock);
    memcpy(thread_name(current), name, sizeof(name));
    spin_unlock(&family_lock);
    return 0;
}

/* What prctl answers for what is not here.  => -EINVAL: unknown */
static long
prctl_constant(int what, u64 arg)
{
    switch (what) {
    case PR_CAPBSET_READ: /* root may have every capability */
        return arg <= CAP_LAST_CAP ? 1 : -EINVAL;
    case PR_GET_KEEPCAPS:
    case PR_GET_SECUREBITS:
    case PR_GET_TIMING:
        return 0;
    case PR_SET_TIMING:
        return arg == 0 ? 0 : -EINVAL;
    default:
        return -EINVAL;
    }
}

/* int prctl(int what, ...);
 * EINVAL: unknown, no such signal or value.  EFAULT.
 * Differences from Linux: only the name, the death signal, the subreaper,
 *   whether other processes of the user may look into it (dumpable), whether
 *   exec may give it new ids, and some that only answer. */
long
sys_prctl(u64 what, u64 arg, u64 arg3, u64 arg4, u64 arg5)
{
    struct process *process = current->process;
    int on = process->subreaper;
    u64 more = arg3 | arg4 | arg5;
    char name[COMM_SIZE] = "";

    switch ((int)what) {
    case PR_SET_PDEATHSIG:
        if (arg > SIGNAL_MAX) {
            return -EINVAL;
        }
        spin_lock(&family_lock);
        process->death_signal = (int)arg;
        spin_unlock(&family_lock);
        return 0;
    case PR_GET_PDEATHSIG:
        return copy_to_user(arg, &process->death_signal, sizeof(int));
    case PR_GET_DUMPABLE:
        return !process->cred->hidden;
    case PR_SET_DUMPABLE:
        return arg <= 1 ? cred_set_bits(arg == 0, current->cred->confined)
                        : -EINVAL;
    case PR_GET_NO_NEW_PRIVS:
        return (arg | more) == 0 ? current->cred->confined : -EINVAL;
    case PR_SET_NO_NEW_PRIVS:
        return arg != 1 || more != 0
                   ? -EINVAL : cred_set_bits(current->cred->hidden, true);
    case PR_SET_NAME:
        return set_name(arg);
    case PR_GET_NAME:
        strlcpy(name, thread_name(current), sizeof(name));
        return copy_to_user(arg, name, sizeof(name));
    case PR_SET_CHILD_SUBREAPER:
        spin_lock(&family_lock);
        proc_set_subreaper(process, arg != 0);
        spin_unlock(&family_lock);
        return 0;
    case PR_GET_CHILD_SUBREAPER:
        return copy_to_user(arg, &on, sizeof(on));
    default:
        return prctl_constant((int)what, arg);
    }
}
