/*
 * /proc/tine/second: a second thread for the process that writes there.  It
 * runs in the kernel only, and ends as the word says:
 *
 *      ends      at once; the write returns when it has
 *      follows   after the first thread has
 *      stays     when a signal ends it, or its process
 */
#include "abi/errno.h"
#include "common/string.h"

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

static int
count_threads(struct process *process)
{
    int count = 0;
    spin_lock(&process->lock);

    list_for_each(pos, &process->threads) {
        count++;
    }
    spin_unlock(&process->lock);
    return count;
}

static void
second(void *word)
{
    u64 left;

    while (word != words[0] && !signal_fatal_pending()
           && (word == words[2] || count_threads(current->process) > 1)) {
        (void)sleep_ns(LOOK_NS, &left);
    }
    if (signal_fatal_pending()) {
        proc_exit(__builtin_ctzl(signals_ready()) + 1);
    }
    thread_exit(0);
}

static int
start(const char *word)
{
    struct thread *thread = thread_alloc(current->process);

    if (thread == NULL) {
        return -ENOMEM;
    }
    int error = thread_join(thread);
    if (error != 0) {
        thread_free(thread);
        return error;
    }
    as_get(current->as);
    thread->as = current->as;
    thread->files = files_get(current->files);
    thread->fs = fs_context_get(current->fs);
    context_prepare(thread, second, (void *)word);
    sched_publish(thread);
    return 0;
}

static int
second_store(const char *text)
{
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcmp(text, words[i]) == 0) {
            int error = start(words[i]);
            u64 left;
            while (error == 0 && i == 0
                   && count_threads(current->process) > 1) {
                error = sleep_ns(LOOK_NS, &left);
            }
            return error;
        }
    }
    return -EINVAL;
}

/* How many threads the reader has. */
static int
second_show(struct text *out)
{
    text_printf(out, "%d\n", count_threads(current->process));
    return 0;
}

void
second_init(void)
{
    procfs_register("tine/second", second_show, second_store);
}
