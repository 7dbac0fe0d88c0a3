/*
 * System calls of processes.
 */
#include "abi/errno.h"
#include "abi/prctl.h"
#include "abi/reboot.h"
#include "abi/resource.h"
#include "abi/signal.h"
#include "abi/utsname.h"
#include "abi/wait.h"

#include "core/config.h"
#include "core/machine.h"

#include "arch/smp.h"

#include "proc/exec.h"
#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/group.h"
#include "proc/process.h"
#include "proc/sched.h"

#include "sys/sys.h"

#define WAIT4_OPTIONS                                                      \
    (WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WALL | __WCLONE)

/* pid_t fork(void);
 * The child's pid; 0 in the child.
 * EAGAIN: too many processes.  ENOMEM: no memory. */
SYS_FORWARD(sys_fork, (void), sys_clone(SIGCHLD, 0, 0, 0, 0))

/* pid_t vfork(void);
 * As fork, but the caller waits until the child has called execve or _exit. */
SYS_FORWARD(sys_vfork, (void), sys_clone(SIGCHLD | vfork_flags, 0, 0, 0, 0))

/* long clone(unsigned long flags, void *stack, int *parent_tid, int *child_tid,
 *            unsigned long tls);
 * The child's pid; 0 in the child.
 * EINVAL: a flag that is not supported.  EPERM: tls is not a user address.
 * EAGAIN, ENOMEM: as fork.
 * Differences from Linux: the child is a process of its own: CLONE_SIGHAND,
 *   CLONE_THREAD and what is rarer are EINVAL. */
SYS_FORWARD(sys_clone,
            (u64 flags, u64 stack, u64 parent_tid, u64 child_tid, u64 tls),
            proc_clone(&(struct clone_args){
                .flags = flags, .stack = stack, .parent_tid = parent_tid,
                .child_tid = child_tid, .tls = tls}))

/* int execve(const char *path, char *const argv[], char *const envp[]);
 * 0, as the new program's first rax.
 * ENOENT, ENOTDIR, EACCES, ENOEXEC, E2BIG, ENOMEM, EFAULT, ENAMETOOLONG.
 * Differences from Linux: `#!` and PT_INTERP are not supported (ENOEXEC). */
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

/* void exit(int status); ends the calling thread; the last, the process. */
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
 * The pid of a child with a status to report; 0 with WNOHANG and none.
 * ECHILD: no such child.  EINVAL: unknown option.  EFAULT.
 * Differences from Linux: rusage holds only the times. */
long
sys_wait4(u64 pid, u64 status, u64 options, u64 rusage)
{
    int word = 0;
    struct rusage usage;

    if ((u32)options & ~WAIT4_OPTIONS) {
        return -EINVAL;
    }
    if ((u32)pid == 1u << 31) { /* its negative is no pid */
        return -ESRCH;
    }
    long result = proc_wait((pid_t)pid, (int)options, &word,
                            rusage != 0 ? &usage : NULL);
    if (result > 0 && (copy_out(status, &word, sizeof(word)) != 0
                       || copy_out(rusage, &usage, sizeof(usage)) != 0)) {
        return -EFAULT;
    }
    return result;
}

/* int sched_yield(void); */
long
sys_sched_yield(void)
{
    schedule();
    return 0;
}

/* pid_t getpid(void), gettid(void), getppid(void); cannot fail. */
SYS_FORWARD(sys_getpid, (void), current->process->pid)
SYS_FORWARD(sys_gettid, (void), current->tid)
SYS_FORWARD(sys_getppid, (void),
            __atomic_load_n(&current->process->ppid, __ATOMIC_RELAXED))

/* uid_t getuid(void) and its like; cannot fail: everybody is root. */
SYS_FORWARD(sys_getuid, (void), 0)
long sys_geteuid(void) __attribute__((alias("sys_getuid")));
long sys_getgid(void) __attribute__((alias("sys_getuid")));
long sys_getegid(void) __attribute__((alias("sys_getuid")));

/* The process that pid means to a caller: 0 is itself.  => family_lock held */
static struct process *
target_of(pid_t pid)
{
    return pid == 0 ? current->process : proc_find(pid);
}

/* int setpgid(pid_t pid, pid_t pgid);
 * EINVAL: pgid < 0, or it is 0 and pid < 0.  ESRCH: not the caller or its
 * child.  EACCES: the child has called execve.  EPERM: another session, a
 * leader, or no such group.
 * Differences from Linux: ENOMEM, if a new group is needed. */
long
sys_setpgid(u64 pid, u64 pgid)
{
    if ((pid_t)pgid < 0 || ((pid_t)pgid == 0 && (pid_t)pid < 0)) {
        return -EINVAL;
    }
    spin_lock(&family_lock);
    long error = group_set(target_of((pid_t)pid), (pid_t)pgid);
    spin_unlock(&family_lock);
    return error;
}

/* pid_t getpgid(pid_t pid), getsid(pid_t pid), getpgrp(void);
 * The group or session.  ESRCH: no such process. */
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
 * The new session's id.
 * EPERM: the caller leads a group, or led one that is still there.
 * Differences from Linux: ENOMEM. */
long
sys_setsid(void)
{
    spin_lock(&family_lock);
    long error = session_begin(current->process);
    spin_unlock(&family_lock);
    return error != 0 ? error : current->process->pid;
}

/* int set_tid_address(int *address); the caller's tid. */
long
sys_set_tid_address(u64 address)
{
    current->clear_child_tid = address;
    return current->tid;
}

/* int arch_prctl(int code, unsigned long address);
 * EINVAL: unknown code.  EPERM: not a user address.  EFAULT.
 * Differences from Linux: only the FS codes. */
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

/* int uname(struct utsname *name); EFAULT. */
long
sys_uname(u64 name)
{
    static const struct utsname utsname = {
        .sysname = "Tine", .nodename = "tine", .release = TINE_VERSION,
        .version = "#1", .machine = "x86_64", .domainname = "(none)",
    };

    return copy_to_user(name, &utsname, sizeof(utsname));
}

/* int reboot(int magic, int magic2, int op, void *arg);
 * Does not return for POWER_OFF, HALT and RESTART; 0 for CAD_ON and CAD_OFF.
 * EINVAL: bad magic or op. */
long
sys_reboot(u64 magic1, u64 magic2, u64 op, u64 arg)
{
    (void)arg;
    if ((u32)magic1 != REBOOT_MAGIC1 || (u32)magic2 != REBOOT_MAGIC2) {
        return -EINVAL;
    }
    switch ((u32)op) {
    case REBOOT_POWER_OFF:
    case REBOOT_HALT:
        park_others(); /* what they write goes out whole; a second one waits */
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

/* What we may use of this resource. */
static struct rlimit
limit_of(int resource)
{
    u64 most = resource == RLIMIT_STACK   ? STACK_LIMIT
               : resource == RLIMIT_CORE  ? 0
               : resource == RLIMIT_NPROC ? (u64)(proc_limit() - ROOT_SLOTS)
                                          : RLIM_INFINITY;

    return resource == RLIMIT_NOFILE ? current->process->open_files
                                     : (struct rlimit){most, most};
}

/* int getrlimit(int resource, struct rlimit *limit);
 * EINVAL: unknown resource.  EFAULT. */
long
sys_getrlimit(u64 resource, u64 limit)
{
    struct rlimit rlimit = limit_of((int)resource);

    return (u32)resource < RLIMIT_COUNT
               ? copy_to_user(limit, &rlimit, sizeof(rlimit)) : -EINVAL;
}

/* int prlimit64(pid_t pid, int resource, const struct rlimit *new,
 *               struct rlimit *old);
 * ESRCH: another process.  EINVAL: unknown resource; soft over hard.  EPERM:
 * more than OPEN_MAX descriptors, or a limit that is fixed.  EFAULT.
 * Differences from Linux: only RLIMIT_NOFILE can be set, only by its owner. */
long
sys_prlimit64(u64 pid, u64 resource, u64 new, u64 old)
{
    struct process *process = current->process;
    struct rlimit limit;

    if (new != 0 && copy_from_user(&limit, new, sizeof(limit)) != 0) {
        return -EFAULT;
    }
    if ((pid_t)pid != 0 && (pid_t)pid != process->pid) {
        return -ESRCH;
    }
    if ((u32)resource >= RLIMIT_COUNT
        || (new != 0 && limit.rlim_cur > limit.rlim_max)) {
        return -EINVAL;
    }
    struct rlimit had = limit_of((int)resource);
    if (new != 0) {
        if ((int)resource != RLIMIT_NOFILE || limit.rlim_max > OPEN_MAX) {
            return -EPERM;
        }
        process->open_files = limit;
    }
    return copy_out(old, &had, sizeof(had));
}
