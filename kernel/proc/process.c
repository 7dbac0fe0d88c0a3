/*
 * The process table.  A pid leads to its process through an array, so that
 * fork's cost does not depend on how many there are.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/panic.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/trap.h"

#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/kmap.h"

#include "proc/fork.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

struct spinlock family_lock = SPINLOCK_INIT(RANK_FAMILY);
struct list all_processes = LIST_INIT(all_processes);
struct process *init_process;

/* Indexed by pid.  A pid is in use by its process, from proc_alloc until it is
 * reaped, and by every member of the group and session named after it. */
static struct pid_slot {
    struct process *process;
    u32 uses;
} pids[PID_MAX];

static pid_t last_pid;
static int process_count;

struct process *
proc_find(pid_t pid)
{
    struct process *found = pid > 0 && pid < PID_MAX ? pids[pid].process : NULL;

    return found != NULL && found->parent != NULL ? found : NULL;
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
    pids[pid].uses++;
}

void
pid_put(pid_t pid)
{
    assert(pids[pid].uses > 0);
    pids[pid].uses--;
}

/* pid 1 and its children may use the last slots, so that a shell can still
 * clean up after a fork bomb. */
static bool
slot_is_free(void)
{
    bool trusted = init_process == NULL || current == init_process
                   || current->parent == init_process;

    return process_count < proc_limit() - (trusted ? 0 : ROOT_SLOTS);
}

/* => family_lock held; 0: every pid is in use */
static pid_t
pid_take(struct process *process)
{
    for (int tries = 1; tries < PID_MAX; tries++) {
        last_pid = last_pid + 1 < PID_MAX ? last_pid + 1 : 1;
        if (pids[last_pid].uses == 0) {
            pids[last_pid] = (struct pid_slot){process, 1};
            return last_pid;
        }
    }
    return 0;
}

static int
register_pid(struct process *process)
{
    int error = -EAGAIN;

    spin_lock(&family_lock);
    if (slot_is_free()) {
        process->pid = pid_take(process);
        if (process->pid != 0) {
            process_count++;
            error = 0;
        }
    }
    spin_unlock(&family_lock);
    return error;
}

void
proc_forget(struct process *process)
{
    pids[process->pid].process = NULL;
    pid_put(process->pid);
    process_count--;
    process->pid = 0;
}

/* Everything that every process starts with. */
static void
init_fields(struct process *process, vaddr_t kstack)
{
    process->state = PROC_EMBRYO;
    process->cpu = this_cpu()->id;
    process->affinity = ~0UL;
    if (init_process != NULL && current != init_process) {
        process->nomem = nomem_default;
    }
    process->kstack = kstack;
    process->frame = (struct trapframe *)(kstack + KSTACK_SIZE) - 1;
    process->start_ns = clock_ns();
    list_init(&process->run_link);
    list_init(&process->all_link);
    list_init(&process->children);
    list_init(&process->sibling);
    waitq_init(&process->child_wait);
    waitq_init(&process->vfork_wait);
    spin_init(&process->siglock, RANK_SIGNAL, "siglock");
}

struct process *
proc_alloc(int *error)
{
    struct process *process = kmalloc(sizeof(*process));
    vaddr_t kstack = kstack_alloc();

    *error = -ENOMEM;
    if (process == NULL || kstack == 0) {
        kfree(process);
        if (kstack != 0) {
            kstack_free(kstack);
        }
        return NULL;
    }
    memset(process, 0, offsetof(struct process, fpu));
    init_fields(process, kstack);
    *error = register_pid(process);
    if (*error != 0) {
        proc_free(process);
        return NULL;
    }
    return process;
}

void
proc_free(struct process *process)
{
    if (process->pid != 0) { /* not reaped: it never was in a family */
        spin_lock(&family_lock);
        proc_forget(process);
        spin_unlock(&family_lock);
    }
    kstack_free(process->kstack);
    kfree(process);
}

static void
link_to_all(struct process *process)
{
    list_add_tail(&all_processes, &process->all_link);
    pid_get(process->pgid);
    pid_get(process->sid);
}

void
proc_link(struct process *child, struct process *parent)
{
    child->parent = parent;
    child->ppid = parent->pid;
    list_add_tail(&parent->children, &child->sibling);
    link_to_all(child);
}

void
proc_set_group(struct process *process, pid_t pgid, pid_t sid)
{
    pid_get(pgid);
    pid_get(sid);
    pid_put(process->pgid);
    pid_put(process->sid);
    process->pgid = pgid;
    process->sid = sid;
}

void
proc_start_init(void (*start)(void *arg))
{
    int error;
    struct process *init = proc_alloc(&error);

    if (init == NULL) {
        panic("no memory for init");
    }
    init->sigacts = sigacts_alloc();
    if (init->sigacts == NULL) {
        panic("no memory for init");
    }
    fxsave(init->fpu); /* the state of a CPU that has run no program */
    strlcpy(init->comm, "init", COMM_SIZE);
    init->pgid = init->sid = init->pid;
    init->parent = init;
    spin_lock(&family_lock);
    link_to_all(init);
    init_process = init;
    spin_unlock(&family_lock);
    context_prepare(init, start, NULL);
    sched_publish(init);
}
