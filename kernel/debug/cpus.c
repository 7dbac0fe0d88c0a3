/*
 * The checkers of CPUs: the tables that each has loaded, and the threads that
 * run or wait there.  All other CPUs are parked during the check.
 */
#include "core/optional.h"

#include "arch/percpu.h"

#include "mm/as.h"
#include "mm/kmap.h"

#include "proc/balance.h"
#include "proc/process.h"
#include "proc/shares.h"

#include "debug/check.h"

OPTIONAL(share_list)

/* SM-1: a CPU is in the mask of the space whose tables it has loaded, and in no
 * other mask; and that space is not freed (H3). */
static void
check_loaded(struct check *check)
{
    u64 known = 0; /* CPUs whose tables are some space's */

    list_for_each_entry(as, &all_spaces, const struct as, link) {
        u64 loaded = 0;
        for (int i = 0; i < cpu_count; i++) {
            loaded |= (u64)(cpus[i].loaded_root == as->root
                            && cpus[i].loaded_as == as) << i;
        }
        if (loaded != as->cpus) {
            violation(check, "SM-1 root %#lx: mask %#lx, loaded by %#lx\n",
                      as->root, as->cpus, loaded);
        }
        known |= loaded;
    }
    for (int i = 0; i < cpu_count; i++) {
        if ((known & 1UL << i) == 0
            && (cpus[i].loaded_root != kernel_root
                || cpus[i].loaded_as != NULL)) {
            violation(check, "SM-1 CPU %d keeps root %#lx, of no space\n", i,
                      cpus[i].loaded_root);
        }
    }
}

/* SM-2: the threads on a list are RUNNABLE.  SH-1.  => their number */
static u32
check_level(struct check *check, int cpu, int level, const struct list *list)
{
    u32 count = 0;

    list_for_each_entry(thread, list, struct thread, run_link) {
        count++;
        if (thread->state != THREAD_RUNNABLE || thread->cpu != cpu
            || thread->on_cpu) {
            violation(check, "SM-2 tid %d in queue %d: state %d, CPU %d%s\n",
                      thread->tid, cpu, thread->state, thread->cpu,
                      thread->on_cpu ? ", on its stack" : "");
        }
        if (thread->share.level != level
            || (level != 0 && !queues[cpu].mixed)) {
            violation(check, "SH-1 tid %d, level %d, at %d in queue %d\n",
                      thread->tid, thread->share.level, level, cpu);
        }
    }
    return count;
}

/* => the number of threads that wait */
static int
check_queue(struct check *check, int cpu)
{
    u32 count = check_level(check, cpu, 0, &queues[cpu].ready);
    const struct list *list;

    for (int level = 1;
         level < LEVELS && (list = share_list(cpu, level)) != NULL; level++) {
        count += check_level(check, cpu, level, list);
    }
    if (count != queues[cpu].length) {
        violation(check, "SM-2 queue %d: %u threads, length %u\n", cpu, count,
                  queues[cpu].length);
    }
    return (int)count;
}

/* SM-2: a thread that is RUNNING, and no other, is its CPU's current thread.
 * => whether it should be in a run queue */
static bool
check_queued(struct check *check, const struct thread *thread)
{
    bool running = thread->state == THREAD_RUNNING;

    if (running != (cpus[thread->cpu].thread == thread)
        || running != thread->on_cpu) {
        violation(check, "SM-2 tid %d: state %d, CPU %d\n", thread->tid,
                  thread->state, thread->cpu);
    }
    if (running && thread->share.level != 0 && !queues[thread->cpu].mixed) {
        violation(check, "SH-1 tid %d runs at level %d, queue %d\n",
                  thread->tid, thread->share.level, thread->cpu);
    }
    return thread->state == THREAD_RUNNABLE;
}

void
check_add_holds(u32 *edges)
{
    spin_lock(&family_lock);
    for_each_process(process) {
        for_each_thread(thread, process) {
            for (const struct hold *hold = thread->holds; hold != NULL;
                 hold = hold->outer) {
                edges[hold->frame >> PAGE_SHIFT]++;
            }
        }
    }
    spin_unlock(&family_lock);
}

void
check_cpus(struct check *check)
{
    int ready = 0;

    check_loaded(check);
    for (int i = 0; i < cpu_count; i++) {
        ready += check_queue(check, i);
    }
    for_each_process(process) {
        for_each_thread(thread, process) {
            ready -= check_queued(check, thread);
        }
    }
    if (ready != 0) {
        violation(check, "SM-2 %d more in queues than ready\n", ready);
    }
}
