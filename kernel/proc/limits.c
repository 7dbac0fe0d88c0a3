/*
 * Limits.  Entry points: limits_change, and those that a limit calls.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/vma.h"

#include "proc/cred.h"
#include "proc/limits.h"
#include "proc/pid.h"
#include "proc/signal.h"

#define MEMLOCK_LIMIT  (8UL << 20) /* Linux's */
#define MSGQUEUE_LIMIT 819200UL

/* The limits of pid 1.  Zeros: no real-time priority, no higher one. */
static struct rlimit
usual(int resource)
{
    static const struct rlimit table[RLIMIT_COUNT] = {
        [RLIMIT_STACK] = {STACK_LIMIT, RLIM_INFINITY},
        [RLIMIT_CORE] = {0, RLIM_INFINITY},
        [RLIMIT_NOFILE] = {OPEN_SOFT, OPEN_MAX},
        [RLIMIT_MEMLOCK] = {MEMLOCK_LIMIT, MEMLOCK_LIMIT},
        [RLIMIT_SIGPENDING] = {SIGQUEUE_MAX, SIGQUEUE_MAX},
        [RLIMIT_MSGQUEUE] = {MSGQUEUE_LIMIT, MSGQUEUE_LIMIT},
    };
    struct rlimit limit = table[resource];

    if (resource == RLIMIT_NPROC) {
        limit.rlim_max = limit.rlim_cur = (u64)proc_limit() / 2;
    } else if (limit.rlim_max == 0 && resource != RLIMIT_NICE
               && resource != RLIMIT_RTPRIO) {
        limit.rlim_max = limit.rlim_cur = RLIM_INFINITY;
    }
    return limit;
}

struct limits *
limits_get(struct process *process)
{
    spin_lock(&process->lock);
    struct limits *limits = process->limits;
    __atomic_fetch_add(&limits->refs, 1, __ATOMIC_RELAXED);
    spin_unlock(&process->lock);
    return limits;
}

void
limits_put(struct limits *limits)
{
    if (__atomic_fetch_sub(&limits->refs, 1, __ATOMIC_ACQ_REL) == 1) {
        kfree(limits);
    }
}

/* The lock keeps another process from freeing them meanwhile. */
static struct rlimit
own_limit(int resource)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    struct rlimit limit = process->limits->limit[resource];
    spin_unlock(&process->lock);
    return limit;
}

u64
limits_soft(int resource)
{
    return own_limit(resource).rlim_cur;
}

long
limits_change(struct process *process, u32 resource, const struct rlimit *new,
              struct rlimit *old)
{
    struct limits *fresh = NULL, *had = NULL;
    long error = 0;

    if (resource >= RLIMIT_COUNT
        || (new != NULL && new->rlim_cur > new->rlim_max)) {
        return -EINVAL;
    }
    if (new != NULL && (fresh = kmalloc(sizeof(*fresh))) == NULL) {
        return -ENOMEM;
    }
    spin_lock(&process->lock);
    const struct limits *now = process->limits;
    *old = now != NULL ? now->limit[resource] : usual((int)resource);
    if (new != NULL
        && ((resource == RLIMIT_NOFILE && new->rlim_max > OPEN_MAX)
            || (new->rlim_max > old->rlim_max && !cred_may(RIGHT_LIMIT)))) {
        error = -EPERM;
    } else if (new != NULL) {
        fresh->refs = 1;
        for (int i = 0; i < RLIMIT_COUNT; i++) {
            fresh->limit[i] = now != NULL ? now->limit[i] : usual(i);
        }
        fresh->limit[resource] = *new;
        had = process->limits;
        process->limits = fresh;
        fresh = NULL;
    }
    spin_unlock(&process->lock);
    kfree(fresh);
    if (had != NULL) {
        limits_put(had);
    }
    return error;
}

/* ---- What some of them do ---- */

long
limits_file_too_long(void)
{
    signal_raise(SIGXFSZ);
    return -EFBIG;
}

/* What RLIMIT_DATA counts. */
static bool
is_data(const struct vma *vma)
{
    return (vma->prot & PROT_WRITE) != 0
           && (vma->flags & (VMA_SHARED | VMA_STACK)) == 0;
}

long
limits_memory(struct as *as, const struct vma *new, bool over)
{
    u64 all = new->end - new->start, data = is_data(new) ? all : 0;
    u64 old_all = 0, old_data = 0;
    const struct vma *vma = NULL;

    spin_lock(&as->lock);
    while ((vma = vma_first_from(as, vma != NULL ? vma->end : 0)) != NULL) {
        u64 size = vma->end - vma->start;
        vaddr_t start = MAX(vma->start, new->start);
        vaddr_t end = MIN(vma->end, new->end);
        u64 replaced = over && start < end ? end - start : 0;
        old_all += size;
        all += size - replaced;
        old_data += is_data(vma) ? size : 0;
        data += is_data(vma) ? size - replaced : 0;
        (void)spin_rest(&as->lock);
    }
    spin_unlock(&as->lock);
    return (all > old_all && all > limits_soft(RLIMIT_AS))
           || (data > old_data && data > limits_soft(RLIMIT_DATA))
               ? -ENOMEM : 0;
}

long
limits_refuse_clone(void)
{
    u64 most = limits_soft(RLIMIT_NPROC), count = 0;
    u32 uid = cred_current()->uid;

    if (cred_may(RIGHT_LIMIT)) {
        return 0;
    }
    spin_lock(&family_lock);
    for_each_process(process) {
        if (process->cred->uid == uid) {
            count += proc_is_zombie(process);
            spin_lock(&process->lock);
            for_each_thread(thread, process) {
                count++;
            }
            spin_unlock(&process->lock);
        }
    }
    spin_unlock(&family_lock);
    return count < most ? 0 : -EAGAIN;
}

void
limits_check_cpu(void)
{
    struct process *process = current->process;
    struct rlimit limit = own_limit(RLIMIT_CPU), old;
    struct cpu_time time = proc_time(process); /* in ticks, as on Linux */
    u64 seconds = (time.user + time.system) / TICKS_PER_SEC;

    if (seconds >= limit.rlim_max) {
        signal_send(process, SIGKILL);
    } else if (seconds >= limit.rlim_cur) {
        signal_send(process, SIGXCPU);
        limit.rlim_cur++; /* without memory for that, it comes each tick */
        (void)limits_change(process, RLIMIT_CPU, &limit, &old);
    }
}
