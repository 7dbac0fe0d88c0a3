/*
 * What a trap means for the process: page faults are served or become signals,
 * exceptions become signals, and a return to user mode first does pending work.
 */
#include "abi/errno.h"
#include "abi/signal.h"

#include "core/console.h"
#include "core/panic.h"
#include "core/printk.h"

#include "arch/percpu.h"
#include "arch/smp.h"
#include "arch/trap.h"
#include "arch/upcalls.h"

#include "mm/as.h"
#include "mm/usercopy.h"

#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/timer.h"

static enum access
access_of(u64 error)
{
    return error & PF_WRITE   ? ACCESS_WRITE
           : error & PF_FETCH ? ACCESS_FETCH
                              : ACCESS_READ;
}

/* Kill the process, as there is no memory, and say so.  Only once: a user copy
 * that stopped here tries its last bytes again. */
static void
kill_for_memory(struct process *process, vaddr_t addr)
{
    if ((process->pending & SIGNAL_BIT(SIGKILL)) == 0) {
        warn("out of memory: killed process %d (%s): %d touched %#lx\n",
             process->pid, process->comm, current->process->pid, addr);
        signal_send(process, SIGKILL);
    }
}

/* Whether the process can end soon.  Not if it waits for a mutex: we may hold
 * it.  Not an embryo: it cannot run before its parent, maybe us, goes on. */
static bool
can_make_room(struct process *process)
{
    bool can = process != init_process && !proc_is_zombie(process);
    spin_lock(&process->lock);

    for_each_thread(thread, process) {
        can &= thread->state != THREAD_EMBRYO
               && !(thread->state == THREAD_SLEEPING
                    && thread->wait_mode == WAIT_UNINTERRUPTIBLE);
    }
    spin_unlock(&process->lock);
    return can;
}

/* There is no memory for a page: kill the process, and say so on the console.
 * But pid 1 cannot be killed: kill the youngest other process instead.
 * => whether the access may be tried again */
static bool
want_memory(vaddr_t addr)
{
    struct process *victim = NULL;

    if (current->process != init_process) {
        kill_for_memory(current->process, addr);
        return false;
    }
    spin_lock(&family_lock);
    for_each_process(process) {
        if (can_make_room(process)) {
            victim = process;
        }
    }
    if (victim != NULL) {
        kill_for_memory(victim, addr);
    }
    spin_unlock(&family_lock);
    if (victim == NULL) {
        signal_force(SIGBUS); /* no process is left to kill: init ends */
    }
    park_here(); /* a CPU that parks all others waits for this one, too */
    schedule();
    return victim != NULL;
}

void
on_user_fault(vaddr_t addr, u64 error)
{
    int failed = -EFAULT;

    /* Without PF_USER, the processor's own access failed (to a descriptor
     * table, say): no page of the user's can help. */
    if (addr < USER_END && (error & PF_USER) != 0) {
        failed = fault_serve(current->as, addr, access_of(error));
    }
    if (failed == -ENOMEM) {
        (void)want_memory(addr);
    } else if (failed != 0) {
        signal_force(failed == -ERANGE ? SIGBUS : SIGSEGV);
    }
}

bool
on_kernel_fault(vaddr_t addr, u64 error)
{
    int failed = -EFAULT;

    if (addr < USER_END && current->as != NULL) {
        failed = fault_serve(current->as, addr, access_of(error));
    }
    return failed == -ENOMEM ? want_memory(addr) : failed == 0;
}

void
on_exception(struct trapframe *frame)
{
    static const u8 signals[] = {
        [VECTOR_DIVIDE] = SIGFPE, [VECTOR_MF] = SIGFPE, [VECTOR_XM] = SIGFPE,
        [VECTOR_DEBUG] = SIGTRAP, [VECTOR_BREAK] = SIGTRAP,
        [VECTOR_UD] = SIGILL,
        [VECTOR_NP] = SIGBUS, [VECTOR_SS] = SIGBUS, [VECTOR_AC] = SIGBUS,
    };
    u64 vector = frame->vector;
    u8 signal = vector < ARRAY_SIZE(signals) ? signals[vector] : 0;

    signal_force(signal != 0 ? signal : SIGSEGV);
}

void
on_user_return(struct trapframe *frame)
{
    u32 work = __atomic_fetch_and(&this_cpu()->work, WORK_HOOK,
                                  __ATOMIC_RELAXED);

    assert(current->mutex_rank == 0); /* nor a spinlock: sys/table.c */
    if (work & WORK_PARK) {
        park_here();
    }
    if (work & WORK_TIMER) {
        timers_expire();
    }
    if (work & WORK_INPUT) {
        console_poll();
    }
    if ((work & WORK_SIGNAL) != 0 || frame->vector == VECTOR_RESTART) {
        signal_deliver(frame);
    }
    if (work & WORK_RESCHED) { /* the time slice is over */
        sched_steal();
        schedule();
    }
}
