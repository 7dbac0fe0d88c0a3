/*
 * Timers of timer_create(2): making, finding and deleting them.
 */
#include "abi/errno.h"

#include "arch/percpu.h"

#include "mm/heap.h"

#include "proc/cpuclock.h"
#include "proc/itimer.h"
#include "proc/pid.h"

#define MOST_ID 0x7fffffff

struct itimer *
itimer_find(int id)
{
    struct itimers *itimers = current->process->itimers;

    if (itimers != NULL) {
        list_for_each_entry(timer, &itimers->created, struct itimer, link) {
            if (timer->id == id) {
                return timer;
            }
        }
    }
    return NULL;
}

/* Whether timers have this clock; the pid of another process's, which then
 * stays that process's number, or 0.
 * => 0, -EINVAL: no such clock; -EOPNOTSUPP */
static int
check_clock(int *clock, pid_t *other)
{
    u64 ns;

    *other = 0;
    switch (*clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
    case CLOCK_TAI:
        return 0;
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_BOOTTIME_ALARM:
        return -EOPNOTSUPP;
    }
    if (cpu_clock_by_thread(*clock)) {
        return -EINVAL;
    }
    spin_lock(&family_lock); /* it is not reaped meanwhile */
    int error = cpu_clock_read(clock, &ns);
    if (error == 0 && (*clock & CPUCLOCK_THREAD) == 0
        && cpu_clock_id(*clock) != current->process->pid) {
        *other = cpu_clock_id(*clock);
        pid_get(*other);
    }
    spin_unlock(&family_lock);
    return error;
}

/* Free one that is in no list. */
static void
discard(struct itimer *timer)
{
    if (timer != NULL && timer->other != 0) {
        pid_put(timer->other);
    }
    kfree(timer);
}

/* => the process's lock held */
static bool
event_is_valid(const sigevent_t *event)
{
    int how = event->sigev_notify;

    return how == SIGEV_NONE
           || ((how == SIGEV_SIGNAL || how == SIGEV_THREAD
                || (how == SIGEV_THREAD_ID
                    && thread_of(current->process,
                                 event->sigev_notify_thread_id) != NULL))
               && event->sigev_signo > 0 && event->sigev_signo <= SIGNAL_MAX);
}

/* => the process's lock held
 * => 0, -EINVAL, -EAGAIN */
static int
join(struct itimer *timer, int clock, const sigevent_t *event)
{
    struct process *process = current->process;
    sigevent_t standard = {.sigev_signo = SIGALRM};
    int id = process->itimers->next_id;

    while (itimer_find(id) != NULL) {
        id = id < MOST_ID ? id + 1 : 0;
    }
    if (event == NULL) {
        standard.sigev_value.sival_int = id;
        event = &standard;
    }
    if (!event_is_valid(event)) {
        return -EINVAL;
    }
    if (process->entries >= SIGQUEUE_MAX || sigqueue_is_full(process)) {
        return -EAGAIN;
    }
    siginfo_t info = {.si_signo = event->sigev_signo, .si_code = SI_TIMER,
                      .si_value = event->sigev_value};
    info.si_timerid = id;
    itimer_init(timer, id, clock, &info);
    timer->notify = event->sigev_notify;
    timer->tid = event->sigev_notify_thread_id;
    process->entries++;
    process->itimers->next_id = id < MOST_ID ? id + 1 : 0;
    list_add_tail(&process->itimers->created, &timer->link);
    return 0;
}

int
itimer_create(int clock, const sigevent_t *event)
{
    struct process *process = current->process;
    struct itimer *timer = itimers_own() != NULL ? kzalloc(sizeof(*timer))
                                                 : NULL;
    if (timer == NULL) {
        return -EAGAIN;
    }
    int error = check_clock(&clock, &timer->other);
    if (error != 0) {
        kfree(timer);
        return error;
    }
    spin_lock(&process->lock);
    error = join(timer, clock, event);
    int id = timer->id; /* another thread may delete it */
    spin_unlock(&process->lock);
    if (error != 0) {
        discard(timer);
    }
    return error != 0 ? error : id;
}

int
itimer_delete(int id)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    struct itimer *timer;
    while ((timer = itimer_find(id)) != NULL && !itimer_try_stop(timer)) {
        spin_unlock(&process->lock);
        cpu_wait();
        spin_lock(&process->lock);
    }
    if (timer != NULL) {
        list_del(&timer->link);
        process->entries--;
    }
    spin_unlock(&process->lock);
    discard(timer);
    return timer != NULL ? 0 : -EINVAL;
}

int
itimer_told(int id)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    const struct itimer *timer = itimer_find(id);
    int told = timer != NULL ? timer->told : -EINVAL;
    spin_unlock(&process->lock);
    return told;
}

void
itimer_exec(void)
{
    struct list *created = &current->process->itimers->created;

    while (!list_empty(created)) {
        (void)itimer_delete(
            list_entry(created->next, struct itimer, link)->id);
    }
}
