/*
 * Several CPUs: starting them, and how work moves between them (the rule is in
 * balance.h).  The essential fact: only one queue is locked at a time.  A
 * migrating thread is taken off its list under that queue's lock.  Then it is
 * RUNNABLE and on no list, and `cpu` names its new CPU: only the CPU that moves
 * it may change it.
 */
#include "core/optional.h"
#include "core/panic.h"
#include "core/printk.h"

#include "arch/percpu.h"
#include "arch/smp.h"

#include "mm/kmap.h"

#include "proc/balance.h"
#include "proc/sched.h"
#include "proc/shares.h"

OPTIONAL(share_find)

/* Examine at most so many threads of a queue, since interrupts are off. */
#define LOOK_AT 16

/* The first function of another CPU. */
static void
start_here(void)
{
    sched_become_idle(this_cpu());
    sched_idle();
}

void
sched_start_cpus(void)
{
    for (int i = 0; i < acpi_cpu_count && cpu_count < MAX_CPUS; i++) {
        struct cpu *cpu = &cpus[cpu_count];
        if (acpi_cpu_ids[i] == cpus[0].apic_id) {
            continue;
        }
        vaddr_t stack = kstack_alloc();
        if (stack == 0) {
            panic("no memory for the CPUs' stacks");
        }
        cpu->id = cpu_count;
        cpu->apic_id = acpi_cpu_ids[i];
        if (smp_start_cpu(cpu, kernel_root, stack + KSTACK_SIZE, start_here)) {
            idle_threads[cpu_count++].kstack = stack;
        } else {
            kstack_free(stack);
            warn("the CPU with APIC id %u does not answer\n", cpu->apic_id);
        }
    }
    printk("CPUs: %d\n", cpu_count);
}

void
wake_cpu(int cpu)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* see idle_halt */
    if (preempt_always
        || __atomic_load_n(&cpus[cpu].halted, __ATOMIC_RELAXED)) {
        cpu_kick(cpu);
    }
}

void
wake_other_cpus(void)
{
    for (int i = 0; i < cpu_count; i++) {
        if (i != this_cpu()->id) {
            wake_cpu(i);
        }
    }
}

void
sched_poke(struct thread *thread)
{
    /* load_context sets on_cpu first, and then looks at the signals. */
    int cpu = __atomic_load_n(&thread->cpu, __ATOMIC_RELAXED);
    if (__atomic_load_n(&thread->on_cpu, __ATOMIC_RELAXED)
        && cpu != this_cpu()->id) {
        cpu_kick(cpu);
    }
}

struct runqueue *
follow_thread(const struct thread *thread, struct runqueue *queue, u64 flags)
{
    while (&queues[thread->cpu] != queue) {
        spin_unlock_irq(&queue->lock, flags);
        queue = &queues[__atomic_load_n(&thread->cpu, __ATOMIC_RELAXED)];
        (void)!spin_lock_irq(&queue->lock);
    }
    return queue;
}

/* The CPU with the least work, of those where the thread may run. */
static int
best_cpu(const struct thread *thread)
{
    int best = 0;
    u32 least = ~0u;

    for (int i = 0; i < cpu_count; i++) {
        u32 load = __atomic_load_n(&queues[i].length, __ATOMIC_RELAXED) * 2
                   + !__atomic_load_n(&cpus[i].halted, __ATOMIC_RELAXED);
        if (may_run(thread, i) && load < least) {
            best = i;
            least = load;
        }
    }
    return best;
}

struct runqueue *
send_away(struct thread *thread, struct runqueue *queue, u64 flags)
{
    u64 unused;

    do {
        thread->state = THREAD_RUNNABLE;
        thread->cpu = best_cpu(thread);
        spin_unlock_irq(&queue->lock, flags);
        queue = lock_queue_of(thread, &unused); /* its mask may be new */
    } while (!may_run(thread, thread->cpu));
    return queue;
}

/* The CPU, among these, with the longest queue that is longer than ours.  A
 * halted CPU is left out: it is about to wake and run its own.  => -1: none */
static int
longest_queue(u64 left)
{
    u32 most = this_cpu()->queue->length;
    int longest = -1;

    for (; left != 0; left &= left - 1) {
        int i = __builtin_ctzl(left);
        u32 length = __atomic_load_n(&queues[i].length, __ATOMIC_RELAXED);
        if (length > most
            && !__atomic_load_n(&cpus[i].halted, __ATOMIC_RELAXED)) {
            longest = i;
            most = length;
        }
    }
    return longest;
}

/* Take the first thread that may run here off the queue.  => NULL: none */
static struct thread *
take_from(struct runqueue *queue)
{
    int here = this_cpu()->id;
    struct thread *taken = NULL;
    int looks = LOOK_AT;
    u64 flags = spin_lock_irq(&queue->lock);

    if (queue->mixed) {
        taken = share_find(queue, here);
    }
    list_for_each_entry(thread, &queue->ready, struct thread, run_link) {
        if (taken == NULL && may_run(thread, here)) {
            taken = thread;
        }
        if (taken != NULL || --looks == 0) {
            break;
        }
    }
    if (taken != NULL) {
        leave_ready(queue, taken);
        taken->cpu = here;
    }
    spin_unlock_irq(&queue->lock, flags);
    return taken;
}

void
sched_steal(void)
{
    u64 left = cpus_online & ~(1UL << this_cpu()->id);
    struct thread *thread = NULL;
    int from;

    while (thread == NULL && (from = longest_queue(left)) >= 0) {
        thread = take_from(&queues[from]);
        left &= ~(1UL << from);
    }
    if (thread != NULL) {
        sched_enqueue(thread);
    }
}

/* A thread that waits for a CPU that is now forbidden migrates at once; one
 * that runs there, when the CPU is kicked; one that sleeps, when it wakes. */
bool
sched_set_affinity(struct thread *thread, u64 mask)
{
    u64 flags;

    __atomic_store_n(&thread->affinity, mask, __ATOMIC_SEQ_CST);
    struct runqueue *queue = lock_queue_of(thread, &flags);
    bool wrong = !may_run(thread, thread->cpu);
    bool asleep = !thread->on_cpu && thread->state != THREAD_EMBRYO
                  && thread->state != THREAD_RUNNABLE;
    bool migrate = wrong && !list_empty(&thread->run_link);
    if (migrate) {
        leave_ready(queue, thread);
    }
    spin_unlock_irq(&queue->lock, flags);
    if (migrate) {
        sched_enqueue(thread);
    } else if (wrong) {
        sched_poke(thread);
    }
    return !wrong || migrate || asleep;
}
