/*
 * How work moves between CPUs (the rule is in balance.h).  The essential fact:
 * only one queue is locked at a time.  A thread leaves for another CPU under
 * the lock of the queue that it leaves: who holds a queue's lock and finds a
 * thread there knows that it stays there.  On the way it is RUNNABLE, on no
 * list, and belongs already to where it goes: who finds it there leaves it to
 * its carrier, and the carrier, too, redirects it under that queue's lock.
 */
#include "arch/percpu.h"
#include "arch/smp.h"

#include "proc/balance.h"
#include "proc/sched.h"

/* So many of a queue are looked at, as interrupts are off meanwhile. */
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

/* Of the CPUs where it may run, the one with the least to do. */
static __noinline int
best_cpu(const struct thread *thread)
{
    int best = 0;
    u32 least = ~0u;

    for (int i = 0; i < cpu_count; i++) {
        u32 load = __atomic_load_n(&queues[i].length, __ATOMIC_RELAXED) * 2
                   + !__atomic_load_n(&cpus[i].resting, __ATOMIC_RELAXED);
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

/* Take the first thread out that may run here.  => NULL: none */
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
        sched_publish(thread);
    }
}

void
sched_offer(void)
{
    struct runqueue *queue = this_cpu()->queue;
    u64 wanted = 0;
    int looks = LOOK_AT;

    if (queue->length == 0) {
        return;
    }
    u64 flags = spin_lock_irq(&queue->lock);
    list_for_each_entry(thread, &queue->ready, struct thread, run_link) {
        wanted |= thread->affinity;
        if (--looks == 0) {
            break;
        }
    }
    spin_unlock_irq(&queue->lock, flags);
    wanted &= cpus_online & ~(1UL << this_cpu()->id);
    for (u64 left = wanted; left != 0; left &= left - 1) {
        cpu_wake(__builtin_ctzl(left));
    }
}

/* A thread that waits for a CPU it may no longer use goes elsewhere at once;
 * one that runs there, when its CPU has been told; one that sleeps, when it
 * wakes. */
bool
sched_set_affinity(struct thread *thread, u64 mask)
{
    u64 flags;

    __atomic_store_n(&thread->affinity, mask, __ATOMIC_SEQ_CST);
    struct runqueue *queue = lock_queue_of(thread, &flags);
    bool wrong = !may_run(thread, thread->cpu);
    bool asleep = !thread->on_cpu && thread->state != THREAD_EMBRYO
                  && thread->state != THREAD_RUNNABLE;
    bool move = wrong && !list_empty(&thread->run_link);
    if (move) {
        list_del(&thread->run_link);
        queue->length--;
    }
    spin_unlock_irq(&queue->lock, flags);
    if (move) {
        sched_publish(thread);
    } else if (wrong) {
        sched_poke(thread);
    }
    return !wrong || move || asleep;
}
