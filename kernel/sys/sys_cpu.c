/*
 * Calls about processors.  A mask is one word: bit n is CPU n.
 */
#include "abi/errno.h"

#include "arch/percpu.h"
#include "arch/smp.h"

#include "proc/sched.h"
#include "proc/signal.h"

#include "sys/sys.h"

/* Have the thread keep to the mask, or see whether it does by now; then it may
 * have gone, its tid may be another's, or its mask another one.
 * => 1: that is done; 0: see again; -ESRCH, -EINVAL */
static long
set_affinity(pid_t tid, u64 mask, bool again)
{
    struct thread *thread;
    bool found = thread_lock(tid, &thread);
    long result = !found && !again ? -ESRCH : mask == 0 ? -EINVAL : 1;

    if (result == 1 && thread != NULL
        && (!again || thread->affinity == mask)) {
        result = sched_set_affinity(thread, mask);
    }
    if (thread != NULL) {
        thread_unlock(thread);
    }
    return result;
}

/* int sched_setaffinity(pid_t pid, size_t size, const unsigned long *mask);
 * 0; EFAULT, EINVAL (no CPU of the mask is there), ESRCH. */
long
sys_sched_setaffinity(u64 pid, u64 size, u64 user_mask)
{
    u64 mask = 0;

    if (copy_from_user(&mask, user_mask, MIN((u32)size, sizeof(mask))) != 0) {
        return -EFAULT;
    }
    mask &= cpus_online;
    long result = set_affinity((pid_t)pid, mask, false);
    while (result == 0 && !signal_fatal_pending()) {
        park_here(); /* it may have to stand still: then so must we */
        schedule();
        result = set_affinity((pid_t)pid, mask, true);
    }
    return MIN(result, 0);
}

/* int sched_getaffinity(pid_t pid, size_t size, unsigned long *mask);
 * The bytes written: 8; EFAULT, EINVAL (size is not in words), ESRCH.
 * Differences from Linux: a zombie has no mask of its own any more. */
long
sys_sched_getaffinity(u64 pid, u64 size, u64 user_mask)
{
    struct thread *thread;

    /* Linux's arithmetic, which is of 32 bits. */
    if ((u32)size * 8 < (u32)cpu_count || size % sizeof(u64) != 0) {
        return -EINVAL;
    }
    u64 mask = cpus_online;
    bool found = thread_lock((pid_t)pid, &thread);
    if (thread != NULL) {
        mask &= thread->affinity;
        thread_unlock(thread);
    }
    return !found                                              ? -ESRCH
           : copy_to_user(user_mask, &mask, sizeof(mask)) != 0 ? -EFAULT
           : (long)sizeof(mask);
}

/* int getcpu(unsigned *cpu, unsigned *node);
 * 0; EFAULT.  The node is always 0; a third argument is not looked at. */
long
sys_getcpu(u64 user_cpu, u64 user_node)
{
    u32 cpu = (u32)this_cpu()->id;
    u32 node = 0;
    int error = copy_out(user_cpu, &cpu, sizeof(cpu));

    /* Even if the other one was bad. */
    return error | copy_out(user_node, &node, sizeof(node));
}
