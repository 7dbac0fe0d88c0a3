/*
 * How work moves between CPUs (the rule is in balance.h).  The essential fact:
 * only one queue is locked at a time.  A process on its way from one to another
 * is RUNNABLE and in none, so nobody but the carrier touches it.
 */
#include "arch/percpu.h"
#include "arch/smp.h"

#include "proc/balance.h"
#include "proc/sched.h"

void
cpu_wake(int cpu)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* see rest, in sched.c */
    if (preempt_always
        || __atomic_load_n(&cpus[cpu].resting, __ATOMIC_RELAXED)) {
        cpu_kick(cpu);
    }
}

/* The queue of the CPU, which now owns the process, gets it. */
static void
put_on(int cpu, struct process *process)
{
    u64 flags = spin_lock_irq(&queues[cpu].lock);

    make_ready(&queues[cpu], process);
    if (cpu != this_cpu()->id) {
        cpu_wake(cpu);
    }
    spin_unlock_irq(&queues[cpu].lock, flags);
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
sched_place(struct process *process)
{
    int cpu = best_cpu(process);

    process->cpu = cpu;
    put_on(cpu, process);
}

/* The queue with most to do of a CPU that does not rest (one that does is about
 * to look itself).  => NULL: nothing waits anywhere */
static struct runqueue *
longest_queue(void)
{
    struct runqueue *longest = NULL;
    u32 most = 0;

    for (int i = 0; i < cpu_count; i++) {
        u32 length = __atomic_load_n(&queues[i].length, __ATOMIC_RELAXED);
        if (length > most && i != this_cpu()->id
            && !__atomic_load_n(&cpus[i].resting, __ATOMIC_RELAXED)) {
            longest = &queues[i];
            most = length;
        }
    }
    return longest;
}

/* Take the first process out that may run on the CPU.  => NULL: none */
static struct process *
take_from(struct runqueue *queue, int cpu)
{
    struct process *taken = NULL;
    u64 flags = spin_lock_irq(&queue->lock);

    list_for_each(pos, &queue->ready) {
        struct process *process = list_entry(pos, struct process, run_link);
        if (may_run(process, cpu)) {
            taken = process;
            break;
        }
    }
    if (taken != NULL) {
        list_del(&taken->run_link);
        queue->length--;
        taken->cpu = cpu;
    }
    spin_unlock_irq(&queue->lock, flags);
    return taken;
}

bool
sched_steal(void)
{
    int here = this_cpu()->id;
    struct runqueue *queue = cpu_count > 1 ? longest_queue() : NULL;
    struct process *process = queue != NULL ? take_from(queue, here) : NULL;

    if (process != NULL) {
        put_on(here, process);
    }
    return process != NULL;
}

void
sched_balance(void)
{
    if (this_cpu()->queue->length == 0 || this_cpu()->resting) {
        return;
    }
    for (int i = 0; i < cpu_count; i++) {
        if (__atomic_load_n(&cpus[i].resting, __ATOMIC_RELAXED)) {
            cpu_kick(i);
            return;
        }
    }
}

/* A process that waits for a CPU it may no longer use goes elsewhere at once;
 * one that runs, when its CPU has been told; one that sleeps, when it has run a
 * little where it was. */
void
sched_set_affinity(struct process *process, u64 mask)
{
    bool move = false;

    __atomic_store_n(&process->affinity, mask, __ATOMIC_SEQ_CST);
    int cpu = __atomic_load_n(&process->cpu, __ATOMIC_RELAXED);
    if (mask & 1UL << cpu) {
        return;
    }
    u64 flags = spin_lock_irq(&queues[cpu].lock);
    if (process->cpu == cpu && !list_empty(&process->run_link)) {
        list_del(&process->run_link);
        queues[cpu].length--;
        move = true;
    }
    spin_unlock_irq(&queues[cpu].lock, flags);
    if (move) {
        sched_place(process);
    } else {
        sched_poke(process);
    }
}
