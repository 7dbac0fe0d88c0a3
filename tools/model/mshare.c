/*
 * mshare: a range becomes shared memory with the same contents.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "mm/mshare.h"

#include "model/host.h"
#include "model/ops.h"

#define MOST 12 /* segments */

static u64
pages_of(int segment)
{
    return (segments[segment].end - segments[segment].start) / PAGE_SIZE;
}

/* Some segments that fit into a thing. */
static struct range
pick_pages(const struct space *space)
{
    int first = pick_page(space);
    int most = first + 1 + (int)random_below(MOST);
    int end = first;
    u64 pages = 0;

    while (end < most && end < segment_count
           && pages + pages_of(end) <= THING_PAGES
           && (end == first || segments[end].start == segments[end - 1].end)) {
        pages += pages_of(end++);
    }
    return (struct range){first, end};
}

/* => what the call must return, if there is memory */
static int
predict(const struct space *space, struct range range)
{
    u32 prot = space->cell[range.first].prot;
    int beyond = 0;

    for (int i = range.first; i < range.end; i++) {
        const struct cell *cell = &space->cell[i];
        if (!cell->mapped) {
            return -ENOMEM;
        }
        if (cell->shared || cell->prot != prot
            || (~prot & (PROT_READ | PROT_WRITE)) != 0) {
            return -EINVAL;
        }
        if (cell->thing != NULL && !cell->own
            && cell->index + pages_of(i) > cell->thing->pages) {
            beyond = -EFAULT;
        }
    }
    return beyond;
}

/* The thing has what the range had; a page that it does not have is clear. */
static void
model_mshare(struct space *space, struct range range, struct thing *thing)
{
    u64 index = 0;

    for (int i = range.first; i < range.end; index += pages_of(i++)) {
        for (int w = 0; w < WORDS && segments[i].page; w++) {
            thing->word[index][w] = model_word(space, i, w);
            if (thing->frame[index] == 0 && thing->word[index][w] != 0) {
                fail("mshare: the page at %#lx is lost", segments[i].start);
            }
        }
        space->cell[i] = (struct cell){
            .mapped = true, .shared = true, .prot = space->cell[i].prot,
            .thing = thing, .index = index,
        };
    }
}

void
op_mshare(struct space *space)
{
    struct range range = pick_pages(space);
    vaddr_t start = segments[range.first].start;
    u64 size = segments[range.end - 1].end - start;
    int wanted = predict(space, range);
    struct thing *thing = new_shared();
    u64 before = failures[running_cpu];

    if (thing == NULL) {
        return;
    }
    note("mshare", space_id(space), start, size);
    space->flux = range;
    int error = as_mshare(space->as, start, size, &thing->object);
    if (done("mshare", before, error, wanted) && error == 0) {
        model_mshare(space, range, thing);
    }
    thing_put(thing);
}
