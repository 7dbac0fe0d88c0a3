/*
 * The family: making processes, linking them to their parents, what they count,
 * and the end of a record.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/optional.h"
#include "core/panic.h"

#include "arch/clock.h"
#include "arch/cpu.h"

#include "mm/heap.h"

#include "proc/cred.h"
#include "proc/group.h"
#include "proc/limits.h"
#include "proc/pid.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

/* For all that look at a limit. */
OPTIONAL(limits_get) OPTIONAL(limits_put) OPTIONAL(limits_soft)
OPTIONAL(limits_memory) OPTIONAL(limits_file_too_long)
OPTIONAL(limits_check_cpu) OPTIONAL(limits_refuse_clone)
OPTIONAL(sigqueue_free)

struct spinlock family_lock = SPINLOCK_INIT(RANK_FAMILY);
struct list all_processes = LIST_INIT(all_processes);
struct process *init_process;
int subreapers;

struct thread *
thread_of(struct process *process, pid_t tid)
{
    for_each_thread(thread, process) {
        if (thread->tid == tid) {
            return thread;
        }
    }
    return NULL;
}

struct process *
proc_find(pid_t pid)
{
    struct process *found = pid_process(pid);

    assert(spin_held(&family_lock));
    return found != NULL && found->parent != NULL ? found : NULL;
}

struct thread *
proc_alloc(int *error)
{
    struct process *process = kmalloc(sizeof(*process));

    *error = -ENOMEM;
    if (process == NULL) {
        return NULL;
    }
    /* Not a call: the size is known. */
    __builtin_memset(process, 0, offsetof(struct process, all_link));
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
        process->pid = first->tid = pid_alloc();
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

void
proc_discard(struct thread *first)
{
    struct process *process = first->process;

    list_del(&first->link);
    if (process->sigacts != NULL) {
        sigacts_put(process->sigacts);
    }
    thread_free(first);
    pid_free(process->pid);
    proc_put(process);
}

static void
link_to_all(struct process *process)
{
    list_add_tail(&all_processes, &process->all_link);
    __atomic_store_n(&pids[process->pid].process, process, __ATOMIC_RELEASE);
}

void
proc_link(struct process *child, struct process *parent)
{
    proc_set_parent(child, parent);
    if (child->group == NULL) {
        group_add(parent->group, child);
    }
    link_to_all(child);
}

void
proc_set_parent(struct process *child, struct process *parent)
{
    static u64 last_order;

    child->parent = parent;
    child->ppid = child->parent_tid = parent->pid;
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
    pid_free(process->pid);
    proc_put(process);
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
tell_child(struct process *child, int signal, int code, int status)
{
    siginfo_t info = {.si_signo = signal, .si_code = code,
                      .si_pid = child->pid, .si_uid = child->cred->uid,
                      .si_status = status};
    struct cpu_time time = proc_time(child);

    info.si_utime = (long)time.user; /* as on Linux, the ticks themselves */
    info.si_stime = (long)time.system;
    (void)signal_send_info(child->parent, &info);
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
    init->cred = thread->cred = &root_cred;
    fxsave(thread->fpu); /* the state of a CPU that has run no program */
    strlcpy(init->comm, "init", COMM_SIZE);
    init->parent = init;
    init->has_place = true;
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
