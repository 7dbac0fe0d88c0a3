/*
 * What the checkers ask of threads that stand in the middle of a call: long
 * work rests (core/spin.h).  No lock is taken: all other CPUs are parked.
 */
#include "proc/process.h"

#include "debug/check.h"

bool
check_is_used(const struct as *as)
{
    bool used = false;

    for_each_process(process) {
        for_each_thread(thread, process) {
            used |= thread->as == as;
        }
    }
    return used;
}

int
check_count_stopped(void)
{
    int count = 0;

    for_each_process(process) {
        for_each_thread(thread, process) {
            count += (thread->state == THREAD_RUNNING && thread != current)
                     || thread->state == THREAD_RUNNABLE
                     || (thread->state == THREAD_SLEEPING
                         && thread->wait_mode == WAIT_UNINTERRUPTIBLE);
        }
    }
    return count;
}
