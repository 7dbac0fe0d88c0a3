/*
 * How work comes to a CPU, and moves between them (the rule is in balance.h).
 * The essential fact: only one queue is locked at a time.  A migrating thread
 * is taken off its list under that queue's lock.  Then it is RUNNABLE and on no
 * list, and `cpu` names its new CPU: only the CPU that moves it may change it.
 */
#include "core/optional.h"

#include "arch/percpu.h"
#include "arch/smp.h"

#include "proc/balance.h"
#include "proc/sched.h"

OPTIONAL(best_cpu) /* 0: there is no other */

/* The CPU has got work: wake it if it is halted. */
static void
cpu_wake(int cpu)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* see idle_halt, in sched.c */
    if (preempt_always
        || __atomic_load_n(&cpus[cpu].halted, __ATOMIC_RELAXED)) {
        cpu_kick(cpu);
    }
}

bool
sched_wake(struct thread *thread, enum thread_state from)
{
    u64 flags;
    struct runqueue *queue = lock_queue_of(thread, &flags);
    bool woken = thread->state == from;

    if (woken && thread->on_cpu) {
        thread->state = THREAD_RUNNING; /* it has not left yet: it stays */
    } else if (woken) {
        while (!may_run(thread, thread->cpu)) {
            thread->state = THREAD_RUNNABLE;
            thread->cpu = best_cpu(thread);
            spin_unlock_irq(&queue->lock, flags);
            queue = lock_queue_of(thread, &flags); /* its mask may be new */
        }
        make_ready(queue, thread);
        if (preempt_always) {
            cpu_add_work(WORK_RESCHED);
        }
        if (queue != this_cpu()->queue) {
            cpu_wake(thread->cpu);
        }
    }
    spin_unlock_irq(&queue->lock, flags);
    return woken;
}

void
sched_tick(bool from_user)
{
    if (from_user) {
        current->user_ticks++;
    } else {
        current->system_ticks++;
    }
    cpu_add_work(WORK_RESCHED);
    for (int i = 0; i < cpu_count && this_cpu()->queue->length > 0; i++) {
        if (i != this_cpu()->id) {
            cpu_wake(i);
        }
    }
}
