/*
 * System calls about CPUs.  A mask is one word: bit n is CPU n.
 */
#include "abi/errno.h"

#include "core/optional.h"

#include "arch/percpu.h"
#include "arch/smp.h"

#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/users.h"

#include "sys/sys.h"

OPTIONAL(cred_refuse_share)

/* Set a thread's mask; `again`: see whether it has left the forbidden CPUs.  By
 * then it may have ended, or another call may have changed the mask.
 * => 1: done; 0: call again; -ESRCH, -EPERM, -EINVAL */
static long
set_affinity(pid_t tid, u64 mask, bool again)
{
    struct thread *thread;
    bool found = thread_lock(tid, &thread);
    long error = thread != NULL ? cred_refuse_share(thread->process) : 0;
    long result = !found && !again ? -ESRCH
                  : error != 0     ? error
                  : mask == 0      ? -EINVAL : 1;

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
 * EFAULT, EINVAL (no CPU of the mask exists), ESRCH, EPERM. */
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
        park_here(); /* a CPU that parks all others waits for this one, too */
        schedule();
        result = set_affinity((pid_t)pid, mask, true);
    }
    return MIN(result, 0);
}

/* int sched_getaffinity(pid_t pid, size_t size, unsigned long *mask);
 * Returns the number of bytes written: 8.
 * EFAULT, EINVAL (size is not a multiple of 8), ESRCH.
 * Differences from Linux: a zombie's mask is all CPUs. */
long
sys_sched_getaffinity(u64 pid, u64 size, u64 user_mask)
{
    struct thread *thread;

    /* In 32 bits, as Linux calculates. */
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
 * EFAULT.  The node is always 0; a third argument is ignored. */
long
sys_getcpu(u64 user_cpu, u64 user_node)
{
    u32 cpu = (u32)this_cpu()->id;
    u32 node = 0;
    int error = copy_out(user_cpu, &cpu, sizeof(cpu));

    /* Store this one even if the other address was bad. */
    return error | copy_out(user_node, &node, sizeof(node));
}
