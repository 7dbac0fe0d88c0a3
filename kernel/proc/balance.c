/*
 * How work comes to a CPU, and moves between them (the rule is in balance.h).
 * The essential fact: only one queue is locked at a time.  A migrating thread
 * is taken off its list under that queue's lock.  Then it is RUNNABLE and on no
 * list, and `cpu` names its new CPU: only the CPU that moves it may change it.
 */
#include "arch/percpu.h"
#include "arch/smp.h"

#include "proc/balance.h"
#include "proc/sched.h"

/* At most so many of a queue are looked at, as interrupts are off meanwhile. */
#define LOOK_AT 16

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

/* Lock the queue of the thread, which may migrate until we hold the lock. */
static inline struct runqueue *
lock_queue_of(struct thread *thread, u64 *flags)
{
    for (;;) {
        int cpu = __atomic_load_n(&thread->cpu, __ATOMIC_RELAXED);
        struct runqueue *queue = &queues[cpu];
        *flags = spin_lock_irq(&queue->lock);
        if (thread->cpu == cpu) {
            return queue;
        }
        spin_unlock_irq(&queue->lock, *flags);
    }
}

/* The CPU with the least work, of those where the thread may run. */
static __noinline int
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

bool
sched_wake(struct thread *thread, enum thread_state from)
{
    u64 flags;
    struct runqueue *queue = lock_queue_of(thread, &flags);
    bool woken = thread->state == from;

    if (woken && thread->on_cpu) {
        thread->state = THREAD_RUNNING; /* it is still on its CPU: it stays */
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

    list_for_each_entry(thread, &queue->ready, struct thread, run_link) {
        if (may_run(thread, here)) {
            taken = thread;
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
        list_del(&thread->run_link);
        queue->length--;
    }
    spin_unlock_irq(&queue->lock, flags);
    if (migrate) {
        sched_enqueue(thread);
    } else if (wrong) {
        sched_poke(thread);
    }
    return !wrong || migrate || asleep;
}
