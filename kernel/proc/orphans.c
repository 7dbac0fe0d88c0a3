/*
 * What prctl(2) changes of the end of a parent: who gets its children
 * (PR_SET_CHILD_SUBREAPER), and a signal for them (PR_SET_PDEATHSIG).
 */
#include "core/panic.h"

#include "proc/cred.h"
#include "proc/process.h"
#include "proc/signal.h"

void
proc_set_subreaper(struct process *process, bool on)
{
    assert(spin_held(&family_lock));
    subreapers += on - process->subreaper;
    process->subreaper = on;
    process->end_is_special |= on;
}

struct process *
proc_reaper(const struct process *process)
{
    struct process *reaper = process->parent;

    while (reaper != init_process && !reaper->subreaper) {
        reaper = reaper->parent;
    }
    return reaper;
}

void
proc_tell_orphan(struct process *child, const struct process *parent)
{
    if (child->death_signal != 0) {
        siginfo_t info = {.si_signo = child->death_signal,
                          .si_pid = parent->pid,
                          .si_uid = parent->cred->uid};
        (void)signal_send_info(child, &info);
    }
}
