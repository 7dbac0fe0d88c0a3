/*
 * The scheduler: round robin, one run queue a CPU; with nice values or
 * real-time threads, as shares.h says.
 */
#pragma once

#include "core/panic.h"
#include "core/types.h"

#include "arch/cpu.h"

#include "proc/thread.h"

/* Prepare all queues, and make the calling context CPU 0's idle thread, so that
 * `current` is valid.  => boot */
void sched_init(void);

/* Start the other CPUs that ACPI lists; each goes idle.
 * => boot, on the first CPU, after the frame allocator */
void sched_start_cpus(void);

/* The idle loop: run whatever is ready, else wait for an interrupt. */
__noreturn void sched_idle(void);

/* preempt=always: reschedule after every system call (debug/knobs.c), and for
 * every thread that wakes on another CPU. */
extern bool preempt_always;

/* Do what this CPU has got to do, but for signals and schedule().
 * => no lock held; interrupts on */
void sched_work(u32 work);

/* Give up the CPU.  Returns when chosen again: at once, if the state is still
 * RUNNING and no other thread is ready.
 * => no spinlock held; interrupts on */
void schedule(void);

/* The time slice is over: count it, reschedule on the way to user mode, and
 * wake halted CPUs to take what waits here.  => in the timer's handler */
void sched_tick(bool from_user);

/* Take work from a CPU for which more wait (balance.c).
 * => interrupts on, no lock held */
void sched_steal(void);

/* End a sleep or a stop: queue it on its CPU, or on the best one that its
 * affinity allows.  => whether its state was `from`; any context */
bool sched_wake(struct thread *thread, enum thread_state from);

/* Put it on a run queue: a new thread, or one that was taken off a list. */
static inline void
sched_enqueue(struct thread *thread)
{
    assert(thread->state == THREAD_EMBRYO || list_empty(&thread->run_link));
    (void)sched_wake(thread, thread->state);
}

/* A signal is pending for the thread: if it runs on another CPU, kick that CPU
 * (balance.c).
 * => a full barrier came after the signal was made pending */
void sched_poke(struct thread *thread);

/* Run only on CPUs in mask (balance.c).
 * => its process's lock held, at least one CPU in it is online
 * => whether it has left the forbidden CPUs; if not, call again after a
 *    schedule(), which also moves the current thread, if it is the one */
bool sched_set_affinity(struct thread *thread, u64 mask) __must_check;

/* The current thread will leave the CPU in this state at its next schedule(),
 * unless a wake-up comes first. */
static inline void
sched_prepare(enum thread_state state)
{
    /* A full barrier: the state is visible before the condition is read. */
    __atomic_exchange_n(&current->state, state, __ATOMIC_SEQ_CST);
}

/* Cycles of the TSC that a thread has run, up to now.
 * => it cannot be freed; no run queue lock held */
u64 sched_ran(struct thread *thread);

/* The same, of the current one. */
static inline u64
sched_ran_here(void)
{
    return current->time.ran + rdtsc();
}

#define TURN_TICKS 10 /* of a thread's turn under SCHED_RR */

/* A child's share, if its parent's says SCHED_RESET_ON_FORK (shares.c). */
void share_reset(struct share *share);

/* Make the thread start at fn(arg), on its own kernel stack. */
void context_prepare(struct thread *thread, void (*fn)(void *), void *arg);

/* Give the current thread this FS base. */
void sched_set_fs_base(u64 base);

/* Give it the x87 and SSE registers of a new program. */
void sched_reset_fpu(void);
