/*
 * /proc/tine/waits: who reads waits for news `a` or `b`, on two queues, and is
 * told which it was.  Who writes `a` or `b` gives such news; after `soon` who
 * reads waits for 20 ms at most, and may be told `late`.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "arch/clock.h"

#include "proc/sleep.h"

#include "fs/procfs.h"

#include "debug/debug.h"

static struct source {
    struct spinlock lock;
    struct waitq queue;
    bool news;
} sources[2];

static const char *const names[] = {"a\n", "b\n", "late\n"};
static bool soon;

/* => whether there was news of it, which is taken */
static bool
take(struct source *source)
{
    spin_lock(&source->lock);
    bool had = source->news;
    source->news = false;
    spin_unlock(&source->lock);
    return had;
}

static int
waits_show(struct text *out)
{
    u64 deadline = soon ? clock_ns() + NSEC_PER_SEC / 50 : NEVER;
    int found = 2;
    int error = 0;

    while (found == 2 && error == 0) {
        struct waiter waiters[2];
        for (int i = 0; i < 2; i++) {
            spin_lock(&sources[i].lock);
            wait_begin(&sources[i].queue, &waiters[i], false);
            spin_unlock(&sources[i].lock);
        }
        found = take(&sources[0]) ? 0 : take(&sources[1]) ? 1 : 2;
        error = found == 2 ? wait_block(WAIT_INTERRUPTIBLE, deadline) : 0;
        for (int i = 0; i < 2; i++) {
            spin_lock(&sources[i].lock);
            (void)wait_end(&waiters[i]);
            spin_unlock(&sources[i].lock);
        }
    }
    text_printf(out, "%s", names[found]);
    return error == -ETIMEDOUT ? 0 : error;
}

static int
waits_store(const char *line)
{
    struct source *source = &sources[line[0] == 'b'];

    soon = strcmp(line, "soon") == 0;
    if (line[0] == 'a' || line[0] == 'b') {
        spin_lock(&source->lock);
        source->news = true;
        wait_wake_one(&source->queue);
        spin_unlock(&source->lock);
    }
    return 0;
}

void
waits_init(void)
{
    for (int i = 0; i < 2; i++) {
        spin_init(&sources[i].lock, RANK_TTY, "news");
        waitq_init(&sources[i].queue);
    }
    procfs_register("tine/waits", waits_show, waits_store);
}
