/*
 * mmap, munmap, brk.  Each first reserves nodes (vma_own), then changes the
 * tables, and then the vmas, which cannot fail.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/config.h"

#include "mm/as.h"
#include "mm/range.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

static bool
range_is_free(const struct as *as, vaddr_t start, vaddr_t end)
{
    const struct vma *vma = vma_first_from(as, start);

    return vma == NULL || vma->start >= end;
}

/* Widen [*start, *end) to the neighbouring vmas, to drop empty tables whole. */
static void
widen(const struct as *as, vaddr_t *start, vaddr_t *end)
{
    const struct vma *before = vma_last_below(as, *start);
    const struct vma *after = vma_first_from(as, *end);

    *start = before != NULL ? MIN(before->end, *start) : 0;
    *end = after != NULL ? MAX(after->start, *end) : USER_END + PAGE_SIZE;
}

int
as_unmap_locked(struct as *as, vaddr_t start, vaddr_t end)
{
    vaddr_t table_start = start;
    vaddr_t table_end = end;

    if (range_is_free(as, start, end)) {
        return 0;
    }
    /* As on Linux, a vma may be cut at the limit, but not into two. */
    if (vma_too_many(as, 1) && vma_is_inside(as, start)
        && vma_find(as, start)->end > end) {
        return -ENOMEM;
    }
    widen(as, &table_start, &table_end);
    int error = vma_own(as, start, end, vma_is_inside(as, end));
    if (error == 0) {
        error = range_unmap(as, table_start, table_end);
    }
    if (error == 0) {
        vma_remove(as, start, end);
    }
    return error;
}

int
as_unmap(struct as *as, vaddr_t addr, u64 size)
{
    size = align_up(size, PAGE_SIZE);
    if (addr % PAGE_SIZE != 0 || size == 0 || !user_range(addr, size)) {
        return -EINVAL;
    }
    spin_lock(&as->lock);
    int error = as_unmap_locked(as, addr, addr + size);
    spin_unlock(&as->lock);
    return error;
}

/* The end of the highest hole of this size that ends at `end` or below.  If the
 * node's subtree has none, the end of the hole below the subtree. */
static vaddr_t
gap_end(const struct vma_node *node, u64 size, vaddr_t end)
{
    if (node == NULL || node->low >= end || end >= node->high + size) {
        return end;
    }
    if (node->gap < size) {
        return node->low;
    }
    end = gap_end(node->right, size, end);
    if (end >= node->vma.end + size) {
        return end;
    }
    return gap_end(node->left, size, MIN(end, node->vma.start));
}

vaddr_t
as_gap(const struct as *as, u64 size)
{
    vaddr_t end = gap_end(as->vmas, size, MMAP_TOP);

    return end >= USER_START + size ? end - size : 0;
}

/* Choose a new mapping's address.  => the address, or a negative errno */
static long
choose_address(struct as *as, const struct vma *vma, u32 map_flags)
{
    u32 fixed = map_flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
    vaddr_t addr = align_down(vma->start, PAGE_SIZE);
    u64 size = vma->end - vma->start;
    int error = !user_range(vma->start, size)      ? -ENOMEM
                : fixed != 0 && vma->start != addr ? -EINVAL
                : addr < USER_START                ? -EPERM
                                                   : 0;

    if (error == 0 && fixed != MAP_FIXED
        && !range_is_free(as, addr, addr + size)) {
        error = -EEXIST;
    }
    if (error != 0 && fixed == 0) { /* only a hint: choose another */
        addr = as_gap(as, size);
        error = addr != 0 ? 0 : -ENOMEM;
    }
    return error != 0 ? error : (long)addr;
}

static long
map_locked(struct as *as, const struct vma *wanted, u32 map_flags)
{
    long addr = choose_address(as, wanted, map_flags);
    if (vma_too_many(as, 0)) {
        return -ENOMEM;
    }
    if (addr < 0) {
        return addr;
    }
    struct vma vma = *wanted;
    vma.start = (vaddr_t)addr;
    vma.end = vma.start + (wanted->end - wanted->start);
    bool replaces = (map_flags & MAP_FIXED) != 0;
    int error = vma_own(as, vma.start, vma.end,
                        1 + (replaces && vma_is_inside(as, vma.end)));
    if (error == 0 && replaces) {
        error = as_unmap_locked(as, vma.start, vma.end);
    }
    if (error != 0) {
        return error;
    }
    /* ---- no failure below this line ---- */
    vma_insert(as, &vma);
    return addr;
}

long
as_map(struct as *as, const struct vma *vma, u32 map_flags)
{
    spin_lock(&as->lock);
    long addr = map_locked(as, vma, map_flags);
    spin_unlock(&as->lock);
    return addr;
}

/* As on Linux, what is below and can be accessed keeps STACK_GAP. */
bool
as_below_stack(struct as *as, vaddr_t addr, u64 most, struct vma *more)
{
    addr = align_down(addr, PAGE_SIZE);
    spin_lock(&as->lock);
    const struct vma *stack = vma_first_from(as, addr);
    const struct vma *below = vma_last_below(as, addr);
    bool grows = stack != NULL && (stack->flags & VMA_STACK) != 0
                 && (addr >= stack->start
                     || (stack->end - addr <= most
                         && (below == NULL || below->prot == PROT_NONE
                             || addr - below->end >= STACK_GAP)));
    if (grows) {
        *more = *stack;
        more->end = stack->start;
        more->start = MIN(addr, stack->start);
    }
    spin_unlock(&as->lock);
    return grows;
}

vaddr_t
as_brk(struct as *as, vaddr_t brk)
{
    vaddr_t end = align_up(brk, PAGE_SIZE);
    spin_lock(&as->lock);
    vaddr_t old_end = align_up(as->brk, PAGE_SIZE);
    const struct vma more = {
        .start = old_end, .end = end, .prot = PROT_READ | PROT_WRITE,
    };
    bool set = brk >= as->brk_start && brk < USER_END;
    if (set && end < old_end) {
        set = as_unmap_locked(as, end, old_end) == 0;
    } else if (set && end > old_end) {
        set = map_locked(as, &more, MAP_FIXED_NOREPLACE) >= 0;
    }
    as->brk = set ? brk : as->brk;
    vaddr_t now = as->brk;
    spin_unlock(&as->lock);
    return now;
}
