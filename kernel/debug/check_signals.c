/*
 * The checkers of what is pending for processes and their threads, and of what
 * is counted of processes besides.  All other CPUs are parked, and no lock of a
 * process is held.
 */

#include "proc/itimer.h"
#include "proc/process.h"
#include "proc/sigqueue.h"

#include "debug/check.h"

/* SG-1 of one set and its queue.  => how many entries it has, timers' aside */
static u32
check_pending(struct check *check, const struct process *process,
              const struct sigpending *pending)
{
    sigset_t seen = 0, own = 0, twice = 0;
    u32 count = 0;

    list_for_each_entry(entry, &pending->queue, struct sigqueue, link) {
        sigset_t bit = SIGNAL_BIT(entry->info.si_signo);
        seen |= bit;
        if (!entry->of_timer) {
            twice |= own & bit;
            own |= bit;
            count++;
        }
    }
    twice &= SIGNAL_BIT(SIGNAL_REAL_TIME) - 1;
    if ((seen & ~pending->set) != 0 || twice != 0) {
        violation(check, "SG-1 pid %d: pending %#lx, entries %#lx, two of "
                  "%#lx\n", process->pid, pending->set, seen, twice);
    }
    return count;
}

/* SG-1. */
static void
check_entries(struct check *check, const struct process *process)
{
    u32 count = check_pending(check, process, &process->pending);

    for_each_thread(thread, process) {
        count += check_pending(check, process, &thread->pending);
        int fault = thread->fault.signal;
        if (fault != 0 && (thread->pending.set & SIGNAL_BIT(fault)) == 0) {
            violation(check, "SG-1 tid %d: its fault's %d is not pending\n",
                      thread->tid, fault);
        }
    }
    list_for_each_entry(entry, &process->spare, struct sigqueue, link) {
        count++;
    }
    if (process->itimers != NULL) {
        list_for_each_entry(timer, &process->itimers->created, struct itimer,
                            link) {
            count++;
        }
    }
    if (count != process->entries) {
        violation(check, "SG-1 pid %d: %u entries, counted %u\n", process->pid,
                  count, process->entries);
    }
}

void
check_signals(struct check *check)
{
    int count = 0;

    spin_lock(&family_lock);
    for_each_process(process) {
        check_entries(check, process);
        count += process->subreaper;
    }
    if (count != subreapers) {
        violation(check, "PR-4 %d subreapers, counted %d\n", count,
                  subreapers);
    }
    spin_unlock(&family_lock);
}
