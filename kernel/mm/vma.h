/*
 * Vmas: what an address space maps, as ranges that do not overlap, each in a
 * node of a tree that forks share (mm/vmatree.h).
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

/* Linux's limit (vm.max_map_count); mmap may go over it by one, as there. */
#define VMAS_MAX 65530

struct vma {
    vaddr_t start, end;    /* page aligned, start < end */
    u32 prot;              /* PROT_* */
    u32 flags;             /* VMA_* */
    struct object *object; /* one reference; NULL: anonymous private */
    u64 offset;            /* of start in the object, in pages */
};

u32 vma_count(const struct as *as);

/* The vma that contains addr, or NULL. */
struct vma *vma_find(const struct as *as, vaddr_t addr);

/* The first vma that ends after addr, and the one behind a vma; or NULL. */
struct vma *vma_first_from(const struct as *as, vaddr_t addr);
struct vma *vma_next(const struct as *as, const struct vma *vma);

/* The last vma that starts below addr, and the first of the others; or NULL. */
void vma_around(const struct as *as, vaddr_t addr, struct vma **before,
                struct vma **after);

/* The highest free range of this size below MMAP_TOP.  => 0: none */
vaddr_t vma_gap(const struct as *as, u64 size);

/* Whether b continues a as if they were one. */
bool vma_continues(const struct vma *a, const struct vma *b);

/* Own what a change at the borders of [start, end) touches, and reserve nodes
 * for so many more vmas.
 * => 0, or -ENOMEM: the vmas are as they were */
int vma_own(struct as *as, vaddr_t start, vaddr_t end, u32 more) __must_check;

/* The same, and own every vma of the range, which has no hole. */
int vma_own_inside(struct as *as, vaddr_t start, vaddr_t end, u32 more)
    __must_check;

/* Add a vma, with a reference of its own to the object, and merge it with
 * neighbours that it continues.
 * => vma_own was called, with 1 more; the range is free */
void vma_insert(struct as *as, const struct vma *new);

/* The same, behind all others and without merging.
 * => nothing is shared yet
 * => 0; -EEXIST: it is not behind them; -ENOMEM */
int vma_append(struct as *as, const struct vma *new) __must_check;

/* Cut [start, end) out.
 * => vma_own was called, with 1 more if a vma has `end` inside */
void vma_remove(struct as *as, vaddr_t start, vaddr_t end);

/* Give every vma of the range these rights, split and merged as needed.
 * => vma_own_inside was called, with 1 more for each border inside a vma */
void vma_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot);
