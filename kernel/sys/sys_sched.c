/*
 * System calls about shares of the CPU: nice values, policies, priorities.
 * Like Linux's, they name a thread, not its process.
 */
#include "abi/errno.h"
#include "abi/resource.h"
#include "abi/sched.h"
#include "abi/time.h"

#include "core/optional.h"

#include "arch/clock.h"

#include "proc/group.h"
#include "proc/limits.h"
#include "proc/shares.h"
#include "proc/users.h"

#include "sys/sys.h"

OPTIONAL(cred_refuse_share)

/* The thread's RLIMIT_NICE or RLIMIT_RTPRIO.  => its process's lock held */
static u64
limit_of(const struct thread *thread, int resource)
{
    const struct limits *limits = thread->process->limits;

    return limits != NULL ? limits->limit[resource].rlim_cur : 0;
}

static bool
may_nice(const struct thread *thread, int nice)
{
    return nice >= thread->share.nice || cred_may(RIGHT_NICE)
           || (u64)(20 - nice) <= limit_of(thread, RLIMIT_NICE);
}

/* Whether the caller may give a thread another policy and priority.
 * => 0, -EPERM; the process's lock held */
static long
may_set_policy(const struct thread *thread, struct share had,
               struct share share)
{
    u64 most = limit_of(thread, RLIMIT_RTPRIO);

    if (cred_may(RIGHT_NICE)) {
        return 0;
    }
    if (share.nice < had.nice && !may_nice(thread, share.nice)) {
        return -EPERM;
    }
    if ((share.priority != 0 && share.policy != had.policy && most == 0)
        || (share.priority > had.priority && share.priority > most)
        || (had.policy == SCHED_IDLE && share.policy != SCHED_IDLE
            && (u64)(20 - had.nice) > limit_of(thread, RLIMIT_NICE))
        || (had.reset && !share.reset)) {
        return -EPERM;
    }
    return cred_refuse_share(thread->process);
}

/* ---- Nice values ---- */

/* One of the threads that getpriority and setpriority name: the most of 20 -
 * nice so far, or the worst error. */
static long
visit(struct thread *thread, const int *nice, long result)
{
    struct share share = thread->share;

    if (nice == NULL) {
        return MAX(result, 20 - share.nice);
    }
    share.nice = (i8)*nice;
    long error = cred_refuse_share(thread->process) != 0 ? -EPERM
                 : !may_nice(thread, *nice)              ? -EACCES
                                                         : 0;
    if (error == 0) {
        share_set(thread, share);
        return result == -ESRCH ? 0 : result;
    }
    return error;
}

static long
visit_process(struct process *process, const int *nice, long result)
{
    spin_lock(&process->lock);
    for_each_thread(thread, process) {
        result = visit(thread, nice, result);
    }
    spin_unlock(&process->lock);
    return result;
}

/* A process without a thread has the nice value of its last one. */
static long
visit_zombie(pid_t pid, const int *nice)
{
    long result = -ESRCH;

    spin_lock(&family_lock);
    struct process *process = proc_find(pid);
    if (process != NULL && proc_is_zombie(process)) {
        process->nice = nice != NULL ? (i8)*nice : process->nice;
        result = nice != NULL ? 0 : 20 - process->nice;
    }
    spin_unlock(&family_lock);
    return result;
}

/* Visit the threads that are meant.  nice: NULL to ask. */
static long
visit_all(int which, int who, const int *nice)
{
    struct thread *thread;
    long result = -ESRCH;

    if (which < PRIO_PROCESS || which > PRIO_USER) {
        return -EINVAL;
    }
    if (which == PRIO_PROCESS) {
        (void)!thread_lock(who, &thread);
        if (thread != NULL) {
            result = visit(thread, nice, result);
            thread_unlock(thread);
            return result;
        }
        return visit_zombie(who, nice);
    }
    spin_lock(&family_lock);
    if (who == 0) {
        who = which == PRIO_PGRP ? current->process->group->pgid
                                 : (int)cred_current()->uid;
    }
    for_each_process(process) {
        if (which == PRIO_PGRP ? process->group->pgid == who
                               : process->cred->uid == (u32)who) {
            result = visit_process(process, nice, result);
        }
    }
    spin_unlock(&family_lock);
    return result;
}

/* int getpriority(int which, id_t who);
 * Returns 20 - nice, the most of those that are meant: the C library subtracts.
 * EINVAL: which.  ESRCH: none is meant. */
SYS_FORWARD(sys_getpriority, (u64 which, u64 who),
            visit_all((int)which, (int)who, NULL))

/* int setpriority(int which, id_t who, int nice); a nice value out of range is
 * the nearest one.  EINVAL, ESRCH, EACCES, EPERM. */
long
sys_setpriority(u64 which, u64 who, u64 value)
{
    int nice = MIN(MAX((int)value, -20), 19);

    return visit_all((int)which, (int)who, &nice);
}

/* ---- Policies ---- */

/* A thread's share.  => 0, -EINVAL, -ESRCH */
static long
share_of(u64 tid, struct share *share)
{
    struct thread *thread;

    if ((pid_t)tid < 0) {
        return -EINVAL;
    }
    (void)!thread_lock((pid_t)tid, &thread);
    if (thread == NULL) {
        return -ESRCH;
    }
    *share = thread->share;
    thread_unlock(thread);
    return 0;
}

/* The bounds of a policy's priority, or -EINVAL. */
static int
priority_bound(int policy, int real_bound)
{
    return policy == SCHED_FIFO || policy == SCHED_RR   ? real_bound
           : policy == SCHED_OTHER || policy == SCHED_BATCH
                   || policy == SCHED_IDLE
                   || policy == SCHED_DEADLINE          ? 0
                                                        : -EINVAL;
}

#define NICE_KEPT 20

/* What sched_setattr would be told to change policy (-1: keep it, and the fate
 * at fork) and priority. */
static struct sched_attr
attr_of(int policy, int priority)
{
    return (struct sched_attr){
        .sched_policy = (u32)(policy & ~SCHED_RESET_ON_FORK),
        .sched_flags = policy == -1 ? SCHED_FLAG_KEEP_POLICY
                       : policy & SCHED_RESET_ON_FORK
                           ? SCHED_FLAG_RESET_ON_FORK : 0,
        .sched_nice = NICE_KEPT,
        .sched_priority = (u32)priority,
    };
}

/* Change a thread's share.
 * => the process's lock held; 0, -EINVAL, -EPERM */
static long
change_share(const struct thread *thread, struct share *share,
             const struct sched_attr *attr)
{
    struct share had = *share;
    bool keeps_policy = (attr->sched_flags & SCHED_FLAG_KEEP_POLICY) != 0;
    bool keeps_all = (attr->sched_flags & SCHED_FLAG_KEEP_PARAMS) != 0;
    int policy = keeps_policy ? had.policy : (int)attr->sched_policy;
    int priority = keeps_all ? had.priority
                             : (int)MIN(attr->sched_priority, 100);
    int most = policy == SCHED_DEADLINE ? -1 : priority_bound(policy, 99);

    if (most < 0 || priority < (most != 0) || priority > most) {
        return -EINVAL;
    }
    if (!keeps_policy) {
        share->reset = (attr->sched_flags & SCHED_FLAG_RESET_ON_FORK) != 0;
    }
    if (!keeps_all) {
        if (most == 0 && policy != SCHED_IDLE && attr->sched_nice < NICE_KEPT) {
            share->nice = (i8)attr->sched_nice;
        }
        share->policy = (u8)policy;
        share->priority = (u8)priority;
        share->turn = 0;
    }
    return may_set_policy(thread, had, *share);
}

long
share_choose(struct share *share, int policy, int priority)
{
    struct sched_attr attr = attr_of(policy, priority);

    spin_lock(&current->process->lock);
    long error = policy < -1 ? -EINVAL : change_share(current, share, &attr);
    spin_unlock(&current->process->lock);
    return error;
}

/* => 0, -ESRCH, -EINVAL, -EPERM */
static long
set_share(u64 tid, struct sched_attr attr)
{
    struct thread *thread;

    (void)!thread_lock((pid_t)tid, &thread);
    if (thread == NULL) {
        return -ESRCH;
    }
    struct share share = thread->share;
    long error = change_share(thread, &share, &attr);
    if (error == 0) {
        share_set(thread, share);
    }
    thread_unlock(thread);
    return error;
}

/* Change policy and priority; policy: -1 to keep it. */
static long
set_policy(u64 tid, int policy, u64 user)
{
    struct sched_param param;

    if ((pid_t)tid < 0 || user == 0) {
        return -EINVAL;
    }
    if (copy_from_user(&param, user, sizeof(param)) != 0) {
        return -EFAULT;
    }
    return set_share(tid, attr_of(policy, param.sched_priority));
}

/* int sched_setscheduler(pid_t tid, int policy, const struct sched_param *);
 * EINVAL: tid < 0, no param, a policy or priority that there is not.  ESRCH.
 * EPERM.  EFAULT.
 * Differences from Linux: no SCHED_DEADLINE, no SCHED_EXT. */
SYS_FORWARD(sys_sched_setscheduler, (u64 tid, u64 policy, u64 param),
            (int)policy < 0 ? -EINVAL : set_policy(tid, (int)policy, param))

/* int sched_setparam(pid_t tid, const struct sched_param *); the same. */
SYS_FORWARD(sys_sched_setparam, (u64 tid, u64 param),
            set_policy(tid, -1, param))

/* int sched_getscheduler(pid_t tid); EINVAL, ESRCH.
 * Returns the policy, with SCHED_RESET_ON_FORK. */
long
sys_sched_getscheduler(u64 tid)
{
    struct share share;
    long error = share_of(tid, &share);

    return error != 0 ? error
                      : share.policy | (share.reset ? SCHED_RESET_ON_FORK : 0);
}

/* int sched_getparam(pid_t tid, struct sched_param *);
 * EINVAL, ESRCH, EFAULT. */
long
sys_sched_getparam(u64 tid, u64 user)
{
    struct share share;
    long error = user == 0 ? -EINVAL : share_of(tid, &share);
    struct sched_param param = {error == 0 ? share.priority : 0};

    return error != 0 ? error : copy_to_user(user, &param, sizeof(param));
}

/* int sched_get_priority_max(int policy), sched_get_priority_min; EINVAL. */
SYS_FORWARD(sys_sched_get_priority_max, (u64 policy),
            priority_bound((int)policy, 99))
SYS_FORWARD(sys_sched_get_priority_min, (u64 policy),
            priority_bound((int)policy, 1))

/* int sched_rr_get_interval(pid_t tid, struct timespec *);
 * EINVAL, ESRCH, EFAULT.  SCHED_FIFO: 0.
 * Differences from Linux: a tick for the other policies. */
long
sys_sched_rr_get_interval(u64 tid, u64 user)
{
    struct share share;
    long error = share_of(tid, &share);

    if (error != 0) {
        return error;
    }
    struct timespec interval = {
        .tv_nsec = share.policy == SCHED_RR     ? TURN_TICKS * NSEC_PER_TICK
                   : share.policy == SCHED_FIFO ? 0
                                                : NSEC_PER_TICK,
    };
    return copy_to_user(user, &interval, sizeof(interval));
}

/* ---- The same by a structure that may grow ---- */

/* A structure of another size: what is behind the known part must be 0.
 * => 0; -E2BIG, and *user says which size is known; -EINVAL, -EFAULT */
static long
read_attr(u64 user, struct sched_attr *attr)
{
    u32 size, known = sizeof(*attr);
    u8 rest;

    if (copy_from_user(&size, user, sizeof(size)) != 0) {
        return -EFAULT;
    }
    size = size == 0 ? SCHED_ATTR_SIZE_VER0 : size;
    bool fits = size >= SCHED_ATTR_SIZE_VER0 && size <= PAGE_SIZE;
    for (u32 at = known; fits && at < size; at++) {
        if (copy_from_user(&rest, user + at, 1) != 0) {
            return -EFAULT;
        }
        fits = rest == 0;
    }
    if (!fits) {
        return copy_to_user(user, &known, sizeof(known)) != 0 ? -EFAULT
                                                              : -E2BIG;
    }
    if (copy_from_user(attr, user, MIN(size, known)) != 0) {
        return -EFAULT;
    }
    return (attr->sched_flags & SCHED_FLAG_UTIL_CLAMP) != 0 && size < known
               ? -EINVAL : 0;
}

/* int sched_setattr(pid_t tid, struct sched_attr *attr, unsigned flags);
 * EINVAL: tid < 0, no attr, flags, a policy, flag or priority that there is
 * not.  E2BIG: its size.  ESRCH, EPERM, EFAULT.  EOPNOTSUPP: bounds of use.
 * Differences from Linux: EINVAL for SCHED_DEADLINE, and without effect are the
 * flags that are only for it. */
long
sys_sched_setattr(u64 tid, u64 user, u64 flags)
{
    struct sched_attr attr = {0};

    if ((pid_t)tid < 0 || user == 0 || (u32)flags != 0) {
        return -EINVAL;
    }
    long error = read_attr(user, &attr);
    if (error != 0) {
        return error;
    }
    if ((int)attr.sched_policy < 0
        || (attr.sched_flags & ~(u64)SCHED_FLAG_ALL) != 0) {
        return -EINVAL;
    }
    if ((attr.sched_flags & SCHED_FLAG_UTIL_CLAMP) != 0) {
        return -EOPNOTSUPP;
    }
    attr.sched_nice = MIN(MAX(attr.sched_nice, -20), NICE_KEPT - 1);
    return set_share(tid, attr);
}

/* int sched_getattr(pid_t tid, struct sched_attr *attr, unsigned size,
 *                   unsigned flags);
 * EINVAL: tid < 0, no attr, size, flags.  ESRCH, EFAULT. */
long
sys_sched_getattr(u64 tid, u64 user, u64 size, u64 flags)
{
    struct share share = {0};

    if (user == 0 || (u32)size > PAGE_SIZE || (u32)size < SCHED_ATTR_SIZE_VER0
        || (u32)flags != 0) {
        return -EINVAL;
    }
    long error = share_of(tid, &share);
    struct sched_attr attr = {
        .size = (u32)MIN((u32)size, sizeof(attr)),
        .sched_policy = share.policy,
        .sched_flags = share.reset ? SCHED_FLAG_RESET_ON_FORK : 0,
        .sched_nice = share.priority == 0 ? share.nice : 0,
        .sched_priority = share.priority,
    };
    return error != 0 ? error : copy_to_user(user, &attr, attr.size);
}
