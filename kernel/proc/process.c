/*
 * The process table: an array that leads from a number to its process and
 * thread, so that fork's cost does not depend on how many there are.  It has
 * its own lock: fork and kill take family_lock for the family only.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/optional.h"
#include "core/panic.h"

#include "arch/clock.h"
#include "arch/cpu.h"

#include "mm/frame.h"
#include "mm/heap.h"

#include "proc/cred.h"
#include "proc/group.h"
#include "proc/limits.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

/* For all that look at a limit. */
OPTIONAL(limits_get) OPTIONAL(limits_put) OPTIONAL(limits_soft)
OPTIONAL(limits_memory) OPTIONAL(limits_file_too_long)
OPTIONAL(limits_check_cpu)
OPTIONAL(sigqueue_free)

struct spinlock family_lock = SPINLOCK_INIT(RANK_FAMILY);
struct spinlock pids_lock = SPINLOCK_INIT(RANK_PIDS);
struct list all_processes = LIST_INIT(all_processes);
struct process *init_process;

/* Indexed by pid, or tid.  A number is in use by its process (from proc_alloc
 * to proc_unlink) or thread, and by the group and session of that number.  A
 * process is removed under family_lock, and freed after pids_lock was taken
 * once more: so a reader needs only one of the two locks. */
static struct pid_slot {
    struct process *process; /* NULL while fork makes it, and when reaped */
    struct thread *thread;   /* if the number is a tid, and not a pid */
    u32 uses;                /* a  it leaves 0 only under pids_lock */
} pids[PID_MAX];

static pid_t last_pid;
static pid_t highest_pid; /* ever in use; read without the lock */
static int process_count; /* read without the lock */

struct process *
pid_process(pid_t pid)
{
    return pid > 0 && pid < PID_MAX
               ? __atomic_load_n(&pids[pid].process, __ATOMIC_ACQUIRE) : NULL;
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

struct process *
proc_find(pid_t pid)
{
    struct process *found = pid_process(pid);

    assert(spin_held(&family_lock));
    return found != NULL && found->parent != NULL ? found : NULL;
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

/* The last slots are for pid 1 and its children, so that a shell can clean up
 * after a fork bomb.
 * => the new process's pid; 0: the table is full */
static pid_t
register_process(void)
{
    bool trusted = init_process == NULL || current->process == init_process
                   || current->process->parent == init_process;
    int limit = proc_limit() - (trusted ? 0 : ROOT_SLOTS);

    spin_lock(&pids_lock);
    pid_t pid = process_count < limit ? pid_take() : 0;
    process_count += pid != 0;
    spin_unlock(&pids_lock);
    return pid;
}

int
thread_join(struct thread *thread)
{
    struct process *process = thread->process;

    assert(process == current->process && list_empty(&thread->link));
    spin_lock(&pids_lock);
    spin_lock(&process->lock);
    pid_t tid = process->ending ? 0 : pid_take();
    if (tid != 0) {
        assert(pids[tid].process == NULL);
        pids[tid].process = process;
        pids[tid].thread = thread;
        thread->tid = tid;
        list_add_tail(&process->threads, &thread->link);
    }
    spin_unlock(&process->lock);
    spin_unlock(&pids_lock);
    return tid != 0 ? 0 : -EAGAIN;
}

bool
thread_leave(struct thread *thread, int status)
{
    struct process *process = thread->process;

    spin_lock(&process->lock);
    if (thread->tid == process->pid && !process->ending) {
        process->exit_status = status;
    }
    if (process->entries != 0) {
        signal_forget_pending(process, &thread->pending, ~0UL);
    }
    bool last = proc_has_one_thread(process);
    if (!last) {
        proc_keep_time(process);
        list_del(&thread->link);
        signal_pass_on(process);
    }
    spin_unlock(&process->lock);
    if (thread->tid != thread->process->pid) {
        spin_lock(&family_lock);
        spin_lock(&pids_lock);
        pids[thread->tid] = (struct pid_slot){.uses = 1};
        spin_unlock(&pids_lock);
        spin_unlock(&family_lock);
        pid_put(thread->tid);
    }
    return last;
}

struct thread *
proc_alloc(int *error)
{
    struct process *process = kzalloc(sizeof(*process));

    *error = -ENOMEM;
    if (process == NULL) {
        return NULL;
    }
    process->refs = 1;
    process->start_ns = clock_ns();
    list_init(&process->threads);
    list_init(&process->children);
    list_init(&process->reportable);
    list_init(&process->report_link);
    list_init(&process->pending.queue);
    list_init(&process->spare);
    waitq_init(&process->child_wait);
    spin_init(&process->lock, RANK_PROCESS, "process");
    struct thread *first = thread_alloc(process);
    if (first != NULL) {
        process->pid = first->tid = register_process();
        if (process->pid != 0) {
            list_add(&process->threads, &first->link);
            return first;
        }
        *error = -EAGAIN;
        thread_free(first);
    }
    proc_put(process);
    return NULL;
}

/* Apart, so that the common way of proc_put needs no stack frame. */
static __noinline void
free_rest(struct process *process, struct cred *last)
{
    if (process->entries != 0) {
        sigqueue_free(process);
    }
    if (process->limits != NULL) {
        limits_put(process->limits);
    }
    kfree(last);
    kfree(process);
}

void
proc_put(struct process *process)
{
    if (__atomic_sub_fetch(&process->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        struct cred *last = cred_drop(process->cred);
        if ((process->entries | (u64)process->limits | (u64)last) == 0) {
            kfree(process);
        } else {
            free_rest(process, last);
        }
    }
}

/* Free a pid, and drop a reference. */
static void
proc_forget(struct process *process)
{
    spin_lock(&pids_lock); /* wait until no kill uses it */
    process_count--;
    spin_unlock(&pids_lock);
    pid_put(process->pid);
    proc_put(process);
}

void
proc_discard(struct thread *first)
{
    struct process *process = first->process;

    list_del(&first->link);
    thread_free(first);
    proc_forget(process);
}

static void
link_to_all(struct process *process)
{
    list_add_tail(&all_processes, &process->all_link);
    /* Without pids_lock: it was NULL until now. */
    __atomic_store_n(&pids[process->pid].process, process, __ATOMIC_RELEASE);
}

void
proc_link(struct process *child, struct process *parent)
{
    proc_set_parent(child, parent);
    group_add(parent->group, child);
    link_to_all(child);
}

void
proc_set_parent(struct process *child, struct process *parent)
{
    static u64 last_order;

    child->parent = parent;
    child->ppid = parent->pid;
    child->order = ++last_order;
    list_add_tail(&parent->children, &child->sibling);
}

/* Insert it before the next younger reportable sibling.  Search from two sides
 * at once: back from the youngest reportable one, and on from the child. */
void
proc_make_reportable(struct process *child)
{
    struct list *all = &child->parent->reportable;
    struct list *at = all->prev;
    struct process *next = child;

    while (at != all && list_entry(at, struct process, report_link)->order
                            > child->order) {
        next = list_entry(next->sibling.next, struct process, sibling);
        at = list_empty(&next->report_link) ? at->prev
                                            : next->report_link.prev;
    }
    if (list_empty(&child->report_link)) {
        list_insert(at, &child->report_link);
    }
}

void
proc_unlink(struct process *process)
{
    process->parent = NULL;
    list_leave(&process->sibling);
    list_leave(&process->report_link);
    list_leave(&process->all_link);
    list_leave(&process->group_link);
    if (list_empty(&process->group->members)) {
        group_free(process->group);
    }
    __atomic_store_n(&pids[process->pid].process, NULL, __ATOMIC_RELEASE);
    proc_forget(process);
}

struct cpu_time
proc_time_locked(struct process *process)
{
    struct cpu_time time = process->time;
    for_each_thread(thread, process) {
        time.ran += sched_ran(thread);
        time.user += thread->time.user;
        time.system += thread->time.system;
    }
    return time;
}

struct cpu_time
proc_time(struct process *process)
{
    spin_lock(&process->lock);
    struct cpu_time time = proc_time_locked(process);
    spin_unlock(&process->lock);
    return time;
}

void
proc_start_init(void (*start)(void *arg))
{
    static struct cred root_cred = {.refs = 1}; /* init never ends */
    int error;
    struct thread *thread = proc_alloc(&error);
    struct process *init = thread != NULL ? thread->process : NULL;

    if (init == NULL || (init->sigacts = sigacts_alloc()) == NULL) {
        panic("no memory for init");
    }
    init->cred = &root_cred;
    fxsave(thread->fpu); /* the state of a CPU that has run no program */
    strlcpy(init->comm, "init", COMM_SIZE);
    init->parent = init;
    list_init(&init->group_link);
    spin_lock(&family_lock);
    if (session_begin(init) != 0) {
        panic("no memory for init");
    }
    link_to_all(init);
    init_process = init;
    spin_unlock(&family_lock);
    context_prepare(thread, start, NULL);
    sched_enqueue(thread);
}
