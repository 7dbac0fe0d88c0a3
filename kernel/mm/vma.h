/*
 * Vmas: what an address space maps, as a sorted array of ranges that do not
 * overlap, in one counted object.  Fork shares the object; it is immutable
 * while its count is over 1, and whoever changes it copies it first (vma_own).
 *
 * All functions: the address space's lock is held.
 */
#pragma once

#include "core/types.h"

struct as;
struct object;

#define VMA_SHARED 0x1 /* MAP_SHARED: writes go to the object */
#define VMA_STACK  0x2 /* the process's first stack */
#define VMA_PROGRAM 0x8 /* of the file that exec was given */
#define VMA_NEVER_W 0x4 /* MAP_SHARED of a file not open for writing */

struct vma {
    vaddr_t start, end;    /* page aligned, start < end */
    u32 prot;              /* PROT_* */
    u32 flags;             /* VMA_* */
    struct object *object; /* one reference; NULL: anonymous private */
    u64 offset;            /* of start in the object, in pages */
};

struct vma_set {
    u32 refs;
    u32 count, capacity;
    struct vma vma[];
};

/* An empty set with one reference.  => NULL: no memory */
struct vma_set *vma_set_alloc(u32 capacity);
void vma_set_put(struct vma_set *set);

/* Become the only owner of the set, with room for `more` new vmas.
 * => 0, or -ENOMEM with nothing changed */
int vma_own(struct as *as, u32 more) __must_check;

/* Index of the first vma that ends after addr (count if there is none). */
u32 vma_index(const struct vma_set *set, vaddr_t addr);

/* The vma that contains addr, or NULL. */
const struct vma *vma_find(const struct as *as, vaddr_t addr);

/* The first vma that ends after addr, and the one behind a vma; or NULL. */
const struct vma *vma_first_from(const struct as *as, vaddr_t addr);
const struct vma *vma_next(const struct as *as, const struct vma *vma);

/* Add a vma, with a reference of its own to the object, and merge it with
 * neighbours that it continues.
 * => vma_own(as, 1) was called; the range is free */
void vma_insert(struct as *as, const struct vma *new);

/* The same, behind all others.
 * => false, and nothing is done: it is not behind them, or there is no room */
bool vma_append(struct as *as, const struct vma *new) __must_check;

/* Cut [start, end) out of the set.
 * => vma_own(as, 2) was called (a vma may be split at either end) */
void vma_remove(struct as *as, vaddr_t start, vaddr_t end);

/* Give every vma in [start, end) these rights, split and merged as needed.
 * => vma_own(as, 2) was called */
void vma_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot);
