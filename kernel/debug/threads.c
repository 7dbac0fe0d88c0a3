/*
 * For tests: features of threads that no system call offers yet.
 *
 * /proc/tine/second: makes a second thread in the process that writes there.
 * It runs only in the kernel, and ends as the word that was written says:
 *
 *      ends      at once
 *      follows   after the first thread has ended
 *      stays     when a signal kills it or its process
 *
 * /proc/tine/waits: a reader waits for event `a` or `b`, on two queues, and
 * reads which one happened.  Writing `a` or `b` causes the event.  After `soon`
 * was written, a reader waits for at most 20 ms, and may read `late`.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/optional.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/trap.h"

#include "mm/as.h"

#include "proc/cred.h"
#include "proc/exit.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/sleep.h"

#include "fs/path.h"
#include "fs/procfs.h"

#include "debug/debug.h"

OPTIONAL_ENOSYS(thread_join)

#define LOOK_NS 1000000UL /* between two checks whether it is the last thread */

/* ---- The second thread ---- */

static const char *const words[] = {"ends", "follows", "stays"};

static bool
has_company(void)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    bool has = !proc_has_one_thread(process);
    spin_unlock(&process->lock);
    return has;
}

static void
second(void *word)
{
    int signal = 0;

    while (word != words[0] && (word == words[2] || has_company())
           && (signal = signal_fatal_pending()) == 0) {
        sched_prepare(THREAD_SLEEPING);
        (void)wait_block(WAIT_KILLABLE, word == words[2]
                                            ? NEVER : clock_ns() + LOOK_NS);
    }
    if (signal != 0) {
        proc_exit(signal);
    }
    thread_exit(0);
}

static int
second_store(const char *text)
{
    size_t word = 0;

    while (word < ARRAY_SIZE(words) && strcmp(text, words[word]) != 0) {
        word++;
    }
    if (word == ARRAY_SIZE(words)) {
        return -EINVAL;
    }
    struct thread *thread = thread_alloc(current->process);
    if (thread == NULL) {
        return -ENOMEM;
    }
    int error = thread_join(thread);
    if (error != 0) {
        thread_free(thread);
        return error;
    }
    thread->frame->cs = 0; /* tells gdb's ps that it is never in user mode */
    thread->blocked = current->blocked;
    thread->cred = cred_get(current->cred);
    memcpy(thread->comm, thread_name(current), COMM_SIZE);
    fxsave(thread->fpu);
    as_get(current->as);
    thread->as = current->as;
    thread->files = files_get(current->files);
    thread->fs = fs_context_get(current->fs);
    context_prepare(thread, second, (void *)words[word]);
    sched_enqueue(thread);
    return 0;
}

/* ---- Waits ---- */

static struct spinlock lock = SPINLOCK_INIT(RANK_TTY);
static struct waitq waits[2];
static bool happened[3]; /* the last one: neither came in time */

static const char *const names[] = {"a\n", "b\n", "late\n"};
static bool soon;

static int
waits_show(struct text *out)
{
    u64 deadline = soon ? clock_ns() + NSEC_PER_SEC / 50 : NEVER;
    int found = 2;
    int error = 0;

    while (found == 2 && error == 0) {
        struct waiter waiters[2];
        spin_lock(&lock);
        wait_begin(&waits[0], &waiters[0], false);
        wait_begin(&waits[1], &waiters[1], false);
        found = happened[0] ? 0 : happened[1] ? 1 : 2;
        happened[found] = false;
        spin_unlock(&lock);
        error = found == 2 ? wait_block(WAIT_INTERRUPTIBLE, deadline) : 0;
        spin_lock(&lock);
        (void)wait_end(&waiters[0]);
        (void)wait_end(&waiters[1]);
        spin_unlock(&lock);
    }
    text_printf(out, "%s", names[found]);
    return error == -ETIMEDOUT ? 0 : error;
}

static int
waits_store(const char *line)
{
    int which = line[0] == 'b';

    soon = strcmp(line, "soon") == 0;
    if (line[0] == 'a' || line[0] == 'b') {
        spin_lock(&lock);
        happened[which] = true;
        wait_wake_one(&waits[which]);
        spin_unlock(&lock);
    }
    return 0;
}

void
threads_init(void)
{
    waitq_init(&waits[0]);
    waitq_init(&waits[1]);
    procfs_register("tine/second", NULL, second_store);
    procfs_register("tine/waits", waits_show, waits_store);
}
