/*
 * The life of a thread; in which order it gives up what it holds, exit.c says.
 * The record is at the top of the thread's own kernel stack, so that both are
 * allocated and freed together:
 *
 *      guard page | ... stack <- | struct trapframe | struct thread |
 */
#include "core/optional.h"
#include "core/panic.h"

#include "arch/trap.h"

#include "mm/as.h"
#include "mm/kmap.h"

#include "proc/cred.h"
#include "proc/exit.h"
#include "proc/pid.h"
#include "proc/process.h"
#include "proc/signal.h"
#include "proc/thread.h"

OPTIONAL(thread_leave_others) OPTIONAL(futex_leave_memory) OPTIONAL(sem_leave)

/* An entry from user mode pushes its frame below: the stack is aligned then. */
_Static_assert(sizeof(struct thread) % 16 == 0, "the stack's alignment");

struct thread *
thread_alloc(struct process *process)
{
    vaddr_t kstack = kstack_alloc();

    if (kstack == 0) {
        return NULL;
    }
    struct thread *thread = (struct thread *)(kstack + KSTACK_SIZE) - 1;
    __builtin_memset(thread, 0, offsetof(struct thread, kstack));
    __atomic_fetch_add(&process->refs, 1, __ATOMIC_RELAXED);
    thread->process = process;
    thread->state = THREAD_EMBRYO;
    thread->cpu = this_cpu()->id;
    thread->affinity = ~0UL;
    if (init_process != NULL && current->process != init_process) {
        thread->nomem = nomem_default;
    }
    thread->kstack = kstack;
    thread->frame = (struct trapframe *)thread - 1;
    list_init(&thread->run_link);
    list_init(&thread->link);
    list_init(&thread->pending.queue);
    waitq_init(&thread->vfork_wait);
    return thread;
}

void
thread_free(struct thread *thread)
{
    assert(list_empty(&thread->link) && list_empty(&thread->run_link));
    if (thread->tid != thread->process->pid) {
        cred_put(thread->cred);
    }
    proc_put(thread->process);
    kstack_free(thread->kstack);
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
    process->nice = thread->share.nice;
    bool last = proc_has_one_thread(process);
    if (last) {
        spin_unlock(&process->lock);
    } else {
        thread_leave_others(thread);
    }
    if (thread->tid != process->pid) {
        pid_free(thread->tid);
    }
    return last;
}

void
proc_note_peak(void)
{
    struct usage *used = &current->process->used;

    used->peak = MAX(used->peak, current->as->filled);
}

static __noinline void
do_rare_ends(struct thread *thread, bool at_its_end)
{
    if (thread->ends & END_FUTEXES) {
        futex_leave_memory();
    }
    if (at_its_end && (thread->ends & END_UNDOS)) {
        sem_leave(thread);
    }
}

void
proc_change_memory(struct as *next)
{
    struct thread *thread = current;
    struct as *old = thread->as;

    if (thread->clear_child_tid != 0
        && __atomic_load_n(&old->refs, __ATOMIC_RELAXED) > 1) {
        thread->ends |= END_FUTEXES;
    }
    if (thread->ends != 0) {
        do_rare_ends(thread, next == NULL);
    }
    thread->clear_child_tid = 0;
    if (old != NULL) { /* pid 1 has none at first */
        proc_note_peak();
    }
    thread->as = next;
    as_load(next); /* unload the tables before they can be freed (H3) */
    as_put(old);
}
