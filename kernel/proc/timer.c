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
#include "arch/smp.h"
#include "arch/upcalls.h"

#include "proc/sched.h"
#include "proc/timer.h"

/* The events that a CPU waits for. */
static struct events {
    struct spinlock lock; /* RANK_TIMER: the list, and: */
    struct list timers;   /* earliest first */
    struct timer *running; /* whose callback this CPU runs, or NULL */
    u64 first;            /* the first deadline, or NEVER; read unlocked */
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

/* => its lock held */
static void
insert(struct events *its, struct timer *timer)
{
    struct list *at = its->timers.prev;

    if (timer->realtime != 0) {
        timer->deadline = timer->realtime
                          - MIN(timer->realtime, clock_boot_realtime_ns);
    }
    while (at != &its->timers
           && list_entry(at, struct timer, link)->deadline > timer->deadline) {
        at = at->prev;
    }
    list_insert(at, &timer->link);
}

void
timer_start(struct timer *timer)
{
    struct events *mine = &events[this_cpu()->id];

    timer->cpu = this_cpu()->id;
    spin_lock(&mine->lock);
    u64 next = MIN(mine->first, mine->tick);
    insert(mine, timer);
    note_first(mine);
    spin_unlock(&mine->lock);
    if (timer->deadline < next) { /* else the one that is set sets the next */
        arm_this_cpu();
    }
}

bool
timer_try_stop(struct timer *timer)
{
    struct events *its = &events[timer->cpu];

    spin_lock(&its->lock);
    bool stops = its->running != timer;
    if (stops) {
        list_del(&timer->link);
        note_first(its);
    }
    spin_unlock(&its->lock);
    return stops;
}

void
timer_stop(struct timer *timer)
{
    while (!timer_try_stop(timer)) {
        cpu_wait();
    }
}

static void
arm_called(u64 arg)
{
    (void)arg;
    arm(&events[this_cpu()->id]);
}

/* A timer that is started meanwhile has the new time, or is found here. */
void
timers_follow_realtime(void)
{
    for (int i = 0; i < cpu_count; i++) {
        struct events *its = &events[i];
        struct list all = LIST_INIT(all);
        struct list *first;
        spin_lock(&its->lock);
        while ((first = list_first(&its->timers)) != NULL) {
            list_del(first);
            list_add_tail(&all, first);
        }
        while ((first = list_first(&all)) != NULL) {
            struct timer *timer = list_entry(first, struct timer, link);
            if (timer->realtime == NEVER) {
                timer->realtime = 1;
            }
            list_del(first);
            insert(its, timer);
        }
        note_first(its);
        spin_unlock(&its->lock);
    }
    smp_call(cpus_online, arm_called, 0);
    arm_this_cpu();
}

void
timers_expire(void)
{
    struct events *mine = &events[this_cpu()->id];
    struct list *first;

    cpu_clear_work(WORK_TIMER); /* first: a later event sets it again */
    spin_lock(&mine->lock);
    u64 now = clock_ns();
    while ((first = list_first(&mine->timers)) != NULL) {
        struct timer *timer = list_entry(first, struct timer, link);
        if (timer->deadline > now) {
            break;
        }
        list_del(first);
        note_first(mine);
        mine->running = timer;
        spin_unlock(&mine->lock);
        timer->expired(timer);
        cpu_add_work(WORK_RESCHED); /* let a woken thread run */
        spin_lock(&mine->lock);
        mine->running = NULL;
    }
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
