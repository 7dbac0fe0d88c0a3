/*
 * System calls of programs with threads.
 */
#include "abi/errno.h"
#include "abi/futex.h"
#include "abi/sched.h"
#include "abi/time.h"

#include "core/optional.h"

#include "arch/clock.h"
#include "arch/smp.h"

#include "mm/as.h"

#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/futex.h"
#include "proc/process.h"
#include "proc/sigacts.h"
#include "proc/sleep.h"
#include "proc/users.h"

#include "sys/sys.h"
#include "sys/timespec.h"

OPTIONAL(cred_refuse_look)

/* ---- futex ---- */

/* The deadline that futex(2)'s timeout means: for FUTEX_WAIT from now on, else
 * a time of CLOCK_MONOTONIC or CLOCK_REALTIME.  => 0, -EFAULT, -EINVAL */
static long
deadline_of(u64 user, u32 op, u64 *deadline)
{
    struct timespec ts;

    *deadline = NEVER;
    if (user == 0) {
        return 0;
    }
    if (copy_from_user(&ts, user, sizeof(ts)) != 0) {
        return -EFAULT;
    }
    if ((op & ~(u32)FUTEX_PRIVATE_FLAG) == FUTEX_WAIT) {
        return deadline_after(ts, deadline);
    }
    int error = ns_of(ts, deadline);
    if (op & FUTEX_CLOCK_REALTIME) {
        *deadline = BY_REALTIME(MIN(*deadline, TIME_MOST - 1)); /* not NEVER */
    }
    return error;
}

/* FUTEX_WAIT goes on after a stop, until its deadline; the word is looked at
 * again, and -EAGAIN means what it always means. */
static long
wait_on(void)
{
    const u64 *args = current->sleep_args;
    long result = futex_wait(args[0], args[2] & 1, (u32)args[1],
                             current->sleep_end, (u32)(args[2] >> 32));

    if (result == -ERESTARTSYS) {
        current->restart = wait_on;
        result = -ERESTART_RESTARTBLOCK;
    }
    return result;
}

static long
wait_for(u64 addr, u32 op, u32 value, u64 timeout, u32 bits)
{
    bool shared = (op & FUTEX_PRIVATE_FLAG) == 0;
    u64 deadline;
    long error = deadline_of(timeout, op, &deadline);

    if (error != 0 || bits == 0) {
        return error != 0 ? error : -EINVAL;
    }
    if (deadline == NEVER) {
        return futex_wait(addr, shared, value, NEVER, bits);
    }
    current->sleep_end = deadline;
    current->sleep_args[0] = addr;
    current->sleep_args[1] = value;
    current->sleep_args[2] = (u64)bits << 32 | shared;
    return wait_on();
}

/* The operations on two words. */
static long
call_pair(u32 kind, struct futex_pair pair, u32 value3)
{
    if (kind == FUTEX_WAKE_OP) {
        pair.wakes = (u32)MAX((int)pair.wakes, 1);
        pair.moves = (u32)MAX((int)pair.moves, 1);
        return futex_wake_op(&pair, value3);
    }
    return (int)pair.wakes < 0 || (int)pair.moves < 0
               ? -EINVAL
               : futex_requeue(&pair, kind == FUTEX_CMP_REQUEUE ? &value3
                                                                : NULL);
}

/* long futex(u32 *word, int op, u32 value, const struct timespec *timeout
 *            or u32 value2, u32 *word2, u32 value3);
 * EAGAIN: the word has another value.  ETIMEDOUT.  EINTR: a handler ran, and
 * there was a timeout.  EINVAL, EFAULT.
 * ENOSYS: unknown op, and those of PI futexes; FUTEX_CLOCK_REALTIME with an op
 * that has no absolute time. */
long
sys_futex(u64 word, u64 op, u64 value, u64 timeout, u64 word2, u64 value3)
{
    u32 kind = (u32)op & ~(u32)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
    bool shared = (op & FUTEX_PRIVATE_FLAG) == 0;

    if ((op & FUTEX_CLOCK_REALTIME) != 0 && kind != FUTEX_WAIT_BITSET) {
        return -ENOSYS;
    }
    switch (kind) {
    case FUTEX_WAIT:
        return wait_for(word, (u32)op, (u32)value, timeout,
                        FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAIT_BITSET:
        return wait_for(word, (u32)op, (u32)value, timeout, (u32)value3);
    case FUTEX_WAKE:
        return futex_wake(word, shared, MAX((int)value, 1), FUTEX_ALL_BITS);
    case FUTEX_WAKE_BITSET:
        return (u32)value3 == 0 ? -EINVAL
                                : futex_wake(word, shared, MAX((int)value, 1),
                                             (u32)value3);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
    case FUTEX_WAKE_OP:
        return call_pair(kind,
                         (struct futex_pair){word, word2, shared, (u32)value,
                                             (u32)timeout}, (u32)value3);
    default:
        return -ENOSYS;
    }
}

/* long set_robust_list(struct robust_list_head *head, size_t size);
 * EINVAL: size. */
long
sys_set_robust_list(u64 head, u64 size)
{
    if (size != sizeof(struct robust_list_head)) {
        return -EINVAL;
    }
    current->robust_list = head;
    current->ends |= END_FUTEXES;
    return 0;
}

/* long get_robust_list(int tid, struct robust_list_head **head, size_t *size);
 * ESRCH, EFAULT.  EPERM: we may not look into its process. */
long
sys_get_robust_list(u64 tid, u64 head, u64 size)
{
    struct thread *thread;
    u64 bytes = sizeof(struct robust_list_head);

    (void)!thread_lock((pid_t)tid, &thread);
    if (thread == NULL) {
        return -ESRCH;
    }
    u64 list = thread->robust_list;
    pid_t pid = thread->process->pid;
    thread_unlock(thread);
    if (cred_refuse_look(pid) != 0) {
        return -EPERM;
    }
    return copy_to_user(size, &bytes, sizeof(bytes)) != 0 ? -EFAULT
           : copy_to_user(head, &list, sizeof(list));
}

/* int membarrier(int command, unsigned flags, int cpu);
 * QUERY, and the private expedited barrier: each CPU that runs a thread of the
 * process has executed a full barrier when it returns.
 * EINVAL: another command, or flags.  EPERM: the process has not registered. */
long
sys_membarrier(u64 command, u64 flags, u64 cpu)
{
    enum { QUERY = 0, PRIVATE_EXPEDITED = 8, REGISTER = 16 };
    struct as *as = current->as;

    (void)cpu;
    if ((u32)flags != 0) {
        return -EINVAL;
    }
    switch ((u32)command) {
    case QUERY:
        return PRIVATE_EXPEDITED | REGISTER;
    case REGISTER:
        __atomic_store_n(&as->barriers, true, __ATOMIC_RELAXED);
        return 0;
    case PRIVATE_EXPEDITED:
        if (!__atomic_load_n(&as->barriers, __ATOMIC_RELAXED)) {
            return -EPERM;
        }
        tlb_flush_all(as_cpus(as)); /* an interrupt, which is a barrier */
        return 0;
    default:
        return -EINVAL;
    }
}

/* ---- Making and unsharing ---- */

#define PID_LEVELS 32 /* Linux's most, of name spaces within one another */

/* long clone(unsigned long flags, void *stack, int *parent_tid, int *child_tid,
 *            unsigned long tls);
 * Returns the child's pid; 0 in the child.
 * With CLONE_PIDFD, *parent_tid is a descriptor of the child.
 * EINVAL: flags that do not fit together, or are not supported; CLONE_PARENT of
 * pid 1.  EPERM: tls is not a user address;
 * CLONE_NEWNS, and not root.  EAGAIN, ENOMEM: as fork.  EMFILE,
 * EFAULT: the descriptor.
 * Bits from 32 on are ignored.
 * Differences from Linux: new name spaces, but CLONE_NEWNS, are EINVAL. */
SYS_FORWARD(sys_clone,
            (u64 flags, u64 stack, u64 parent_tid, u64 child_tid, u64 tls),
            proc_clone(&(struct clone_args){
                .flags = (u32)flags, .stack = stack, .parent_tid = parent_tid,
                .child_tid = child_tid, .tls = tls,
                .more = &(struct clone_more){.pidfd = parent_tid}}))

/* long clone3(struct clone_args *args, size_t size);
 * As clone; flags has no signal.
 * E2BIG: bytes behind those that are known are not 0, or size is over a page.
 * EINVAL: as clone; size is below 64; the number asked for is no pid.  EPERM:
 * only root asks for one.  EEXIST: it is in use.  EFAULT.
 * Differences from Linux: EINVAL for the cgroup, and for a thread's number. */
long
sys_clone3(u64 user, u64 size)
{
    struct clone3_args args = {0};
    u8 rest[64];

    if (size > PAGE_SIZE) {
        return -E2BIG;
    }
    if (size < CLONE_ARGS_SIZE_VER0) {
        return -EINVAL;
    }
    for (u64 at = sizeof(args); at < size; at += sizeof(rest)) {
        u64 part = MIN(size - at, sizeof(rest));
        if (copy_from_user(rest, user + at, part) != 0) {
            return -EFAULT;
        }
        for (u64 i = 0; i < part; i++) {
            if (rest[i] != 0) {
                return -E2BIG;
            }
        }
    }
    if (copy_from_user(&args, user, MIN(size, sizeof(args))) != 0) {
        return -EFAULT;
    }
    if ((args.flags & (CSIGNAL | CLONE_DETACHED | CLONE_CHOSEN)) != 0
        || args.exit_signal > SIGNAL_MAX
        || args.set_tid_size > PID_LEVELS
        || (args.set_tid == 0) != (args.set_tid_size == 0)
        || (args.stack == 0) != (args.stack_size == 0)
        || ((args.flags & (CLONE_THREAD | CLONE_PARENT)) && args.exit_signal)
        || !user_range(args.stack, args.stack_size)) {
        return -EINVAL;
    }
    struct clone_more more = {.pidfd = args.pidfd};
    if (args.set_tid != 0) {
        if (copy_from_user(&more.pid, args.set_tid, sizeof(more.pid)) != 0) {
            return -EFAULT;
        }
        if (args.set_tid_size > 1) { /* for one name space of pids each */
            return -EINVAL;
        }
        args.flags |= CLONE_CHOSEN;
    }
    return proc_clone(&(struct clone_args){
        .flags = args.flags | args.exit_signal,
        .stack = args.stack != 0 ? args.stack + args.stack_size : 0,
        .parent_tid = args.parent_tid, .child_tid = args.child_tid,
        .tls = args.tls, .more = &more});
}

OPTIONAL(fs_context_new_space) OPTIONAL_ENOSYS(mount_refuse)

/* int unshare(int flags);
 * The calling thread has its own descriptors (CLONE_FILES), or directory and
 * umask (CLONE_FS), or these and its own name space (CLONE_NEWNS), or undoes
 * its own changes of semaphores (CLONE_SYSVSEM): if no other thread shared
 * them, at once, as on Linux.
 * EINVAL: unknown flags, or those of what is not the thread's alone.
 * EPERM: CLONE_NEWNS, and not root.  ENOMEM. */
long
sys_unshare(u64 flags)
{
    const u64 own = CLONE_FILES | CLONE_FS | CLONE_NEWNS | CLONE_SYSVSEM;
    const u64 alone = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM;
    struct files *files = current->files, *own_files = NULL;
    struct fs_context *fs = current->fs, *own_fs = NULL;
    const struct sigacts *sigacts = current->process->sigacts;

    if ((flags & ~(alone | own)) != 0) {
        return -EINVAL;
    }
    if ((flags & alone) != 0
        && (!proc_has_one_thread(current->process)
            || ((flags & CLONE_VM)
                && __atomic_load_n(&current->as->refs, __ATOMIC_RELAXED) > 1)
            || ((flags & CLONE_SIGHAND) && sigacts->together
                && __atomic_load_n(&sigacts->refs, __ATOMIC_RELAXED) > 1))) {
        return -EINVAL;
    }
    if ((flags & CLONE_NEWNS) && mount_refuse() != 0) {
        return mount_refuse();
    }
    if ((flags & CLONE_FILES) && (own_files = files_copy(files)) == NULL) {
        return -ENOMEM;
    }
    if (flags & CLONE_NEWNS) {
        own_fs = fs_context_new_space(fs);
    } else if (flags & CLONE_FS) {
        own_fs = fs_context_copy(fs);
    }
    if ((flags & (CLONE_FS | CLONE_NEWNS)) && own_fs == NULL) {
        files_put(own_files);
        return -ENOMEM;
    }
    /* ---- no failure below this line ---- */
    if ((flags & CLONE_SYSVSEM) && (current->ends & END_UNDOS)) {
        sem_leave(current);
    }
    if (own_files != NULL) {
        current->files = own_files;
        files_put(files);
    }
    if (own_fs != NULL) {
        current->fs = own_fs;
        fs_context_put(fs);
    }
    return 0;
}
