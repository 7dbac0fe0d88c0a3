/*
 * Interval timers.  The essential fact: all of it happens under the process's
 * lock, and nothing that happens to a timer after it was made needs memory.
 * Read expire, itimer_taken and itimer_tick first.
 */
#include "abi/errno.h"

#include "arch/clock.h"
#include "arch/percpu.h"

#include "mm/heap.h"

#include "proc/cpuclock.h"
#include "proc/exit.h"
#include "proc/itimer.h"

#define MOST_TOLD 0x7fffffffUL

/* ---- One timer; the process's lock is held ---- */

static bool
is_created(const struct itimer *timer)
{
    return timer->id >= 0;
}

/* The time of its clock. */
static u64
now_of(const struct itimer *timer)
{
    return timer->other != 0 ? timer->seen
           : timer->clock < 0
               ? cpu_clock_now(timer->process, timer->clock)
               : clock_ns() + (timer->absolute ? clock_boot_realtime_ns : 0);
}

/* Ticks of its process look at it. */
static bool
by_ticks(const struct itimer *timer)
{
    return timer->clock < 0 && timer->other == 0;
}

static void
arm(struct itimer *timer)
{
    timer->due = false;
    if (timer->notify == SIGEV_NONE) {
        return; /* who reads it computes where it would be */
    }
    if (by_ticks(timer)) {
        list_add_tail(&timer->process->itimers->cpu, &timer->timer.link);
        return;
    }
    timer->timer.deadline = timer->when;
    timer->timer.realtime = timer->absolute ? timer->when : 0;
    if (timer->other != 0) {
        timer->timer.deadline = clock_ns() + cpu_clock_soonest(
            timer->when - MIN(timer->when, timer->seen));
    }
    timer_start(&timer->timer);
}

/* Take back a signal that has not been taken; another of the same number, if
 * it has an entry, stays. */
static void
cancel_signal(struct sigqueue *own)
{
    if (list_empty(&own->link)) {
        return;
    }
    list_del(&own->link);
    if (!sigqueue_has(own->at, own->info.si_signo)) {
        own->at->set &= ~SIGNAL_BIT(own->info.si_signo);
    }
}

bool
itimer_try_stop(struct itimer *timer)
{
    if (by_ticks(timer)) {
        list_del(&timer->timer.link);
    } else if (!timer_try_stop(&timer->timer)) {
        return false;
    }
    if (is_created(timer)) {
        cancel_signal(&timer->signal);
    }
    timer->when = timer->interval = 0;
    timer->due = false;
    return true;
}

/* On to the first time after now; count those that have passed. */
static void
forward(struct itimer *timer, u64 now)
{
    if (timer->interval != 0 && timer->when <= now) {
        u64 times = (now - timer->when) / timer->interval + 1;
        timer->missed += times;
        timer->when = MIN(timer->when + times * timer->interval, TIME_MOST);
    }
}

/* As by kill, those of setitimer(2) are not sent twice.  Its own entry is lent:
 * as a spare one, the first, it is taken if any is. */
static void
send(struct itimer *timer)
{
    struct process *process = timer->process;
    struct sigqueue *own = &timer->signal;
    bool to_thread = (timer->notify & SIGEV_THREAD_ID) != 0;
    struct thread *thread = to_thread ? thread_of(process, timer->tid) : NULL;
    bool pends = !is_created(timer)
                 && (process->pending.set & SIGNAL_BIT(own->info.si_signo));

    if (list_empty(&own->link) && !pends && (thread != NULL || !to_thread)) {
        own->at = NULL;
        list_add(&process->spare, &own->link);
        (void)signal_post(process, thread, &own->info);
        if (own->at == NULL) {
            list_del(&own->link);
        }
    }
}

static void
expire(struct itimer *timer)
{
    timer->due = timer->interval != 0;
    if (!timer->due) {
        timer->when = 0;
    }
    send(timer);
}

static void
on_deadline(struct timer *expired)
{
    struct itimer *timer = container_of(expired, struct itimer, timer);
    u64 seen = 0;
    int clock = timer->clock;
    bool gone = timer->other != 0 && cpu_clock_read(&clock, &seen) != 0;

    spin_lock(&timer->process->lock);
    timer->seen = seen;
    if (timer->when > now_of(timer)) {
        if (!gone) {
            arm(timer); /* it was set to a later time */
        }
    } else {
        expire(timer);
    }
    spin_unlock(&timer->process->lock);
}

void
itimer_taken(struct process *process, int signal, struct sigqueue *entry,
             siginfo_t *info)
{
    struct itimer *real = &process->itimers->set[ITIMER_REAL];

    if (entry != NULL && entry->of_timer) {
        struct itimer *timer = container_of(entry, struct itimer, signal);
        if (is_created(timer) && timer->due) {
            forward(timer, now_of(timer));
            u64 more = MAX(timer->missed, 1) - 1;
            timer->told = (int)MIN(more, MOST_TOLD);
            timer->missed = 0;
            info->si_overrun = timer->told;
            arm(timer);
        }
    }
    if (signal == SIGALRM && real->due) {
        forward(real, clock_ns());
        arm(real);
    }
}

void
itimer_unignored(struct process *process, int signal)
{
    list_for_each_entry(timer, &process->itimers->created, struct itimer,
                        link) {
        if (timer->due && timer->signal.info.si_signo == signal) {
            send(timer);
        }
    }
}

/* Those of setitimer(2) go on at once: this can be no more often than ticks. */
static void
expire_by_tick(struct itimer *timer)
{
    if (is_created(timer) || timer->interval == 0) {
        list_del(&timer->timer.link);
        expire(timer);
    } else {
        timer->when = MIN(timer->when + timer->interval, TIME_MOST);
        send(timer);
    }
}

void
itimer_tick(void)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    list_for_each_safe(pos, &process->itimers->cpu) {
        struct itimer *timer = container_of(pos, struct itimer, timer.link);
        if (timer->when <= now_of(timer)) {
            expire_by_tick(timer);
        }
    }
    spin_unlock(&process->lock);
}

/* ---- Making, reading and setting them ---- */

void
itimer_init(struct itimer *timer, int id, int clock, const siginfo_t *info)
{
    timer->process = current->process;
    timer->id = id;
    timer->clock = clock;
    timer->signal.info = *info;
    timer->signal.of_timer = true;
    list_init(&timer->signal.link);
    timer_init(&timer->timer, on_deadline);
}

struct itimers *
itimers_own(void)
{
    static const int clocks[] = {CLOCK_MONOTONIC, CPUCLOCK(0, CPUCLOCK_VIRT),
                                 CPUCLOCK(0, CPUCLOCK_PROF)};
    static const int signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
    struct process *process = current->process;

    if (__atomic_load_n(&process->itimers, __ATOMIC_ACQUIRE) != NULL) {
        return process->itimers;
    }
    struct itimers *new = kzalloc(sizeof(*new));
    if (new == NULL) {
        return NULL;
    }
    list_init(&new->created);
    list_init(&new->cpu);
    for (int i = 0; i < 3; i++) {
        itimer_init(&new->set[i], -1, clocks[i], &(siginfo_t){
            .si_signo = signals[i], .si_code = SI_KERNEL});
    }
    spin_lock(&process->lock);
    struct itimers *unused = process->itimers != NULL ? new : NULL;
    if (unused == NULL) {
        __atomic_store_n(&process->itimers, new, __ATOMIC_RELEASE);
    }
    spin_unlock(&process->lock);
    kfree(unused);
    return process->itimers;
}

static void
get(struct itimer *timer, struct itimer_value *value)
{
    *value = (struct itimer_value){.interval = timer->interval};
    bool none = timer->notify == SIGEV_NONE;
    if (timer->when == 0 || (timer->due && !is_created(timer))) {
        return;
    }
    u64 now = now_of(timer);
    if (timer->due || none) {
        forward(timer, now);
    }
    /* 0 would mean that it is stopped. */
    bool sampled = !is_created(timer) && timer->clock < 0;
    u64 least = sampled ? NSEC_PER_TICK : (u64)!none;
    value->value = timer->when > now ? timer->when - now : least;
}

static void
set(struct itimer *timer, bool absolute, const struct itimer_value *new)
{
    bool sampled = !is_created(timer) && timer->clock < 0;
    u64 value = MIN(new->value, TIME_MOST);

    timer->missed = 0;
    timer->told = 0;
    if (value == 0) {
        return;
    }
    timer->interval = MIN(new->interval, TIME_MOST);
    timer->absolute = absolute && (timer->clock == CLOCK_REALTIME
                                   || timer->clock == CLOCK_TAI);
    /* A tick is counted whole, even if it has almost passed. */
    value += sampled ? NSEC_PER_TICK : 0;
    timer->when = absolute ? value : MIN(now_of(timer) + value, TIME_MOST);
    arm(timer);
}

/* Most alarms are set again before they expire, for later: then leave it where
 * it waits.  on_deadline sees the new time, too.  => whether it was so */
static bool
set_later(struct itimer *timer, const struct itimer_value *new)
{
    u64 when = MIN(clock_ns() + new->value, TIME_MOST);

    if (is_created(timer) || timer->clock < 0 || new->value == 0
        || list_empty(&timer->timer.link) || when < timer->timer.deadline) {
        return false;
    }
    timer->when = when;
    timer->interval = new->interval;
    return true;
}

/* Read the other process's CPU time, if the timer is of one's.
 * => whether that process is gone */
static bool
look_at_other(int id)
{
    struct process *process = current->process;
    u64 seen;

    spin_lock(&process->lock);
    const struct itimer *timer = itimer_find(id);
    int clock = timer != NULL && timer->other != 0 ? timer->clock : 0;
    spin_unlock(&process->lock);
    if (clock == 0) {
        return false;
    }
    bool gone = cpu_clock_read(&clock, &seen) != 0;
    spin_lock(&process->lock);
    struct itimer *again = itimer_find(id);
    if (!gone && again != NULL && again->clock == clock) {
        again->seen = seen;
    }
    spin_unlock(&process->lock);
    return gone;
}

int
itimer_set(struct itimer *timer, int id, bool absolute,
           const struct itimer_value *new, struct itimer_value *old)
{
    struct process *process = current->process;

    for (;;) {
        bool gone = timer == NULL && look_at_other(id);
        spin_lock(&process->lock);
        struct itimer *found = timer != NULL ? timer : itimer_find(id);
        if (gone && found != NULL) {
            *old = (struct itimer_value){0};
        } else if (found != NULL && old != NULL) {
            get(found, old);
        }
        bool done = found == NULL || new == NULL || gone
                    || set_later(found, new);
        if (!done && itimer_try_stop(found)) {
            set(found, absolute, new);
            done = true;
        }
        bool of_cpu = found != NULL && by_ticks(found);
        spin_unlock(&process->lock);
        if (done) {
            if (of_cpu) {
                itimer_tick(); /* that time may have passed */
            }
            return found == NULL ? -EINVAL : gone && new != NULL ? -ESRCH : 0;
        }
        cpu_wait();
    }
}

void
itimer_exit(void)
{
    static const struct itimer_value never;
    struct process *process = current->process;
    struct itimers *itimers = process->itimers;

    itimer_exec();
    for (int i = 0; i < 3; i++) {
        (void)itimer_set(&itimers->set[i], 0, false, &never, NULL);
    }
    spin_lock(&process->lock);
    for (int i = 0; i < 3; i++) {
        list_del(&itimers->set[i].signal.link);
    }
    process->itimers = NULL;
    spin_unlock(&process->lock);
    kfree(itimers);
}
