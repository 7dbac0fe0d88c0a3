/*
 * The scheduler.  The essential fact: the run queue's lock is held across
 * switch_to.  The old thread takes it, the next thread releases it.  So a CPU
 * that holds the lock never sees a thread half switched.
 */
#include "abi/sched.h"

#include "core/console.h"
#include "core/optional.h"
#include "core/panic.h"
#include "core/spin.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/smp.h"

#include "mm/as.h"

#include "proc/balance.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/timer.h"

struct runqueue queues[MAX_CPUS];
struct thread idle_threads[MAX_CPUS];
static struct process idle_process; /* pid 0, in no family */

struct thread *switch_to(struct thread *prev, struct thread *next);
void switch_start(void); /* assembly */
__noreturn void on_start(struct thread *prev, void (*fn)(void *), void *arg);

_Static_assert(offsetof(struct thread, kernel_rsp) == 0, "switch_to");
_Static_assert(offsetof(struct cpu, thread) == 32, "cpu_current");

bool preempt_always;

OPTIONAL(sched_steal) OPTIONAL(sched_poke) OPTIONAL(send_away)
OPTIONAL(follow_thread) OPTIONAL(wake_cpu) OPTIONAL(wake_other_cpus)
OPTIONAL(shares_init) OPTIONAL(share_join) OPTIONAL(share_leave)
OPTIONAL(share_next) OPTIONAL(share_tick) OPTIONAL(itimer_tick)

void
sched_become_idle(struct cpu *cpu)
{
    struct thread *idle = &idle_threads[cpu->id];

    idle->process = &idle_process;
    idle->state = THREAD_RUNNING;
    idle->cpu = cpu->id;
    idle->on_cpu = true;
    cpu->idle = idle;
    cpu->queue = &queues[cpu->id];
    cpu->thread = idle;
}

void
sched_init(void)
{
    for (int i = 0; i < MAX_CPUS; i++) {
        spin_init(&queues[i].lock, RANK_RUNQUEUE, "runqueue");
        list_init(&queues[i].ready);
    }
    timers_init();
    shares_init();
    sched_become_idle(this_cpu());
}

bool
sched_wake(struct thread *thread, enum thread_state from)
{
    u64 flags;
    struct runqueue *queue = lock_queue_of(thread, &flags);

    if (thread->state != from) {
        spin_unlock_irq(&queue->lock, flags);
        return false;
    }
    if (thread->on_cpu) {
        thread->state = THREAD_RUNNING; /* it has not left yet: it stays */
    } else {
        if (!may_run(thread, thread->cpu)) {
            queue = send_away(thread, queue, flags);
        }
        make_ready(queue, thread);
        if (queue != this_cpu()->queue) {
            wake_cpu(thread->cpu);
        }
    }
    spin_unlock_irq(&queue->lock, flags);
    return true;
}

void
sched_tick(bool from_user)
{
    if (from_user) {
        current->time.user++;
    } else {
        current->time.system++;
    }
    current->share.turn += current->share.policy == SCHED_RR;
    cpu_add_work(WORK_RESCHED);
    share_tick();
    if (current->process->limits != NULL) {
        cpu_add_work(WORK_SIGNAL); /* there it looks at RLIMIT_CPU */
    }
    if (this_cpu()->queue->length > 0) {
        wake_other_cpus();
    }
}

static struct thread *
pick_next(struct runqueue *queue, struct cpu *cpu)
{
    struct list *first = queue->ready.next;

    if (queue->mixed) {
        struct thread *next = share_next(queue);
        return next != NULL ? next : cpu->idle;
    }
    if (first == &queue->ready) {
        return cpu->idle;
    }
    list_del(first);
    queue->length--;
    return list_entry(first, struct thread, run_link);
}

void
sched_reset_fpu(void)
{
    /* The state of a CPU after FNINIT with the default MXCSR. */
    static const u8 clean[512] __attribute__((aligned(16))) = {
        [0] = 0x7f, [1] = 0x03, [24] = 0x80, [25] = 0x1f,
    };

    fxrstor(clean);
}

void
sched_set_fs_base(u64 base)
{
    current->fs_base = base;
    wrmsr(MSR_FS_BASE, base);
}

u64
sched_ran(struct thread *thread)
{
    u64 flags;
    struct runqueue *queue = lock_queue_of(thread, &flags);
    bool runs = cpus[thread->cpu].thread == thread;
    u64 ran = thread->time.ran + (runs ? rdtsc() : 0);

    spin_unlock_irq(&queue->lock, flags);
    return ran;
}

/* Load what belongs to the next thread and is not on its stack.  The idle
 * thread has no space: the last one stays loaded, until idle_halt leaves it. */
static void
load_context(struct cpu *cpu, struct thread *prev, struct thread *next)
{
    const struct process *process = next->process;

    if (prev == cpu->idle) {
        timer_ticks(true);
        cpu_add_work(work_always);
    }
    if (prev->state == THREAD_RUNNABLE) {
        __atomic_fetch_add(&prev->process->used.switches, 1, __ATOMIC_RELAXED);
    } else {
        __atomic_fetch_add(&prev->process->used.waits, 1, __ATOMIC_RELAXED);
    }
    fxsave(prev->fpu);
    u64 now = rdtsc();
    prev->time.ran += now;
    next->time.ran -= now;
    cpu->thread = next;
    cpu->pid = process->pid;
    cpu->nomem = next->nomem.next != 0 ? &next->nomem : NULL;
    /* A full barrier: see sched_poke. */
    (void)__atomic_exchange_n(&next->on_cpu, true, __ATOMIC_SEQ_CST);
    if (next->as != NULL) {
        as_load(next->as);
    }
    fxrstor(next->fpu);
    /* Always: a program that loads a selector into FS changes the base. */
    wrmsr(MSR_FS_BASE, next->fs_base);
    cpu->kernel_rsp = cpu->tss.rsp[0] = (u64)next; /* above its frame */
    if ((next->pending.set | process->pending.set) & ~next->blocked) {
        cpu_add_work(WORK_SIGNAL);
    }
}

/* => prev is off this CPU: from here on it may run elsewhere, and end */
static inline void
release(struct thread *prev)
{
    struct runqueue *queue = this_cpu()->queue;

    __atomic_store_n(&prev->on_cpu, false, __ATOMIC_RELEASE);
    spin_unlock(&queue->lock);
    cpu_interrupts_on();
}

static __noinline void
finish_awake(struct thread *prev)
{
    bool dead = prev->state == THREAD_DEAD;
    bool migrate = prev->state == THREAD_RUNNABLE
                   && list_empty(&prev->run_link);

    release(prev);
    if (dead) {
        thread_free(prev);
    } else if (migrate) {
        (void)sched_wake(prev, THREAD_RUNNABLE);
    }
}

/* The next thread's first step.  Mostly, prev sleeps. */
static void
finish_switch(struct thread *prev)
{
    if (prev->state != THREAD_SLEEPING) {
        finish_awake(prev);
    } else {
        release(prev);
    }
}

void
schedule(void)
{
    struct cpu *cpu = this_cpu();
    struct runqueue *queue = cpu->queue;
    struct thread *prev = cpu->thread;
    u64 flags = spin_lock_irq(&queue->lock);

    span_look();
    assert(flags & RFLAGS_IF); /* not in a handler, and no irq lock */
    assert(queue->lock.held == 1); /* no lock is held across it */
    cpu_clear_work(WORK_RESCHED);
    if (prev->state == THREAD_RUNNING && prev != cpu->idle) {
        prev->state = THREAD_RUNNABLE;
        if (may_run(prev, cpu->id)) { /* else finish_switch sends it away */
            make_ready(queue, prev);
        }
    }
    struct thread *next = pick_next(queue, cpu);
    next->state = THREAD_RUNNING;
    if (next != prev) {
        load_context(cpu, prev, next);
        finish_switch(switch_to(prev, next));
    } else {
        spin_unlock(&queue->lock);
        cpu_interrupts_on();
    }
}

void
on_start(struct thread *prev, void (*fn)(void *), void *arg)
{
    finish_switch(prev);
    fn(arg);
    panic("a thread returned from its first function");
}

void
context_prepare(struct thread *thread, void (*fn)(void *), void *arg)
{
    /* What switch_to pops: r15 r14 r13 r12 rbx rbp, and where it returns. */
    u64 *stack = (u64 *)thread->frame - 8;

    stack[0] = stack[1] = stack[2] = 0;
    stack[3] = (u64)arg;
    stack[4] = (u64)fn;
    stack[5] = 0;
    stack[6] = (u64)switch_start;
    thread->kernel_rsp = (u64)stack;
}

void
sched_work(u32 work)
{
    if (work & WORK_PARK) {
        cpu_clear_work(WORK_PARK);
        park_here();
    }
    if (work & WORK_TIMER) {
        timers_expire();
    }
    if ((work & WORK_RESCHED) && current->process->itimers != NULL) {
        itimer_tick();
    }
    if (work & WORK_INPUT) {
        console_poll();
    }
}

/* Wait for an interrupt.  We set `halted` before we look at the queue; a CPU
 * that gives us work fills the queue before it looks at `halted`. */
static void
idle_halt(struct cpu *cpu)
{
    cpu_interrupts_off();
    timer_ticks(false);
    assert(read_cr3() == cpu->loaded_root);
    (void)__atomic_exchange_n(&cpu->halted, true, __ATOMIC_SEQ_CST);
    if (cpu->queue->length == 0
        && !(cpu->work & (WORK_INPUT | WORK_PARK | WORK_TIMER))) {
        span_leave();
        cpu_idle();
        span_look();
        cpu_interrupts_off();
    }
    cpu->halted = false;
    /* Woken without work: perhaps by a flush of the loaded space.  Unload it,
     * so that no more of these come. */
    if (cpu->queue->length == 0) {
        as_load(NULL);
    }
    cpu_interrupts_on();
}

void
sched_idle(void)
{
    struct cpu *cpu = this_cpu(); /* which an idle thread never leaves */

    cpu_interrupts_on();
    for (;;) {
        schedule();
        sched_work(cpu->work);
        sched_steal();
        idle_halt(cpu);
    }
}
