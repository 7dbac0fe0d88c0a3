/*
 * mmap, munmap, mprotect, brk: what changes what is mapped.  Every change has
 * the same order: reserve (vma_own, range_prepare), then a visible line, then
 * the change, which cannot fail.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "mm/as.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

static bool
range_is_free(const struct as *as, vaddr_t start, vaddr_t end)
{
    u32 i = vma_index(as->vmas, start);

    return i == as->vmas->count || as->vmas->vma[i].start >= end;
}

/* The highest gap of this size below MMAP_TOP.  => 0: none */
static vaddr_t
find_gap(const struct as *as, u64 size)
{
    vaddr_t end = MMAP_TOP;

    for (u32 i = as->vmas->count; i > 0; i--) {
        const struct vma *vma = &as->vmas->vma[i - 1];
        if (vma->end <= end && end - vma->end >= size) {
            return end - size;
        }
        end = MIN(end, vma->start);
    }
    return end >= USER_START + size ? end - size : 0;
}

/* Widen [*start, *end) as far as the neighbouring vmas leave room, so that the
 * tables that become empty are dropped whole. */
static void
widen(const struct as *as, vaddr_t *start, vaddr_t *end)
{
    const struct vma_set *set = as->vmas;
    u32 first = vma_index(set, *start);
    u32 after = vma_index(set, *end);

    if (set->vma[first].start >= *start) {
        *start = first > 0 ? set->vma[first - 1].end : 0;
    }
    *end = after == set->count ? USER_END + PAGE_SIZE
                               : MAX(set->vma[after].start, *end);
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
    widen(as, &table_start, &table_end);
    int error = vma_own(as, 2);
    if (error == 0) {
        error = range_prepare_unmap(as, table_start, table_end);
    }
    if (error != 0) {
        return error;
    }
    /* ---- no failure below this line ---- */
    vma_remove(as, start, end);
    range_unmap(as, table_start, table_end);
    return 0;
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
    vaddr_t addr = find_gap(as, map->size);
    return addr != 0 ? (long)addr : -ENOMEM;
}

static long
map_locked(struct as *as, const struct as_map *map)
{
    long addr = place(as, map);
    if (addr < 0) {
        return addr;
    }
    struct vma vma = {
        .start = (vaddr_t)addr, .end = (vaddr_t)addr + map->size,
        .prot = map->prot, .flags = map->vma_flags,
        .object = map->object, .offset = map->offset,
    };
    int error = vma_own(as, 3);
    if (error == 0) {
        error = unmap_locked(as, vma.start, vma.end);
    }
    if (error != 0) {
        return error;
    }
    /* ---- no failure below this line ---- */
    if (vma.object != NULL) {
        object_set_mapped(vma.object);
    }
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

/* How far vmas cover the range from start without a hole. */
static vaddr_t
covered_end(const struct as *as, vaddr_t start, vaddr_t end)
{
    u32 i = vma_index(as->vmas, start);

    while (start < end && i < as->vmas->count
           && as->vmas->vma[i].start <= start) {
        start = as->vmas->vma[i++].end;
    }
    return MIN(start, end);
}

/* Whether some vma of the range may never be written. */
static bool
forbids_write(const struct as *as, vaddr_t start, vaddr_t end)
{
    for (u32 i = vma_index(as->vmas, start);
         i < as->vmas->count && as->vmas->vma[i].start < end; i++) {
        if (as->vmas->vma[i].flags & VMA_NEVER_W) {
            return true;
        }
    }
    return false;
}

static int
protect_locked(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    vaddr_t covered = covered_end(as, start, end);

    if ((prot & PROT_WRITE) != 0 && forbids_write(as, start, covered)) {
        return -EACCES;
    }
    int error = vma_own(as, 2);
    if (error == 0) {
        error = range_prepare_protect(as, start, covered);
    }
    if (error != 0) {
        return error;
    }
    /* ---- no failure below this line ---- */
    if (start < covered) {
        vma_protect(as, start, covered, prot);
        range_protect(as, start, covered, prot);
    }
    return covered == end ? 0 : -ENOMEM;
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
