/*
 * The table of numbers: an array that leads from a pid or tid to its process
 * and thread, so that fork's cost does not depend on how many there are.  It
 * has its own lock: fork and kill take family_lock for the family only, and
 * threads come and go without it.
 */

#include "core/panic.h"

#include "mm/frame.h"

#include "proc/cred.h"
#include "proc/pid.h"
#include "proc/process.h"

struct spinlock pids_lock = SPINLOCK_INIT(RANK_PIDS);

struct pid_slot pids[PID_MAX];

static pid_t last_pid;
pid_t highest_pid;
static int process_count; /* read without the lock */

static int users[USER_PLACES]; /* how many of these each has (cred.h) */

struct process *
pid_process(pid_t pid)
{
    return pid > 0 && pid < PID_MAX
               ? __atomic_load_n(&pids[pid].process, __ATOMIC_ACQUIRE) : NULL;
}

int
proc_count(void)
{
    return __atomic_load_n(&process_count, __ATOMIC_RELAXED);
}

int
proc_limit(void)
{
    return (int)MIN((u64)MAX_PROCESSES, frames_count / FRAMES_PER_PROCESS);
}

void
pid_get(pid_t pid)
{
    __atomic_fetch_add(&pids[pid].uses, 1, __ATOMIC_RELAXED);
}

void
pid_put(pid_t pid)
{
    u32 before = __atomic_fetch_sub(&pids[pid].uses, 1, __ATOMIC_RELEASE);

    assert(before > 0);
}

inline bool
pid_try_take(pid_t pid)
{
    if (__atomic_load_n(&pids[pid].uses, __ATOMIC_ACQUIRE) != 0) {
        return false;
    }
    pids[pid].uses = 1;
    highest_pid = MAX(highest_pid, pid);
    return true;
}

/* Whether there may be one more process or thread of the current process.  A
 * user may have half of them, as by Linux's usual RLIMIT_NPROC; an eighth is
 * kept for root.  The last places are kept for pid 1 and what of root's it has
 * started itself, so that a shell can clean up after a bomb, also of orphans.
 * => pids_lock held */
static inline bool
has_room(void)
{
    int limit = proc_limit(), left = limit - process_count;
    u32 user = cred_place(current->cred);

    if (user != 0) {
        return left > limit / 8 && users[user] < limit / 2;
    }
    return left > ROOT_SLOTS || (left > 0 && current->process->has_place);
}

inline pid_t
pid_alloc_locked(void)
{
    int tries = has_room() ? PID_MAX : 1;

    while (--tries > 0) {
        last_pid = last_pid + 1 < PID_MAX ? last_pid + 1 : 1;
        if (pid_try_take(last_pid)) {
            pids[last_pid].user = cred_place(current->cred);
            users[pids[last_pid].user]++;
            process_count++;
            return last_pid;
        }
    }
    return 0;
}

pid_t
pid_alloc(void)
{
    spin_lock(&pids_lock);
    pid_t pid = pid_alloc_locked();
    spin_unlock(&pids_lock);
    return pid;
}

void
pid_free(pid_t pid)
{
    spin_lock(&pids_lock); /* wait until no kill uses it */
    __atomic_store_n(&pids[pid].process, NULL, __ATOMIC_RELAXED);
    pids[pid].thread = NULL;
    users[pids[pid].user]--;
    process_count--;
    spin_unlock(&pids_lock);
    pid_put(pid);
}
