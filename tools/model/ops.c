/*
 * The operations on one space.  Each predicts its result from the model, runs
 * the kernel's function, and compares (done).
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/spin.h"

#include "arch/percpu.h"

#include "mm/frame.h"
#include "mm/range.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

#include "model/host.h"
#include "model/mmu.h"
#include "model/ops.h"

#define LINE 8 /* entries in a cache line of a table */

int hot_segment = -1;

int
any_page(void)
{
    int segment;

    do {
        segment = (int)random_below((u64)segment_count);
    } while (!segments[segment].page);
    return segment;
}

/* Many accesses go to a few pages, which change slowly: so spaces conflict. */
int
pick_page(const struct space *space)
{
    static int favourites[4];
    int segment = 0;

    if (one_in(16)) {
        favourites[random_below(ARRAY_SIZE(favourites))] = any_page();
    }
    if (hot_segment >= 0 && one_in(2)) {
        return hot_segment;
    }
    for (int tries = 0; tries < 6; tries++) {
        segment = one_in(2) ? favourites[random_below(ARRAY_SIZE(favourites))]
                            : any_page();
        if (segments[segment].page && space->cell[segment].mapped) {
            return segment;
        }
    }
    return any_page();
}

bool
done(const char *what, u64 failures_before, long result, long wanted)
{
    if (failures[running_cpu] != failures_before) {
        if (result != -ENOMEM) {
            fail("%s: %ld, though an allocation failed", what, result);
        }
        return false;
    }
    if (result != wanted) {
        fail("%s: %ld, must be %ld", what, result, wanted);
    }
    return true;
}

void
use_page(struct space *space, int segment, enum access access, paddr_t frame)
{
    int w = (int)random_below(WORDS);

    if (model_access(space, segment, access) != 0) {
        fail("space %d: access %d to %#lx was granted", space_id(space),
             (int)access, segments[segment].start);
    }
    model_compare(space, segment, w, frame);
    if (access == ACCESS_WRITE) {
        u64 value = random_below(1UL << 40);
        *(u64 *)((char *)frame_ptr(frame) + word_offset(w)) = value;
        model_write(space, segment, w, value);
    }
}

/* One access by a user of the loaded space, with the faults that it needs. */
static void
user_access(struct space *space, int segment, enum access access)
{
    vaddr_t addr = segments[segment].start + random_below(PAGE_SIZE);
    u64 before = failures[running_cpu];
    paddr_t frame;
    int error = 0;

    hot_segment = segment;
    note(access == ACCESS_WRITE ? "write" : "read", space_id(space), addr, 0);
    for (int tries = 0; error == 0; tries++) {
        if (mmu_access(running_cpu, addr, access, &frame)) {
            break;
        }
        if (tries == 3) {
            fail("space %d faults at %#lx for ever", space_id(space), addr);
        }
        error = fault_serve(space->as, addr, access);
    }
    if (done("access", before, error, model_access(space, segment, access))
        && error == 0) {
        use_page(space, segment, access, frame);
    }
}

void
op_write(struct space *space)
{
    user_access(space, pick_page(space), ACCESS_WRITE);
}

/* Whether the pages of a whole cache line of a table begin here. */
static bool
begins_line(int segment)
{
    vaddr_t start = segments[segment].start;
    int last = segment + LINE - 1;

    return start % (LINE * PAGE_SIZE) == 0 && last < segment_count
           && segments[last].start == start + (LINE - 1) * PAGE_SIZE;
}

static struct range
pick_line(void)
{
    int first;

    do {
        first = any_page();
    } while (!begins_line(first));
    return (struct range){first, first + LINE};
}

/* All that one last-level table maps, and a little more. */
static struct range
pick_table(void)
{
    int first = pick_line().first;
    vaddr_t table = align_down(segments[first].start, pt_span(2));

    return (struct range){first, segment_at(table + pt_span(2))};
}

/* Write to all the pages of a line, and to one page in each line of its table:
 * a full table is copied in another way. */
void
op_fill(struct space *space)
{
    struct range line = pick_line();
    vaddr_t table = align_down(segments[line.first].start, pt_span(2));

    for (u64 i = 0; i < PT_ENTRIES; i += LINE) {
        (void)!fault_serve(space->as, table + i * PAGE_SIZE, ACCESS_WRITE);
    }
    for (int i = line.first; i < line.end; i++) {
        user_access(space, i, ACCESS_WRITE);
    }
}

void
op_read(struct space *space)
{
    user_access(space, pick_page(space),
                one_in(8) ? ACCESS_FETCH : ACCESS_READ);
}

/* No space may see a difference, whether there is memory for it or not. */
void
op_map_around(struct space *space)
{
    vaddr_t addr = segments[pick_page(space)].start;

    note("map around", space_id(space), addr, 0);
    spin_lock(&space->as->lock);
    range_map_around(space->as, addr);
    spin_unlock(&space->as->lock);
}

struct range
pick_range(void)
{
    if (one_in(6)) {
        return one_in(2) ? pick_line() : pick_table();
    }
    u64 most = one_in(8) ? (u64)segment_count / 2 : one_in(3) ? 20 : 4;
    int first = (int)random_below((u64)segment_count);
    int end = first + 1 + (int)random_below(most);

    return (struct range){first, MIN(end, segment_count)};
}

vaddr_t
range_start(struct range range)
{
    return segments[range.first].start;
}

u64
range_size(struct range range)
{
    return segments[range.end - 1].end - range_start(range);
}

static u32
pick_prot(void)
{
    static const u32 prots[] = {
        PROT_NONE, PROT_READ, PROT_READ | PROT_EXEC,
        PROT_READ | PROT_WRITE | PROT_EXEC,
    };

    return one_in(2) ? PROT_READ | PROT_WRITE
                     : prots[random_below(ARRAY_SIZE(prots))];
}

static bool
range_is_free(const struct space *space, struct range range)
{
    for (int i = range.first; i < range.end; i++) {
        if (space->cell[i].mapped) {
            return false;
        }
    }
    return true;
}

/* What to map.  => the object has one reference more, for the caller */
static struct thing *
pick_thing(struct vma *vma)
{
    u64 kind = random_below(8);
    struct thing *thing = NULL;

    if (kind < 4 || vma->end - vma->start > THING_PAGES * PAGE_SIZE) {
        return NULL;
    }
    if (kind < 6) {
        thing = a_file();
        thing->refs++;
        vma->offset = random_below(8);
    } else {
        thing = new_shared();
    }
    if (kind == 5) {
        vma->flags = VMA_SHARED | VMA_NEVER_W;
        vma->prot &= ~(u32)PROT_WRITE;
    } else if (kind > 5 && thing != NULL) {
        vma->flags = VMA_SHARED;
    }
    vma->object = thing != NULL ? &thing->object : NULL;
    return thing;
}

static void
model_map(struct space *space, struct range range, const struct vma *vma,
          struct thing *thing)
{
    for (int i = range.first; i < range.end; i++) {
        u64 page = (segments[i].start - vma->start) / PAGE_SIZE;
        space->cell[i] = (struct cell){
            .mapped = true, .prot = vma->prot, .thing = thing,
            .shared = (vma->flags & VMA_SHARED) != 0,
            .index = thing != NULL ? vma->offset + page : 0,
        };
    }
}

static void
map_range(struct space *space, struct range range)
{
    struct vma vma = {
        .start = range_start(range),
        .end = range_start(range) + range_size(range), .prot = pick_prot(),
    };
    u32 map_flags = MAP_FIXED;
    struct thing *thing = pick_thing(&vma);
    bool free = range_is_free(space, range);
    long wanted = (long)vma.start;
    u64 before = failures[running_cpu];

    if (one_in(8)) {
        map_flags = MAP_FIXED_NOREPLACE;
        wanted = free ? wanted : -EEXIST;
    } else if (free && one_in(2)) {
        map_flags = 0; /* a hint is taken where there is room */
    }
    note("map", space_id(space), vma.start, range_size(range));
    space->flux = range;
    long result = as_map(space->as, &vma, map_flags);
    if (done("map", before, result, wanted) && result > 0) {
        model_map(space, range, &vma, thing);
    }
    if (thing != NULL) {
        thing_put(thing);
    }
}

void
op_map(struct space *space)
{
    map_range(space, pick_range());
}

void
op_unmap(struct space *space)
{
    struct range range = pick_range();
    u64 before = failures[running_cpu];

    note("unmap", space_id(space), range_start(range), range_size(range));
    space->flux = range;
    int error = as_unmap(space->as, range_start(range), range_size(range));
    if (done("unmap", before, error, 0)) {
        model_unmap(space, range);
    }
}

static void
protect_range(struct space *space, struct range range, u32 prot)
{
    struct range covered = {range.first, range.first};
    u64 before = failures[running_cpu];
    bool never = false;

    while (covered.end < range.end && space->cell[covered.end].mapped) {
        const struct cell *cell = &space->cell[covered.end++];
        never = never || (cell->shared && cell->thing->file);
    }
    never = never && (prot & PROT_WRITE) != 0;
    note("protect", space_id(space), range_start(range), range_size(range));
    space->flux = range;
    int error =
        as_protect(space->as, range_start(range), range_size(range), prot);
    int wanted = never ? -EACCES : covered.end == range.end ? 0 : -ENOMEM;
    if (done("protect", before, error, wanted) && !never) {
        model_protect(space, covered, prot);
    }
}

void
op_protect(struct space *space)
{
    protect_range(space, pick_range(), pick_prot());
}

/* Make many small vmas: map what is free, and give alternating rights. */
void
op_stripes(struct space *space)
{
    int first = (int)random_below((u64)segment_count);
    int end = MIN(first + 30, segment_count);
    u32 prots[] = {pick_prot(), pick_prot()};

    for (int i = first; i < end; i++) {
        struct range one = {i, i + 1};
        if (space->cell[i].mapped) {
            protect_range(space, one, prots[i % 2]);
        } else if (one_in(2)) {
            map_range(space, one);
        }
    }
}

void
op_brk(struct space *space)
{
    int low = segment_at(space->brk_start);
    int end = low + (int)random_below(10);
    vaddr_t brk = segments[end].start - random_below(2) * 100;
    int old_end = segment_at(align_up(space->brk, PAGE_SIZE));
    struct range more = {old_end, end};
    struct range fewer = {end, old_end};
    u64 before = failures[running_cpu];
    bool can = brk >= space->brk_start && range_is_free(space, more);

    note("brk", space_id(space), brk, 0);
    space->flux = end < old_end ? fewer : more;
    vaddr_t now = as_brk(space->as, brk);
    can = can && failures[running_cpu] == before;
    if (now != (can ? brk : space->brk)) {
        fail("brk: %#lx, from %#lx to %#lx", now, space->brk, brk);
    }
    if (!can) {
        return;
    }
    const struct vma vma = {.prot = PROT_READ | PROT_WRITE};
    space->brk = brk;
    model_unmap(space, fewer);
    model_map(space, more, &vma, NULL);
}
