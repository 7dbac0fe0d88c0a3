/*
 * The list of deferred work, one for all CPUs: whoever comes first does it.
 */
#include "core/deferred.h"
#include "core/spin.h"

#include "arch/percpu.h"

static struct spinlock lock = SPINLOCK_INIT(RANK_DEFERRED);
static struct deferred *first;

void
deferred_add(struct deferred *work)
{
    u64 flags = spin_lock_irq(&lock);

    if (!work->queued) {
        work->queued = true;
        work->next = first;
        first = work;
    }
    cpu_add_work(WORK_DEFERRED);
    spin_unlock_irq(&lock, flags);
}

void
deferred_run(void)
{
    for (;;) {
        u64 flags = spin_lock_irq(&lock);
        struct deferred *work = first;

        if (work == NULL) {
            cpu_clear_work(WORK_DEFERRED);
            spin_unlock_irq(&lock, flags);
            return;
        }
        first = work->next;
        work->queued = false;
        spin_unlock_irq(&lock, flags);
        work->run();
    }
}
