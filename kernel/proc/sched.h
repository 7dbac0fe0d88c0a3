/*
 * The scheduler: round robin, one run queue a CPU.
 */
#pragma once

#include "core/panic.h"
#include "core/types.h"

#include "proc/thread.h"

/* Prepare all queues, and make the calling context CPU 0's idle thread, so that
 * `current` is valid.  => boot */
void sched_init(void);

/* Start the other CPUs that ACPI lists; each goes idle.
 * => boot, on the first CPU, after the frame allocator */
void sched_start_cpus(void);

/* The idle loop: run whatever is ready, else wait for an interrupt. */
__noreturn void sched_idle(void);

/* preempt=always: reschedule at every system call and every wake-up. */
extern bool preempt_always;

/* Give up the CPU.  Returns when chosen again: at once, if the state is still
 * RUNNING and nobody else is ready.
 * => no spinlock held; interrupts on */
void schedule(void);

/* The time slice is over: count it, have it end on the way to user mode, and
 * wake halted CPUs to take what waits here.  => in the timer's handler */
void sched_tick(bool from_user);

/* Take work from a CPU for which more wait (balance.c).
 * => interrupts on, no lock held */
void sched_steal(void);

/* End a sleep or a stop: from here it waits for its CPU, or for the best one
 * where it may run.  => whether it was in that state; any context */
bool sched_wake(struct thread *thread, enum thread_state from);

/* Put it on a run queue: a new thread, or one that was taken off a list. */
static inline void
sched_enqueue(struct thread *thread)
{
    assert(thread->state == THREAD_EMBRYO || list_empty(&thread->run_link));
    (void)sched_wake(thread, thread->state);
}

/* A signal is there for the thread: if it runs on another CPU, that CPU looks
 * soon.  => the signal is visible already: a full barrier came after it */
void sched_poke(struct thread *thread);

/* Run only on CPUs in mask (balance.c).
 * => its process's lock held, at least one CPU in it is online
 * => whether it will not run elsewhere any more; if not, once more after a
 *    schedule(): by then it, or we, may have left that CPU */
bool sched_set_affinity(struct thread *thread, u64 mask) __must_check;

/* Announce that the current thread will leave the CPU in this state at its
 * next schedule(); a wake-up in between takes it back. */
static inline void
sched_prepare(enum thread_state state)
{
    /* A full barrier: the condition is looked at after this is visible. */
    __atomic_exchange_n(&current->state, state, __ATOMIC_SEQ_CST);
}

/* Have the thread start at fn(arg), on its own kernel stack. */
void context_prepare(struct thread *thread, void (*fn)(void *), void *arg);

/* Give the current thread this FS base. */
void sched_set_fs_base(u64 base);
