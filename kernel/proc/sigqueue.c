/*
 * Signals: the queues of what is known of pending ones, and what only programs
 * need that use them: sending to one thread, and waiting for a signal.
 */
#include "abi/errno.h"

#include "core/optional.h"

#include "arch/clock.h"

#include "mm/heap.h"

#include "proc/cred.h"
#include "proc/itimer.h"
#include "proc/limits.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/sigqueue.h"

#define SET(signal) SIGNAL_BIT(signal)

OPTIONAL(itimer_taken) OPTIONAL(cred_refuse_signal)

/* The heap's lock ranks before the process's. */
bool
sigqueue_reserve(struct process *process, int signal)
{
    u32 most = SIGQUEUE_MAX + (signal < SIGNAL_REAL_TIME ? SIGQUEUE_MORE : 0);

    if (!list_empty(&process->spare) || process->entries >= most) {
        return false;
    }
    spin_unlock(&process->lock);
    struct sigqueue *entry = kmalloc(sizeof(*entry));
    spin_lock(&process->lock);
    if (entry != NULL) {
        entry->of_timer = false;
        list_add(&process->spare, &entry->link);
        process->entries++;
    }
    return true;
}

bool
sigqueue_is_full(const struct process *process)
{
    u64 most = process->limits != NULL
                   ? process->limits->limit[RLIMIT_SIGPENDING].rlim_cur
                   : RLIM_INFINITY;
    u32 queued = process->entries;

    if (queued >= most) {
        list_for_each(pos, &process->spare) {
            queued--;
        }
    }
    return queued >= most;
}

int
sigqueue_add(struct process *process, struct sigpending *pending,
             const siginfo_t *info)
{
    int signal = info->si_signo;
    bool queues = signal >= SIGNAL_REAL_TIME;
    bool lent = !list_empty(&process->spare)
                && list_entry(process->spare.next, struct sigqueue,
                              link)->of_timer;

    if (!queues && !lent && (pending->set & SET(signal)) != 0) {
        return 0;
    }
    if (list_empty(&process->spare)
        || (queues && !lent && sigqueue_is_full(process))) {
        return queues && info->si_code != SI_USER ? -EAGAIN : 0;
    }
    struct sigqueue *entry =
        list_entry(process->spare.next, struct sigqueue, link);
    list_del(&entry->link);
    entry->info = *info;
    entry->at = pending;
    list_add_tail(&pending->queue, &entry->link);
    return 0;
}

static void
drop_entry(struct process *process, struct sigqueue *entry)
{
    list_del(&entry->link);
    if (!entry->of_timer) {
        list_add_tail(&process->spare, &entry->link); /* a lent one is first */
    }
}

static struct sigqueue *
find_entry(const struct sigpending *pending, int signal)
{
    list_for_each_entry(entry, &pending->queue, struct sigqueue, link) {
        if (entry->info.si_signo == signal) {
            return entry;
        }
    }
    return NULL;
}

bool
sigqueue_take(struct process *process, struct sigpending *pending, int signal,
              siginfo_t *info)
{
    struct sigqueue *found = find_entry(pending, signal);

    if (found != NULL) {
        *info = found->info;
        drop_entry(process, found);
    }
    bool more = found != NULL && sigqueue_has(pending, signal);
    if (process->itimers != NULL) {
        itimer_taken(process, signal, found, info);
    }
    return more;
}

bool
sigqueue_has(const struct sigpending *pending, int signal)
{
    return find_entry(pending, signal) != NULL;
}

void
sigqueue_forget(struct process *process, struct sigpending *pending,
                sigset_t set)
{
    list_for_each_safe(pos, &pending->queue) {
        struct sigqueue *entry = list_entry(pos, struct sigqueue, link);
        if (set & SET(entry->info.si_signo)) {
            drop_entry(process, entry);
        }
    }
}

void
sigqueue_free(struct process *process)
{
    struct list *lists[] = {&process->pending.queue, &process->spare};

    for (int i = 0; i < 2; i++) {
        list_for_each_safe(pos, lists[i]) {
            kfree(list_entry(pos, struct sigqueue, link));
        }
    }
}

int
signal_kill_thread(pid_t pid, pid_t tid, const siginfo_t *info)
{
    bool family = info->si_signo == SIGCONT; /* see signal_kill */
    struct thread *target;

    if (family) {
        spin_lock(&family_lock);
    }
    int result = thread_lock(tid, &target) ? 0 : -ESRCH;
    if (target == NULL) {   /* perhaps a first thread, ended */
        result = pid == 0 || pid == tid ? result : -ESRCH;
    } else {
        struct process *process = target->process;
        result = pid != 0 && process->pid != pid
                     ? -ESRCH : cred_refuse_signal(process, info->si_signo);
        result = result == 0 ? signal_post(process, target, info) : result;
        thread_unlock(target);
    }
    if (family) {
        spin_unlock(&family_lock);
    }
    return signal_outcome(result, info);
}

int
signal_wait(void)
{
    do {
        sched_prepare(THREAD_SLEEPING);
    } while (wait_block(WAIT_INTERRUPTIBLE, NEVER) == 0);
    return -ERESTARTNOHAND;
}

int
signal_take(sigset_t set, u64 deadline, siginfo_t *info)
{
    struct process *process = current->process;
    int signal, error = deadline == 0 ? -ETIMEDOUT : 0;

    for (;;) {
        sched_prepare(THREAD_SLEEPING);
        spin_lock(&process->lock);
        /* One that will end the process is not taken away from it. */
        signal = signal_find_fatal() == 0 ? signal_take_pending(set, info) : 0;
        current->waits_for = signal == 0 && error == 0 ? set : 0;
        spin_unlock(&process->lock);
        if (signal != 0 || error != 0) {
            current->state = THREAD_RUNNING;
            return signal != 0            ? signal
                   : error == -ETIMEDOUT  ? -EAGAIN
                                          : -EINTR;
        }
        error = wait_block(WAIT_INTERRUPTIBLE, deadline);
    }
}
