/*
 * Timers.  The essential fact: the interrupt is not set for a deadline that has
 * passed.  arm sets WORK_TIMER instead, and the CPU expires the timers later.
 */
#include "core/config.h"
#include "core/spin.h"

#include "arch/apic.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/upcalls.h"

#include "proc/sched.h"
#include "proc/timer.h"

/* The events that a CPU waits for. */
static struct events {
    struct spinlock lock; /* RANK_TIMER: the list */
    struct list timers;   /* earliest first */
    u64 first;            /* its deadline, or NEVER; read without the lock */
    u64 tick;             /* when the time slice ends, or NEVER; used by its
                             CPU only, with interrupts off */
} __attribute__((aligned(64))) events[MAX_CPUS];

void
timers_init(void)
{
    for (int i = 0; i < MAX_CPUS; i++) {
        spin_init(&events[i].lock, RANK_TIMER, "timers");
        list_init(&events[i].timers);
        events[i].first = events[i].tick = NEVER;
    }
}

/* Set this CPU's interrupt for its next event.  => interrupts off */
static void
arm(struct events *mine)
{
    u64 now = clock_ns();
    u64 first = __atomic_load_n(&mine->first, __ATOMIC_RELAXED);
    u64 next = mine->tick;

    if (first <= now) {
        cpu_add_work(WORK_TIMER);
    } else {
        next = MIN(next, first);
    }
    apic_timer_set(next == NEVER ? NEVER : next > now ? next - now : 0);
}

static void
arm_this_cpu(void)
{
    cpu_interrupts_off();
    arm(&events[this_cpu()->id]);
    cpu_interrupts_on();
}

/* => the lock held */
static void
note_first(struct events *its)
{
    struct list *first = list_first(&its->timers);
    u64 deadline = first != NULL
                       ? list_entry(first, struct timer, link)->deadline
                       : NEVER;

    __atomic_store_n(&its->first, deadline, __ATOMIC_RELAXED);
}

void
timer_start(struct timer *timer)
{
    timer->cpu = this_cpu()->id;
    struct events *mine = &events[timer->cpu];

    spin_lock(&mine->lock);
    struct list *at = mine->timers.prev;
    while (at != &mine->timers
           && list_entry(at, struct timer, link)->deadline > timer->deadline) {
        at = at->prev;
    }
    list_insert(at, &timer->link);
    note_first(mine);
    spin_unlock(&mine->lock);
    arm_this_cpu();
}

bool
timer_stop(struct timer *timer)
{
    struct events *its = &events[timer->cpu];

    spin_lock(&its->lock);
    bool waiting = !list_empty(&timer->link);
    list_del(&timer->link);
    note_first(its);
    spin_unlock(&its->lock);
    return waiting;
}

void
timers_expire(void)
{
    struct events *mine = &events[this_cpu()->id];

    cpu_clear_work(WORK_TIMER); /* first: a later event sets it again */
    spin_lock(&mine->lock);
    u64 now = clock_ns();
    list_for_each_safe(pos, &mine->timers) {
        struct timer *timer = list_entry(pos, struct timer, link);
        if (timer->deadline > now) {
            break;
        }
        list_del(&timer->link);
        sched_wake(timer->thread, THREAD_SLEEPING);
        cpu_add_work(WORK_RESCHED); /* let the woken thread run */
    }
    note_first(mine);
    spin_unlock(&mine->lock);
    arm_this_cpu();
}

/* Slices end at whole ticks of the clock, whenever the thread began to run: so
 * ticks are also counted for threads that only run for less than a slice. */
static u64
next_tick(void)
{
    return (clock_ns() / NSEC_PER_TICK + 1) * NSEC_PER_TICK;
}

void
timer_ticks(bool on)
{
    struct events *mine = &events[this_cpu()->id];

    if (on != (mine->tick != NEVER)) {
        mine->tick = on ? next_tick() : NEVER;
        arm(mine);
    }
}

void
on_timer(bool from_user)
{
    struct events *mine = &events[this_cpu()->id];

    if (mine->tick <= clock_ns()) {
        mine->tick = next_tick();
        sched_tick(from_user);
    }
    arm(mine);
}
