/*
 * What processes have used, as wait4(2) and getrusage(2) report it.  A process
 * counts for itself; at its end, the parent that waits for it adds the sums.
 */
#include "abi/time.h"

#include "core/panic.h"

#include "arch/clock.h"

#include "proc/exit.h"
#include "proc/sched.h"
#include "proc/usage.h"

#define RUSAGE_BOTH (-2) /* its own and its children's */

/* Split cycles as the ticks are, like Linux's cputime_adjust: what was shown
 * once stays, and the rest of the sum goes to the other. */
static void
split(struct cpu_time time, struct cpu_split *shown)
{
    u64 total = clock_tsc_to_ns(time.ran);
    u64 ticks = MAX((u64)time.user + time.system, 1);
    u64 system = total / ticks * time.system
                 + total % ticks * time.system / ticks;

    if (total > shown->user + shown->system) {
        system = MIN(system, total - shown->user);
        shown->system = MAX(system, shown->system);
        shown->user = total - shown->system;
    }
}

void
proc_split(struct process *process, struct cpu_split *result)
{
    struct cpu_time time = proc_time(process);

    spin_lock(&process->lock);
    split(time, &process->shown);
    *result = process->shown;
    spin_unlock(&process->lock);
}

void
proc_child_split(struct process *process, struct cpu_split *result)
{
    assert(spin_held(&family_lock));
    split(process->child_time, &process->child_shown);
    *result = process->child_shown;
}

static struct timeval
timeval_of(u64 ns)
{
    return (struct timeval){(long)(ns / NSEC_PER_SEC),
                            (long)(ns % NSEC_PER_SEC / 1000)};
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
proc_usage_of(struct process *process, int who, struct rusage *rusage)
{
    struct usage used = {0};
    struct cpu_split time = {0}, more;

    if (who == RUSAGE_THREAD) {
        struct cpu_time own = current->time;
        own.ran = sched_ran(current);
        split(own, &time);
    } else if (who != RUSAGE_CHILDREN) {
        proc_split(process, &time);
    }
    if (who != RUSAGE_CHILDREN) {
        used = process->used;
    }
    if (who == RUSAGE_CHILDREN || who == RUSAGE_BOTH) {
        proc_child_split(process, &more);
        time.user += more.user;
        time.system += more.system;
        usage_add(&used, &process->child_used);
    }
    *rusage = (struct rusage){
        .ru_utime = timeval_of(time.user),
        .ru_stime = timeval_of(time.system),
        .ru_maxrss = (long)(used.peak * (PAGE_SIZE / 1024)),
        .ru_minflt = (long)used.faults,
        .ru_nvcsw = (long)used.waits,
        .ru_nivcsw = (long)used.switches,
    };
}

void
proc_usage(struct process *process, struct rusage *rusage)
{
    proc_usage_of(process, RUSAGE_BOTH, rusage);
}

static inline void
time_add(struct cpu_time *to, const struct cpu_time *time)
{
    to->ran += time->ran;
    to->user += time->user;
    to->system += time->system;
}

static __noinline void
count_grandchildren(struct process *parent, const struct process *child)
{
    time_add(&parent->child_time, &child->child_time);
    usage_add(&parent->child_used, &child->child_used);
}

void
proc_count_child(struct process *parent, const struct process *child)
{
    time_add(&parent->child_time, &child->time);
    usage_add(&parent->child_used, &child->used);
    if (child->child_used.peak != 0) { /* it has waited for children */
        count_grandchildren(parent, child);
    }
}
