/*
 * /proc/tine/second: a second thread for the process that writes there.  It
 * runs in the kernel only, and ends as the word says:
 *
 *      ends      at once
 *      follows   after the first thread has
 *      stays     when a signal ends it, or its process
 *
 * Who reads is told how many threads there are.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/trap.h"

#include "mm/as.h"

#include "proc/exit.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/sleep.h"

#include "fs/file.h"
#include "fs/path.h"
#include "fs/procfs.h"

#include "debug/debug.h"

#define LOOK_NS 1000000UL /* between two looks at who is left */

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
    if (word == ARRAY_SIZE(words) || has_company()) {
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
    thread->frame->cs = 0; /* it is never in user mode: gdb's ps asks */
    thread->blocked = current->blocked;
    fxsave(thread->fpu);
    as_get(current->as);
    thread->as = current->as;
    thread->files = files_get(current->files);
    thread->fs = fs_context_get(current->fs);
    context_prepare(thread, second, (void *)words[word]);
    sched_publish(thread);
    return 0;
}

static int
second_show(struct text *out)
{
    text_printf(out, "%d\n", 1 + has_company());
    return 0;
}

void
second_init(void)
{
    procfs_register("tine/second", second_show, second_store);
}
