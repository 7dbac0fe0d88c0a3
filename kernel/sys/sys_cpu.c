/*
 * Calls about processors.  A mask is one word: bit n is CPU n.
 */
#include "abi/errno.h"

#include "core/spin.h"

#include "arch/percpu.h"
#include "arch/smp.h"

#include "mm/usercopy.h"

#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

#include "sys/sys.h"

/* => family_lock held; NULL: there is none */
static struct process *
by_pid(pid_t pid)
{
    return pid == 0 ? current : proc_find(pid);
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
    for (;;) {
        spin_lock(&family_lock);
        struct process *process = by_pid((pid_t)pid);
        long error = process == NULL ? -ESRCH : mask == 0 ? -EINVAL : 0;
        bool done = error != 0 || sched_set_affinity(process, mask);
        spin_unlock(&family_lock);
        if (done || signal_fatal_pending()) {
            return error;
        }
        park_here(); /* it may have to stand still there: then so must we */
        schedule();
    }
}

/* int sched_getaffinity(pid_t pid, size_t size, unsigned long *mask);
 * The bytes written: 8; EFAULT, EINVAL (size is not in words), ESRCH. */
long
sys_sched_getaffinity(u64 pid, u64 size, u64 user_mask)
{
    u64 mask = 0;
    bool found = false;

    if ((u32)size < sizeof(mask) || size % sizeof(mask) != 0) {
        return -EINVAL;
    }
    spin_lock(&family_lock);
    struct process *process = by_pid((pid_t)pid);
    if (process != NULL) {
        mask = process->affinity & cpus_online;
        found = true;
    }
    spin_unlock(&family_lock);
    if (!found) {
        return -ESRCH;
    }
    return copy_to_user(user_mask, &mask, sizeof(mask)) == 0
               ? (long)sizeof(mask) : -EFAULT;
}

/* int getcpu(unsigned *cpu, unsigned *node);
 * 0; EFAULT.  The node is always 0; a third argument is not looked at. */
long
sys_getcpu(u64 user_cpu, u64 user_node)
{
    u32 cpu = (u32)this_cpu()->id;
    u32 node = 0;

    if ((user_cpu != 0 && copy_to_user(user_cpu, &cpu, sizeof(cpu)) != 0)
        || (user_node != 0
            && copy_to_user(user_node, &node, sizeof(node)) != 0)) {
        return -EFAULT;
    }
    return 0;
}
