/*
 * How work moves between CPUs (the rule is in balance.h).  The essential fact:
 * only one queue is locked at a time.  A process leaves for another CPU under
 * the lock of the queue that it leaves: who holds a queue's lock and finds a
 * process there knows that it stays there.  On the way it is RUNNABLE, on no
 * list, and belongs already to where it goes: who finds it there leaves it to
 * its carrier, and the carrier, too, redirects it under that queue's lock.
 */
#include "arch/percpu.h"
#include "arch/smp.h"

#include "proc/balance.h"
#include "proc/sched.h"

/* So many of a queue are looked at for one that may run elsewhere: interrupts
 * are off meanwhile. */
#define LOOK_AT 16

void
cpu_wake(int cpu)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* see rest, in sched.c */
    if (preempt_always
        || __atomic_load_n(&cpus[cpu].resting, __ATOMIC_RELAXED)) {
        cpu_kick(cpu);
    }
}

void
sched_publish(struct process *process)
{
    u64 flags;
    struct runqueue *queue = lock_queue_of(process, &flags);

    while (!may_run(process, process->cpu)) { /* its mask has changed */
        sched_depart(process);
        spin_unlock_irq(&queue->lock, flags);
        queue = lock_queue_of(process, &flags);
    }
    make_ready(queue, process);
    if (queue != this_cpu()->queue) {
        cpu_wake(process->cpu);
    }
    spin_unlock_irq(&queue->lock, flags);
}

/* Of the CPUs where it may run, the one with the least to do. */
static int
best_cpu(const struct process *process)
{
    int best = 0;
    u32 least = ~0u;

    for (int i = 0; i < cpu_count; i++) {
        u32 load = __atomic_load_n(&queues[i].length, __ATOMIC_RELAXED) * 2
                   + !__atomic_load_n(&cpus[i].resting, __ATOMIC_RELAXED);
        if (may_run(process, i) && load < least) {
            best = i;
            least = load;
        }
    }
    return best;
}

void
sched_depart(struct process *process)
{
    process->state = PROC_RUNNABLE;
    process->cpu = best_cpu(process);
}

/* The longest queue of these CPUs that is longer than ours, of a CPU that does
 * not rest (one that does is about to look itself).  => -1: none */
static int
longest_queue(u64 left)
{
    u32 most = this_cpu()->queue->length;
    int longest = -1;

    for (; left != 0; left &= left - 1) {
        int i = __builtin_ctzl(left);
        u32 length = __atomic_load_n(&queues[i].length, __ATOMIC_RELAXED);
        if (length > most
            && !__atomic_load_n(&cpus[i].resting, __ATOMIC_RELAXED)) {
            longest = i;
            most = length;
        }
    }
    return longest;
}

/* Take the first process out that may run here.  => NULL: none */
static struct process *
take_from(struct runqueue *queue)
{
    int here = this_cpu()->id;
    struct process *taken = NULL;
    int looks = LOOK_AT;
    u64 flags = spin_lock_irq(&queue->lock);

    list_for_each(pos, &queue->ready) {
        struct process *process = list_entry(pos, struct process, run_link);
        if (may_run(process, here)) {
            taken = process;
        }
        if (taken != NULL || --looks == 0) {
            break;
        }
    }
    if (taken != NULL) {
        list_del(&taken->run_link);
        queue->length--;
        taken->cpu = here;
    }
    spin_unlock_irq(&queue->lock, flags);
    return taken;
}

void
sched_steal(void)
{
    u64 left = cpus_online & ~(1UL << this_cpu()->id);
    struct process *process = NULL;
    int from;

    while (process == NULL && (from = longest_queue(left)) >= 0) {
        process = take_from(&queues[from]);
        left &= ~(1UL << from);
    }
    if (process != NULL) {
        sched_publish(process);
    }
}

/* A process that waits for a CPU it may no longer use goes elsewhere at once;
 * one that runs there, when its CPU has been told; one that sleeps, when it
 * wakes. */
bool
sched_set_affinity(struct process *process, u64 mask)
{
    u64 flags;

    __atomic_store_n(&process->affinity, mask, __ATOMIC_SEQ_CST);
    struct runqueue *queue = lock_queue_of(process, &flags);
    bool wrong = !may_run(process, process->cpu);
    bool move = wrong && !list_empty(&process->run_link);
    bool asleep = !process->on_cpu && process->state != PROC_EMBRYO
                  && process->state != PROC_RUNNABLE;
    if (move) {
        list_del(&process->run_link);
        queue->length--;
        sched_depart(process);
    }
    spin_unlock_irq(&queue->lock, flags);
    if (move) {
        sched_publish(process);
    } else if (wrong) {
        sched_poke(process);
    }
    return !wrong || move || asleep;
}
