/*
 * The operation that changes what later forks leave out.
 */
#include "abi/errno.h"

#include "mm/advise.h"
#include "mm/vma.h"

#include "model/host.h"
#include "model/ops.h"

/* What the model says of advice: it stops at a part that refuses it.
 * => the result of madvise */
static int
model_advise(struct space *space, struct range range, enum advice advice)
{
    int result = 0;

    for (int i = range.first; i < range.end; i++) {
        struct cell *cell = &space->cell[i];
        if (!cell->mapped) {
            result = -ENOMEM;
        } else if (advice == ADVICE_WIPEONFORK && cell->thing != NULL) {
            return -EINVAL;
        } else if (advice <= ADVICE_DOFORK) {
            cell->kept = advice == ADVICE_DONTFORK;
        } else {
            cell->wiped = advice == ADVICE_WIPEONFORK;
        }
    }
    return result;
}

/* Advice on what fork does, for one vma after another: if memory runs out, some
 * have it and some do not. */
void
op_advise(struct space *space)
{
    struct range range = pick_range();
    enum advice advice = ADVICE_DONTFORK + (enum advice)random_below(4);
    u64 before = failures[running_cpu];

    note("advise", space_id(space), range_start(range), advice);
    space->flux = range;
    int result = as_advise(space->as, range_start(range), range_size(range),
                           advice);
    if (failures[running_cpu] == before) {
        int wanted = model_advise(space, range, advice);
        (void)done("advise", before, result, wanted);
        return;
    }
    if (result != -EAGAIN) {
        fail("advise: %d, though an allocation failed", result);
    }
    for (int i = range.first; i < range.end; i++) {
        const struct vma *vma = vma_find(space->as, segments[i].start);
        struct range one = {i, i + 1};
        u32 bit = advice <= ADVICE_DOFORK ? VMA_DONTFORK : VMA_WIPEONFORK;
        bool sets = advice == ADVICE_DONTFORK || advice == ADVICE_WIPEONFORK;
        if (vma != NULL && ((vma->flags & bit) != 0) == sets) {
            (void)model_advise(space, one, advice);
        }
    }
}
