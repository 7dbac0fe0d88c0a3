/*
 * Signals, the sender's side: what makes one pending, and its queue.  Entry
 * point: post.  The target's side is signal.c.
 */
#include "abi/errno.h"

#include "core/optional.h"
#include "core/panic.h"

#include "arch/percpu.h"

#include "mm/heap.h"

#include "proc/group.h"
#include "proc/itimer.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

#define SET(signal) SIGNAL_BIT(signal)

OPTIONAL(job_signal) OPTIONAL(itimer_taken) OPTIONAL(signalfd_notify)

/* Make the target look at its signals.  The barrier: we set `pending` before we
 * read wait_mode; the target sets wait_mode before it reads `pending`. */
static void
notify(struct thread *target, int signal)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    bool wakes = target->wait_mode == WAIT_INTERRUPTIBLE
                 || (target->wait_mode == WAIT_KILLABLE
                     && signal_is_fatal(target->process, signal));

    if (target == current) {
        cpu_add_work(WORK_SIGNAL);
    } else if (wakes) {
        sched_wake(target, THREAD_SLEEPING);
    }
    if (signal == SIGKILL) {
        sched_wake(target, THREAD_STOPPED);
    }
    sched_poke(target);
}

static void
drop_entry(struct process *process, struct sigqueue *entry)
{
    list_del(&entry->link);
    if (entry->timer_at == NULL) {
        list_add(&process->spare, &entry->link);
    }
}

void
signal_forget_pending(struct process *process, struct sigpending *pending,
                      sigset_t set)
{
    assert(spin_held(&process->lock));
    list_for_each_safe(pos, &pending->queue) {
        struct sigqueue *entry = list_entry(pos, struct sigqueue, link);
        if (set & SET(entry->info.si_signo)) {
            drop_entry(process, entry);
        }
    }
    pending->set &= ~set;
}

void
signal_forget(struct process *process, sigset_t set)
{
    signal_forget_pending(process, &process->pending, set);
    for_each_thread(thread, process) {
        signal_forget_pending(process, &thread->pending, set);
    }
}

void
signal_free_entries(struct process *process)
{
    struct list *lists[] = {&process->pending.queue, &process->spare};

    for (int i = 0; i < 2; i++) {
        list_for_each_safe(pos, lists[i]) {
            kfree(list_entry(pos, struct sigqueue, link));
        }
    }
}

/* Have an entry for the signal, if there is memory.  The heap's lock ranks
 * before the process's.
 * => process->lock held; it may be released for a time */
static void
reserve(struct process *process, int signal)
{
    u32 most = SIGQUEUE_MAX + (signal < SIGNAL_REAL_TIME ? SIGQUEUE_MORE : 0);

    if (list_empty(&process->spare) && process->entries < most) {
        spin_unlock(&process->lock);
        struct sigqueue *entry = kmalloc(sizeof(*entry));
        spin_lock(&process->lock);
        if (entry != NULL) {
            entry->timer_at = NULL;
            list_add(&process->spare, &entry->link);
            process->entries++;
        }
    }
}

/* => 0, or -EAGAIN: it is not pending */
static int
enqueue(struct process *process, struct sigpending *pending,
        const siginfo_t *info, struct sigqueue *own)
{
    int signal = info->si_signo;
    bool queues = signal >= SIGNAL_REAL_TIME;

    if (own != NULL) {
        own->timer_at = pending;
        list_add_tail(&pending->queue, &own->link);
    } else if (!queues && (pending->set & SET(signal)) != 0) {
        return 0;
    } else if (!list_empty(&process->spare)) {
        struct sigqueue *entry =
            list_entry(process->spare.next, struct sigqueue, link);
        list_del(&entry->link);
        entry->info = *info;
        list_add_tail(&pending->queue, &entry->link);
    } else if (queues && info->si_code != SI_USER) {
        return -EAGAIN;
    }
    pending->set |= SET(signal);
    return 0;
}

void
signal_dequeue(struct process *process, struct sigpending *pending,
               int signal, siginfo_t *info)
{
    struct sigqueue *found = NULL;
    bool more = false;

    list_for_each_entry(entry, &pending->queue, struct sigqueue, link) {
        if (entry->info.si_signo == signal) {
            more = found != NULL;
            if (more) {
                break;
            }
            found = entry;
        }
    }
    if (!more) {
        pending->set &= ~SET(signal);
    }
    *info = found != NULL ? found->info : (siginfo_t){.si_signo = signal};
    if (found != NULL) {
        drop_entry(process, found);
    }
    if (process->itimers != NULL) {
        itimer_taken(process, found, info);
    }
}

/* This thread (NULL: the first one), if it does not block the signal. */
static struct thread *
taker_of(struct process *process, struct thread *thread, int signal)
{
    for_each_thread(any, process) {
        if ((thread == NULL || thread == any)
            && (any->blocked & SET(signal)) == 0) {
            return any;
        }
    }
    return NULL;
}

/* Whether the thread (NULL: any) has not ended.  No new one is in its place: to
 * join takes pids_lock, which a sender to one thread holds. */
static bool
has_thread(const struct process *process, const struct thread *thread)
{
    for_each_thread(any, process) {
        if (thread == NULL || any == thread) {
            return true;
        }
    }
    return false;
}

/* Whether the process ignores what `taker` (NULL: nobody) would take. */
static bool
drops(const struct process *process, const struct thread *taker, int signal)
{
    return taker != NULL && signal_is_ignored(process, signal);
}

bool
signal_is_dropped(struct process *process, int signal)
{
    spin_lock(&process->lock);
    bool dropped = drops(process, taker_of(process, NULL, signal), signal);
    spin_unlock(&process->lock);
    return dropped;
}

/* Make the signal pending on the process or, if it is not NULL, on the thread.
 * Drop it if the process ignores it or has ended, or if it is 0.
 * own: its entry, or NULL: have one
 * => process->lock held; without `own` it may be released for a time
 * => 0, or -EAGAIN as signal_send_info */
static int
post(struct process *process, struct thread *thread, const siginfo_t *info,
     struct sigqueue *own)
{
    int signal = info->si_signo;

    if (signal < 1 || signal > SIGNAL_MAX || process->sigacts == NULL) {
        return 0;
    }
    struct thread *taker = taker_of(process, thread, signal);
    if (own == NULL && signal != SIGKILL && !drops(process, taker, signal)) {
        reserve(process, signal);
        if (process->sigacts == NULL || !has_thread(process, thread)) {
            return 0;
        }
        taker = taker_of(process, thread, signal);
    }
    if (SET(signal) & (STOP_SIGNALS | SET(SIGCONT))) {
        job_signal(process, signal);
    }
    if (drops(process, taker, signal)) {
        return 0;
    }
    int error = enqueue(process, thread != NULL ? &thread->pending
                                                : &process->pending,
                        info, own);
    if (error != 0) {
        return error;
    }
    if (taker != NULL) {
        notify(taker, signal);
    }
    for_each_thread(any, process) {
        if (any->waits_for & SET(signal)) {
            sched_wake(any, THREAD_SLEEPING);
        }
    }
    signalfd_notify();
    return 0;
}

int
signal_send_info(struct process *target, const siginfo_t *info)
{
    spin_lock(&target->lock);
    int error = post(target, NULL, info, NULL);
    spin_unlock(&target->lock);
    return error;
}

void
signal_send_own(struct process *process, struct thread *thread,
                struct sigqueue *own)
{
    assert(spin_held(&process->lock) && list_empty(&own->link));
    (void)post(process, thread, &own->info, own);
}

void
signal_send(struct process *target, int signal)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

    (void)signal_send_info(target, &info);
}

void
signal_raise(int signal)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_USER,
                      .si_pid = current->process->pid};

    (void)signal_send_info(current->process, &info);
}

void
signal_kill_others(struct process *process)
{
    assert(spin_held(&process->lock));
    for_each_thread(thread, process) {
        if (thread != current) {
            thread->pending.set |= SET(SIGKILL);
            notify(thread, SIGKILL);
        }
    }
}

/* What kill(2) returns: ESRCH is checked before EINVAL. */
static int
outcome(int result, const siginfo_t *info)
{
    bool known = info->si_signo >= 0 && info->si_signo <= SIGNAL_MAX;

    return result == 0 && !known ? -EINVAL : result;
}

/* => 0 if one of them has got it, or the last error */
static int
send_group(pid_t pgid, const siginfo_t *info)
{
    int result = -ESRCH;

    spin_lock(&family_lock);
    struct pgrp *group = pgid == 0 ? current->process->group : group_find(pgid);
    if (group != NULL) {
        for_each_member(process, group) {
            int error = signal_send_info(process, info);
            result = result == 0 ? 0 : error;
        }
    }
    spin_unlock(&family_lock);
    return result;
}

int
signal_send_group(pid_t pgid, int signal)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

    return send_group(pgid, &info);
}

/* To all but init and the caller. */
static int
send_all(const siginfo_t *info)
{
    int result = -ESRCH;

    spin_lock(&family_lock);
    for_each_process(process) {
        if (process != init_process && process != current->process) {
            int error = signal_send_info(process, info);
            result = result == 0 ? 0 : error;
        }
    }
    spin_unlock(&family_lock);
    return result;
}

int
signal_kill(pid_t pid, const siginfo_t *info)
{
    int result = -ESRCH;

    if (pid <= 0) {
        result = pid == -1 ? send_all(info)
                           : send_group((pid_t)-(u32)pid, info);
        return outcome(result, info);
    }
    spin_lock(&pids_lock);
    struct process *target = pid_process(pid);
    if (target != NULL) {
        result = signal_send_info(target, info);
    }
    spin_unlock(&pids_lock);
    return outcome(result, info);
}

int
signal_kill_thread(pid_t pid, pid_t tid, const siginfo_t *info)
{
    struct thread *target;
    int result = thread_lock(tid, &target) ? 0 : -ESRCH;

    if (target == NULL) {   /* perhaps a first thread, ended */
        return outcome(pid == 0 || pid == tid ? result : -ESRCH, info);
    }
    result = pid == 0 || target->process->pid == pid
                 ? post(target->process, target, info, NULL) : -ESRCH;
    thread_unlock(target);
    return outcome(result, info);
}

void
signal_pass_on(struct process *process)
{
    assert(spin_held(&process->lock));
    for (sigset_t left = process->pending.set; left != 0; left &= left - 1) {
        int signal = __builtin_ctzl(left) + 1;
        struct thread *taker = taker_of(process, NULL, signal);
        if (taker != NULL) {
            notify(taker, signal);
        }
    }
}

