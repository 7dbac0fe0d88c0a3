/*
 * The table of numbers: an array that leads from a pid or tid to its process
 * and thread, so that fork's cost does not depend on how many there are.  It
 * has its own lock: fork and kill take family_lock for the family only, and
 * threads come and go without it.
 */
#include "abi/errno.h"

#include "core/optional.h"
#include "core/panic.h"

#include "mm/frame.h"

#include "proc/cred.h"
#include "proc/process.h"
#include "proc/signal.h"

OPTIONAL(job_leave) OPTIONAL(job_report_stop)

struct spinlock pids_lock = SPINLOCK_INIT(RANK_PIDS);

/* Indexed by pid, or tid.  A number is in use by its process (from proc_alloc
 * to proc_unlink) or thread, and by the group and session of that number.  A
 * process is removed under family_lock, and freed after pids_lock was taken
 * once more: so a reader needs only one of the two locks. */
static struct pid_slot {
    struct process *process; /* NULL while fork makes it, and when reaped */
    struct thread *thread;   /* if the number is a tid, and not a pid */
    u32 uses;                /* a  it leaves 0 only under pids_lock */
    u32 user;                /* who pays for it: an index of `users` */
} pids[PID_MAX];

static pid_t last_pid;
static pid_t highest_pid; /* ever in use; read without the lock */
static int process_count; /* read without the lock */

static int users[USER_PLACES]; /* how many of these each has (cred.h) */

struct process *
pid_process(pid_t pid)
{
    return pid > 0 && pid < PID_MAX
               ? __atomic_load_n(&pids[pid].process, __ATOMIC_ACQUIRE) : NULL;
}

void
pid_set_process(pid_t pid, struct process *process)
{
    __atomic_store_n(&pids[pid].process, process, __ATOMIC_RELEASE);
}

bool
thread_lock(pid_t tid, struct thread **thread)
{
    tid = tid == 0 ? current->tid : tid;
    *thread = NULL;
    spin_lock(&pids_lock);
    struct process *process = pid_process(tid);
    if (process != NULL) {
        spin_lock(&process->lock);
        struct thread *found = pids[tid].thread;
        if (found == NULL && !proc_is_zombie(process)) {
            found = list_entry(process->threads.next, struct thread, link);
        }
        /* Not a thread that is ending; not another thread than tid's. */
        if (found != NULL && found->tid == tid && !list_empty(&found->link)) {
            *thread = found;
            return true;
        }
        spin_unlock(&process->lock);
    }
    spin_unlock(&pids_lock);
    return process != NULL;
}

void
thread_unlock(struct thread *thread)
{
    spin_unlock(&thread->process->lock);
    spin_unlock(&pids_lock);
}

pid_t
pid_next(pid_t pid)
{
    for (; pid <= highest_pid; pid++) {
        const struct pid_slot *slot = &pids[pid];
        if (__atomic_load_n(&slot->process, __ATOMIC_RELAXED) != NULL
            && slot->thread == NULL) {
            return pid;
        }
    }
    return 0;
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

/* => pids_lock held; 0: every number is in use */
static pid_t
pid_take(void)
{
    for (int tries = 1; tries < PID_MAX; tries++) {
        last_pid = last_pid + 1 < PID_MAX ? last_pid + 1 : 1;
        if (__atomic_load_n(&pids[last_pid].uses, __ATOMIC_ACQUIRE) == 0) {
            pids[last_pid].uses = 1;
            highest_pid = MAX(highest_pid, last_pid);
            return last_pid;
        }
    }
    return 0;
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

/* A number is in use by a process or thread, whose user pays; or no more.
 * => pids_lock held */
static inline void
count_in(pid_t pid)
{
    pids[pid].user = cred_place(current->cred);
    users[pids[pid].user]++;
    process_count++;
}

static inline void
count_out(pid_t pid)
{
    users[pids[pid].user]--;
    process_count--;
}

pid_t
pid_alloc(void)
{
    spin_lock(&pids_lock);
    pid_t pid = has_room() ? pid_take() : 0;
    if (pid != 0) {
        count_in(pid);
    }
    spin_unlock(&pids_lock);
    return pid;
}

int
pid_choose(struct thread *first, pid_t pid)
{
    pid_t old = first->tid;

    if (pid < 1 || pid >= PID_MAX) {
        return -EINVAL;
    }
    if (!cred_may(RIGHT_PID)) {
        return -EPERM;
    }
    spin_lock(&pids_lock);
    bool free = __atomic_load_n(&pids[pid].uses, __ATOMIC_ACQUIRE) == 0;
    if (free) {
        pids[pid].uses = 1;
        highest_pid = MAX(highest_pid, pid);
        pids[pid].user = pids[old].user;
        first->tid = first->process->pid = pid;
        pid_put(old);
    }
    spin_unlock(&pids_lock);
    return free ? 0 : -EEXIST;
}

int
thread_join(struct thread *thread)
{
    struct process *process = thread->process;

    assert(process == current->process && list_empty(&thread->link));
    spin_lock(&pids_lock);
    spin_lock(&process->lock);
    bool calm = !signal_pending();
    pid_t tid = calm && has_room() ? pid_take() : 0;
    if (tid != 0) {
        count_in(tid);
        assert(pids[tid].process == NULL);
        pids[tid].process = process;
        pids[tid].thread = thread;
        thread->tid = tid;
        list_add_tail(&process->threads, &thread->link);
    }
    spin_unlock(&process->lock);
    spin_unlock(&pids_lock);
    return !calm ? -ERESTARTNOINTR : tid != 0 ? 0 : -EAGAIN;
}

/* The number leads to no thread any more. */
static void
forget_tid(pid_t tid)
{
    spin_lock(&pids_lock);
    pid_set_process(tid, NULL);
    pids[tid].thread = NULL;
    count_out(tid);
    spin_unlock(&pids_lock);
    pid_put(tid);
}

int
thread_end_others(void)
{
    struct process *process = current->process;
    pid_t tid = current->tid;
    int error = 0;

    spin_lock(&process->lock);
    if (process->exec_thread != NULL || process->ending) {
        error = -EAGAIN; /* and SIGKILL is pending */
    } else if (!proc_has_one_thread(process)) {
        process->exec_thread = current;
        waitq_init(&process->exec_wait);
        signal_others(process, SIGKILL);
    }
    while (!proc_has_one_thread(process) && error == 0) {
        error = wait_sleep(&process->exec_wait, &process->lock, WAIT_KILLABLE);
    }
    if (process->exec_thread == current) {
        process->exec_thread = NULL;
    }
    bool moves = error == 0 && tid != process->pid;
    struct cred *old = moves ? process->cred : NULL;
    if (moves) { /* it is the first thread now */
        current->tid = process->pid;
        process->cred = current->cred;
    }
    spin_unlock(&process->lock);
    if (moves) {
        cred_put(old);
        spin_lock(&family_lock);
        list_for_each_entry(child, &process->children, struct process,
                            sibling) {
            child->parent_tid = process->pid;
        }
        spin_unlock(&family_lock);
        forget_tid(tid);
    }
    return error;
}

bool
thread_leave(struct thread *thread, int status)
{
    struct process *process = thread->process;

    spin_lock(&process->lock);
    if (!process->ending) { /* the last one's counts, as on Linux since 6.0 */
        process->exit_status = status;
    }
    if (process->entries != 0) {
        signal_forget_pending(process, &thread->pending, ~0UL);
    }
    bool last = proc_has_one_thread(process);
    process->nice = thread->share.nice;
    if (!last) {
        proc_keep_time(process);
        list_del(&thread->link);
        signal_pass_on(process);
        if (process->exec_thread != NULL && proc_has_one_thread(process)) {
            wait_wake_all(&process->exec_wait);
        }
    }
    bool stopped = !last && job_leave(thread);
    spin_unlock(&process->lock);
    if (stopped) {
        job_report_stop(process);
    }
    if (!last && !list_empty(&process->children)) {
        proc_lose_thread(thread->tid);
    }
    if (thread->tid != process->pid) {
        forget_tid(thread->tid);
    }
    return last;
}

void
pid_free(struct process *process)
{
    spin_lock(&pids_lock); /* wait until no kill uses it */
    count_out(process->pid);
    spin_unlock(&pids_lock);
    pid_put(process->pid);
}
