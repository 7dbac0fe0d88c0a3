/*
 * The operation on all spaces: truncate a file, and perhaps write it again.
 * Its pages leave every space, with the copies that private mappings have made.
 */
#include "arch/pte.h"

#include "mm/object.h"

#include "model/host.h"
#include "model/mmu.h"
#include "model/ops.h"

/* Mark all spaces as busy with this operation, or unmark them.
 * => false: another operation is under way */
static bool
claim(const struct space *mine, bool busy)
{
    for (int i = 0; i < SPACES && busy; i++) {
        if (spaces[i].busy && &spaces[i] != mine) {
            return false;
        }
    }
    for (int i = 0; i < SPACES; i++) {
        spaces[i].busy = busy || &spaces[i] == mine;
        spaces[i].flux = (struct range){0, busy ? segment_count : 0};
    }
    return true;
}

struct space *
visit_all(void)
{
    struct space *mine = NULL;

    for (int i = 0; i < SPACES; i++) {
        mine = spaces[i].busy ? &spaces[i] : mine;
    }
    return mine != NULL && claim(mine, true) ? mine : NULL;
}

void
visit_end(struct space *mine)
{
    claim(mine, false);
}

/* Private copies of pages behind the end are gone: all of them or, if memory
 * has run out, those whose page is not there. */
static void
forget(struct space *space, const struct thing *thing, u64 end, bool all)
{
    for (int i = 0; i < segment_count && space->as != NULL; i++) {
        struct cell *cell = &space->cell[i];
        bool writable;
        if (cell->thing != thing || cell->index < end) {
            continue;
        }
        const pte_t *entry =
            mmu_look(space->as->root, segments[i].start, &writable);
        if (all || entry == NULL || !pte_is_edge(*entry)) {
            cell->own = false;
            cell->written = false;
        }
    }
}

void
op_cut_short(struct space *space)
{
    struct thing *thing = space->cell[pick_page(space)].thing;
    u64 before = failures[running_cpu];

    if (thing == NULL || !claim(space, true)) {
        return;
    }
    u64 whole = thing->file ? FILE_PAGES : THING_PAGES;
    u64 old = thing->pages;
    u64 pages = random_below(whole);
    note("cut short", space_id(space), pages, old);
    if (pages < old) {
        thing_resize(thing, pages);
        int error = object_unmap(&thing->object, pages, ~0UL);
        bool all = done("cut short", before, error, 0);
        for (int i = 0; i < SPACES; i++) {
            forget(&spaces[i], thing, pages, all);
        }
        if (all) {
            thing_drop_rest(thing);
        }
        thing_resize(thing, all ? pages : old);
    }
    if (pages >= old || one_in(2)) {
        thing_resize(thing, whole);
    }
    claim(space, false);
}
