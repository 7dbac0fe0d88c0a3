/*
 * mmap, munmap, mprotect, brk: what changes what is mapped.  Every change has
 * the same order: reserve (vma_own), change the tables, which fails as a whole
 * or not at all, then the vmas, which cannot fail.
 */
#include "abi/errno.h"
#include "abi/mman.h"

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

/* Whether a vma would be cut in two at addr. */
static bool
is_inside(const struct as *as, vaddr_t addr)
{
    const struct vma *vma = vma_find(as, addr);

    return vma != NULL && vma->start < addr;
}

/* Widen [*start, *end) as far as the neighbouring vmas leave room, so that the
 * tables that become empty are dropped whole. */
static void
widen(const struct as *as, vaddr_t *start, vaddr_t *end)
{
    const struct vma *behind = vma_first_from(as, *end);
    struct vma *before, *after;

    vma_around(as, *start, &before, &after);
    *start = before != NULL ? MIN(before->end, *start) : 0;
    *end = behind != NULL ? MAX(behind->start, *end) : USER_END + PAGE_SIZE;
}

/* As on Linux: only what leaves a hole in one vma makes them more. */
static bool
too_many_after_unmap(const struct as *as, vaddr_t start, vaddr_t end)
{
    return vma_count(as) >= VMAS_MAX && is_inside(as, start)
           && vma_find(as, start)->end > end;
}

/* => as->lock held */
static int
unmap_locked(struct as *as, vaddr_t start, vaddr_t end)
{
    vaddr_t table_start = start;
    vaddr_t table_end = end;

    if (range_is_free(as, start, end)) {
        return 0;
    }
    if (too_many_after_unmap(as, start, end)) {
        return -ENOMEM;
    }
    widen(as, &table_start, &table_end);
    int error = vma_own(as, start, end, is_inside(as, end));
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
    int error = unmap_locked(as, addr, addr + size);
    spin_unlock(&as->lock);
    return error;
}

/* Where a new mapping goes.  => the address, or a negative errno */
static long
place(struct as *as, const struct as_map *map)
{
    bool user = user_range(map->addr, map->size);

    if (map->map_flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (map->addr % PAGE_SIZE != 0) {
            return -EINVAL;
        }
        if (!user) {
            return -ENOMEM;
        }
        if (map->addr < USER_START) {
            return -EPERM;
        }
        if (map->map_flags & MAP_FIXED_NOREPLACE) {
            return range_is_free(as, map->addr, map->addr + map->size)
                       ? (long)map->addr : -EEXIST;
        }
        return (long)map->addr;
    }
    vaddr_t hint = align_down(map->addr, PAGE_SIZE);
    if (hint >= USER_START && user
        && range_is_free(as, hint, hint + map->size)) {
        return (long)hint;
    }
    vaddr_t addr = vma_gap(as, map->size);
    return addr != 0 ? (long)addr : -ENOMEM;
}

static long
map_locked(struct as *as, const struct as_map *map)
{
    long addr = place(as, map);
    if (vma_count(as) > VMAS_MAX) {
        return -ENOMEM;
    }
    if (addr < 0) {
        return addr;
    }
    struct vma vma = {
        .start = (vaddr_t)addr, .end = (vaddr_t)addr + map->size,
        .prot = map->prot, .flags = map->vma_flags,
        .object = map->object, .offset = map->offset,
    };
    bool replaces = (map->map_flags & MAP_FIXED) != 0;
    int error = vma_own(as, vma.start, vma.end,
                        1 + (replaces && is_inside(as, vma.end)));
    if (error == 0 && replaces) {
        error = unmap_locked(as, vma.start, vma.end);
    }
    if (error != 0) {
        return error;
    }
    /* ---- no failure below this line ---- */
    vma_insert(as, &vma);
    return addr;
}

long
as_map(struct as *as, const struct as_map *map)
{
    spin_lock(&as->lock);
    long addr = map_locked(as, map);
    spin_unlock(&as->lock);
    return addr;
}

/* How far vmas cover the range without a hole, and all of their flags. */
static vaddr_t
covered_end(const struct as *as, vaddr_t start, vaddr_t end, u32 *flags)
{
    const struct vma *vma = vma_find(as, start);

    while (start < end && vma != NULL) {
        *flags |= vma->flags;
        start = vma->end;
        vma = vma_find(as, start);
    }
    return MIN(start, end);
}

/* What has these rights already, at either end, stays as it is. */
static void
trim(const struct as *as, vaddr_t *start, vaddr_t *end, u32 prot)
{
    const struct vma *first = vma_find(as, *start);
    const struct vma *last = vma_find(as, *end - 1);

    if (first != NULL && first->prot == prot) {
        *start = first->end;
    }
    if (last != NULL && last->prot == prot) {
        *end = last->start;
    }
}

/* Whether new rights in [start, end) make more vmas than there may be.  As on
 * Linux, a border between two vmas may move. */
static bool
too_many_after_protect(const struct as *as, vaddr_t start, vaddr_t end,
                       u32 prot, u32 cuts)
{
    struct vma first = *vma_find(as, start);
    struct vma last = *vma_find(as, end - 1);
    const struct vma *after = vma_find(as, end);
    const struct vma *before = vma_find(as, start - 1);

    first.prot = prot;
    last.prot = prot;
    bool moves = cuts == 1
                 && ((before != NULL && vma_continues(before, &first))
                     || (after != NULL && vma_continues(&last, after)));
    return cuts > 0 && !moves && vma_count(as) + cuts > VMAS_MAX;
}

static int
protect_locked(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    u32 flags = 0;
    vaddr_t covered = covered_end(as, start, end, &flags);
    int result = covered == end ? 0 : -ENOMEM;

    if ((prot & PROT_WRITE) != 0 && (flags & VMA_NEVER_W) != 0) {
        return -EACCES;
    }
    trim(as, &start, &covered, prot);
    if (start >= covered) {
        return result;
    }
    u32 cuts = is_inside(as, start) + is_inside(as, covered);
    if (too_many_after_protect(as, start, covered, prot, cuts)) {
        return -ENOMEM;
    }
    int error = vma_own_inside(as, start, covered, cuts);
    if (error == 0) {
        error = range_protect(as, start, covered, prot);
    }
    if (error != 0) {
        return error;
    }
    /* ---- no failure below this line ---- */
    vma_protect(as, start, covered, prot);
    return result;
}

int
as_protect(struct as *as, vaddr_t addr, u64 size, u32 prot)
{
    if (addr % PAGE_SIZE != 0) {
        return -EINVAL;
    }
    if (size == 0) {
        return 0;
    }
    size = align_up(size, PAGE_SIZE);
    if (size == 0 || !user_range(addr, size)) {
        return -ENOMEM;
    }
    spin_lock(&as->lock);
    int error = protect_locked(as, addr, addr + size, prot);
    spin_unlock(&as->lock);
    return error;
}

/* => as->lock held; negative: it cannot be set */
static long
brk_locked(struct as *as, vaddr_t brk)
{
    vaddr_t old_end = align_up(as->brk, PAGE_SIZE);
    vaddr_t end = align_up(brk, PAGE_SIZE);

    if (end < old_end) {
        return unmap_locked(as, end, old_end);
    }
    if (end == old_end) {
        return 0;
    }
    const struct as_map map = {
        .addr = old_end, .size = end - old_end,
        .prot = PROT_READ | PROT_WRITE, .map_flags = MAP_FIXED_NOREPLACE,
    };
    return map_locked(as, &map);
}

vaddr_t
as_brk(struct as *as, vaddr_t brk)
{
    spin_lock(&as->lock);
    if (brk >= as->brk_start && brk < USER_END && brk_locked(as, brk) >= 0) {
        as->brk = brk;
    }
    vaddr_t now = as->brk;
    spin_unlock(&as->lock);
    return now;
}
