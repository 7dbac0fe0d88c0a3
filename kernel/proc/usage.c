/*
 * What processes have used, as wait4(2) and getrusage(2) report it.  A process
 * counts for itself; at its end, the parent that waits for it adds the sums.
 */
#include "abi/time.h"

#include "core/config.h"

#include "arch/clock.h"

#include "proc/process.h"

static struct timeval
ticks_to_timeval(u64 ticks)
{
    u64 usec = ticks * (1000000 / TICKS_PER_SEC);

    return (struct timeval){(long)(usec / 1000000), (long)(usec % 1000000)};
}

static void
fill_rusage(struct rusage *rusage, u64 user, u64 system, struct usage used)
{
    *rusage = (struct rusage){
        .ru_utime = ticks_to_timeval(user),
        .ru_stime = ticks_to_timeval(system),
        .ru_maxrss = (long)(used.peak * (PAGE_SIZE / 1024)),
        .ru_minflt = (long)used.faults,
        .ru_nvcsw = (long)used.waits,
        .ru_nivcsw = (long)used.switches,
    };
}

static void
usage_add(struct usage *to, const struct usage *used)
{
    to->faults += used->faults;
    to->waits += used->waits;
    to->switches += used->switches;
    to->peak = MAX(to->peak, used->peak);
}

void
proc_usage(struct process *process, struct rusage *rusage)
{
    struct usage used = process->used;
    u64 user, system;

    usage_add(&used, &process->child_used);
    proc_ticks(process, &user, &system);
    fill_rusage(rusage, user + process->child_user_ticks,
                system + process->child_system_ticks, used);
}

void
proc_own_usage(struct process *process, struct rusage *rusage)
{
    u64 user, system;

    proc_ticks(process, &user, &system);
    fill_rusage(rusage, user, system, process->used);
}

void
proc_child_usage(const struct process *process, struct rusage *rusage)
{
    fill_rusage(rusage, process->child_user_ticks,
                process->child_system_ticks, process->child_used);
}

void
proc_count_child(struct process *parent, const struct process *child)
{
    parent->child_user_ticks += child->user_ticks + child->child_user_ticks;
    parent->child_system_ticks +=
        child->system_ticks + child->child_system_ticks;
    usage_add(&parent->child_used, &child->used);
    if (child->child_used.peak != 0) {
        usage_add(&parent->child_used, &child->child_used);
    }
}
