/*
 * The vma set: a sorted array.  The essential fact: a set with more than one
 * owner is never written; vma_own makes the copy, and comes first in every
 * change, so that what follows cannot fail.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/panic.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/object.h"
#include "mm/vma.h"

static void
object_get(struct object *object)
{
    if (object != NULL) {
        object->ops->get(object);
    }
}

static void
object_put(struct object *object)
{
    if (object != NULL) {
        object->ops->put(object);
    }
}

struct vma_set *
vma_set_alloc(u32 capacity)
{
    struct vma_set *set =
        kmalloc(sizeof(*set) + capacity * sizeof(struct vma));

    if (set != NULL) {
        set->refs = 1;
        set->count = 0;
        set->capacity = capacity;
    }
    return set;
}

void
vma_set_put(struct vma_set *set)
{
    if (__atomic_fetch_sub(&set->refs, 1, __ATOMIC_ACQ_REL) != 1) {
        return;
    }
    for (u32 i = 0; i < set->count; i++) {
        object_put(set->vma[i].object);
    }
    kfree(set);
}

int
vma_own(struct as *as, u32 more)
{
    struct vma_set *old = as->vmas;

    if (__atomic_load_n(&old->refs, __ATOMIC_ACQUIRE) == 1
        && old->count + more <= old->capacity) {
        return 0;
    }
    /* A half more than is needed: growing costs O(1) a vma in the mean. */
    u32 needed = old->count + more;
    struct vma_set *set = vma_set_alloc(needed + needed / 2);
    if (set == NULL) {
        return -ENOMEM;
    }
    for (u32 i = 0; i < old->count; i++) {
        set->vma[i] = old->vma[i];
        object_get(set->vma[i].object);
    }
    set->count = old->count;
    as->vmas = set;
    vma_set_put(old);
    return 0;
}

u32
vma_index(const struct vma_set *set, vaddr_t addr)
{
    u32 low = 0;
    u32 high = set->count;

    if (high == 0 || set->vma[high - 1].end <= addr) {
        return high; /* so that a set that is built in order is built fast */
    }
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (set->vma[middle].end <= addr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct vma *
vma_first_from(const struct as *as, vaddr_t addr)
{
    u32 i = vma_index(as->vmas, addr);

    return i < as->vmas->count ? &as->vmas->vma[i] : NULL;
}

const struct vma *
vma_next(const struct as *as, const struct vma *vma)
{
    return vma_first_from(as, vma->end);
}

const struct vma *
vma_find(const struct as *as, vaddr_t addr)
{
    const struct vma *vma = vma_first_from(as, addr);

    return vma != NULL && vma->start <= addr ? vma : NULL;
}

/* With a reference of its own to the object. */
static void
insert_at(struct vma_set *set, u32 i, const struct vma *new)
{
    assert(set->count < set->capacity);
    object_get(new->object);
    if (i < set->count) {
        memmove(&set->vma[i + 1], &set->vma[i],
                (set->count - i) * sizeof(struct vma));
    }
    set->vma[i] = *new;
    set->count++;
}

static void
delete_at(struct vma_set *set, u32 i)
{
    object_put(set->vma[i].object);
    set->count--;
    memmove(&set->vma[i], &set->vma[i + 1],
            (set->count - i) * sizeof(struct vma));
}

/* Whether b continues a as if they were one. */
static bool
continues(const struct vma *a, const struct vma *b)
{
    u64 pages = (a->end - a->start) >> PAGE_SHIFT;

    return a->end == b->start && a->prot == b->prot && a->flags == b->flags
           && a->object == b->object
           && (a->object == NULL || a->offset + pages == b->offset);
}

/* Merge vma i with the one before it, if it continues that. */
static void
merge(struct vma_set *set, u32 i)
{
    if (i > 0 && i < set->count
        && continues(&set->vma[i - 1], &set->vma[i])) {
        set->vma[i - 1].end = set->vma[i].end;
        delete_at(set, i);
    }
}

void
vma_insert(struct as *as, const struct vma *new)
{
    struct vma_set *set = as->vmas;
    u32 i = vma_index(set, new->start);

    assert(set->refs == 1);
    assert(i == set->count || set->vma[i].start >= new->end);
    insert_at(set, i, new);
    merge(set, i + 1);
    merge(set, i);
}

bool
vma_append(struct as *as, const struct vma *new)
{
    struct vma_set *set = as->vmas;
    u32 i = set->count;

    if (set->refs != 1 || i == set->capacity
        || (i > 0 && set->vma[i - 1].end > new->start)) {
        return false;
    }
    object_get(new->object);
    set->vma[i] = *new;
    set->count++;
    return true;
}

/* Split the vma that has addr inside, so that addr is a border. */
static void
split(struct vma_set *set, vaddr_t addr)
{
    u32 i = vma_index(set, addr);
    struct vma *vma = &set->vma[i];

    if (i == set->count || vma->start >= addr) {
        return;
    }
    struct vma upper = *vma;
    upper.start = addr;
    upper.offset += (addr - vma->start) >> PAGE_SHIFT;
    vma->end = addr;
    insert_at(set, i + 1, &upper);
}

void
vma_remove(struct as *as, vaddr_t start, vaddr_t end)
{
    struct vma_set *set = as->vmas;

    assert(set->refs == 1);
    split(set, start);
    split(set, end);
    u32 i = vma_index(set, start);
    while (i < set->count && set->vma[i].start < end) {
        delete_at(set, i);
    }
}

void
vma_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    struct vma_set *set = as->vmas;

    assert(set->refs == 1);
    split(set, start);
    split(set, end);
    u32 first = vma_index(set, start);
    u32 i = first;
    for (; i < set->count && set->vma[i].start < end; i++) {
        set->vma[i].prot = prot;
    }
    for (; i > first; i--) {
        merge(set, i);
    }
    merge(set, first);
}
