/*
 * The model, and its comparison with what the kernel has made.  It knows
 * nothing of tables: a fork copies its cells, a write changes one.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/memlayout.h"

#include "mm/frame.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

#include "model/host.h"
#include "model/mmu.h"
#include "model/model.h"

struct segment segments[SEGMENTS_MAX];
int segment_count;
struct space spaces[SPACES];

/* Borders of tables of every level, and pages on both sides of each; behind
 * some of them the pages of a whole cache line of entries. */
static const vaddr_t borders[] = {
    USER_START,     0x400000,      0x600000,       0x40000000,
    0x40200000,     0x80000000,    0x7fc0000000,   0x8000000000,
    0x8040000000,   0x10000000000, 0x7fffffe00000, USER_END,
};
static const int pages[] = {-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 200};

static void
add_segment(vaddr_t start, vaddr_t end, bool page)
{
    if (start < end) {
        segments[segment_count++] = (struct segment){start, end, page};
    }
}

void
model_init(void)
{
    vaddr_t end = USER_START;

    for (size_t b = 0; b < ARRAY_SIZE(borders); b++) {
        for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
            vaddr_t page = borders[b] + (u64)((i64)PAGE_SIZE * pages[i]);
            bool looked_at = pages[i] < 3 || pages[i] > 7 || b % 4 == 1;
            if (looked_at && page >= USER_START && page < USER_END) {
                add_segment(end, page, false);
                add_segment(page, page + PAGE_SIZE, true);
                end = page + PAGE_SIZE;
            }
        }
    }
}

int
segment_at(vaddr_t addr)
{
    int i = 0;

    while (i < segment_count && segments[i].start < addr) {
        i++;
    }
    return i;
}

int
model_access(const struct space *space, int segment, enum access access)
{
    const struct cell *cell = &space->cell[segment];
    u32 needed = access == ACCESS_WRITE   ? PROT_WRITE
                 : access == ACCESS_FETCH ? PROT_EXEC
                                          : PROT_READ | PROT_WRITE | PROT_EXEC;

    if (!cell->mapped || (cell->prot & needed) == 0) {
        return -EFAULT;
    }
    return cell->thing != NULL && cell->index >= cell->thing->pages ? -ERANGE
                                                                    : 0;
}

u64
model_word(const struct space *space, int segment, int w)
{
    const struct cell *cell = &space->cell[segment];

    if (cell->own) {
        return cell->word[w];
    }
    return cell->thing != NULL ? cell->thing->word[cell->index][w] : 0;
}

void
model_write(struct space *space, int segment, int w, u64 value)
{
    struct cell *cell = &space->cell[segment];

    if (cell->shared) {
        cell->thing->word[cell->index][w] = value;
        cell->written = true;
        return;
    }
    for (int i = 0; i < WORDS && !cell->own; i++) {
        cell->word[i] = model_word(space, segment, i);
    }
    cell->own = true;
    cell->word[w] = value;
}

void
model_unmap(struct space *space, struct range range)
{
    for (int i = range.first; i < range.end; i++) {
        space->cell[i] = (struct cell){.mapped = false};
    }
}

void
model_protect(struct space *space, struct range range, u32 prot)
{
    for (int i = range.first; i < range.end; i++) {
        space->cell[i].prot = prot;
        if ((prot & PROT_WRITE) == 0) {
            space->cell[i].written = false;
        }
    }
}

void
model_leave_out(struct space *child)
{
    for (int i = 0; i < segment_count; i++) {
        struct cell *cell = &child->cell[i];
        if (cell->kept) {
            *cell = (struct cell){.mapped = false};
        } else if (cell->wiped) {
            cell->own = false;
        }
    }
}

void
model_compare(const struct space *space, int segment, int w, paddr_t frame)
{
    u64 found = *(u64 *)((char *)frame_ptr(frame) + word_offset(w));
    u64 wanted = model_word(space, segment, w);

    if (found != wanted) {
        fail("space %d, page %#lx, word %d: %#lx, must be %#lx",
             space_id(space), segments[segment].start, w, found, wanted);
    }
}

/* Compare a page with the tables. */
static void
check_page(const struct space *space, int segment)
{
    const struct cell *cell = &space->cell[segment];
    vaddr_t addr = segments[segment].start;
    bool writable;
    const pte_t *entry = mmu_look(space->as->root, addr, &writable);
    bool present = entry != NULL && (*entry & PTE_P) != 0;
    int id = space_id(space);

    if (entry == NULL || !pte_is_edge(*entry)) {
        if (cell->own) {
            fail("space %d has lost the page at %#lx", id, addr);
        }
        return;
    }
    if (present && model_access(space, segment, ACCESS_READ) != 0) {
        fail("space %d can read %#lx, entry %#lx", id, addr, *entry);
    }
    if (present && writable
        && model_access(space, segment, ACCESS_WRITE) != 0) {
        fail("space %d can write to %#lx, entry %#lx", id, addr, *entry);
    }
    bool zeros = pte_addr(*entry) == zero_frame; /* of a hole: without S */
    if (!cell->mapped || ((*entry & PTE_S) != 0) != (cell->shared && !zeros)
        || (cell->written && (*entry & PTE_W) == 0)) {
        fail("space %d: entry %#lx for %#lx", id, *entry, addr);
    }
    for (int w = 0; w < WORDS; w++) {
        model_compare(space, segment, w, pte_addr(*entry));
    }
}

static void
check_vma(const struct space *space, int segment)
{
    const struct cell *cell = &space->cell[segment];
    vaddr_t start = segments[segment].start;
    const struct vma *vma = vma_find(space->as, start);
    struct object *object = cell->thing != NULL ? &cell->thing->object : NULL;

    if (vma == NULL && !cell->mapped) {
        return;
    }
    if (vma == NULL || !cell->mapped || vma->end < segments[segment].end
        || vma->prot != cell->prot || vma->object != object
        || ((vma->flags & VMA_SHARED) != 0) != cell->shared
        || ((vma->flags & VMA_DONTFORK) != 0) != cell->kept
        || ((vma->flags & VMA_WIPEONFORK) != 0) != cell->wiped
        || (object != NULL
            && vma->offset + (start - vma->start) / PAGE_SIZE
                   != cell->index)) {
        fail("space %d: the vma of %#lx is wrong", space_id(space),
             start);
    }
}

/* The highest hole of a size, found from the top down. */
static void
check_gap(const struct space *space)
{
    const struct segment *border = &segments[random_below((u64)segment_count)];
    u64 size = one_in(2) ? border->end - border->start
                         : PAGE_SIZE << random_below(24);
    vaddr_t end = MMAP_TOP;

    for (int i = segment_count - 1; i >= 0; i--) {
        if (!space->cell[i].mapped) {
            continue;
        }
        if (end >= segments[i].end + size) {
            break;
        }
        end = MIN(end, segments[i].start);
    }
    vaddr_t wanted = end >= USER_START + size ? end - size : 0;
    vaddr_t found = as_gap(space->as, size);
    if (found != wanted) {
        fail("space %d: a hole of %#lx bytes at %#lx, must be at %#lx",
             space_id(space), size, found, wanted);
    }
}

void
model_check(const struct space *space)
{
    if (space->as->brk != space->brk) {
        fail("space %d: brk %#lx, must be %#lx", space_id(space),
             space->as->brk, space->brk);
    }
    check_gap(space);
    for (int i = 0; i < segment_count; i++) {
        check_vma(space, i);
        if (segments[i].page) {
            check_page(space, i);
        }
    }
}
