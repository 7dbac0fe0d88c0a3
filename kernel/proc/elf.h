/*
 * Loading ELF64 programs into a fresh address space.
 */
#pragma once

#include "core/types.h"

struct as;
struct object;
struct vma;

struct elf_image {
    vaddr_t entry;
    vaddr_t phdr;    /* where the program headers are mapped, or 0 */
    u64 phnum;
    vaddr_t brk;     /* the first page behind the last segment */
};

/* Map the program in object into as.
 * => no thread uses `as` yet
 * => 0; -ENOEXEC: not an ELF64 program for this machine; -ENOMEM;
 *    -EINVAL: its segments cannot be mapped */
int elf_load(struct as *as, struct object *object, struct elf_image *image)
    __must_check;

/* Map a segment, or the stack, of a program that is being built.
 * => as->lock held; it is released for a time; map_flags: MAP_FIXED(_NOREPLACE)
 * => 0; as_map's errors */
int elf_map(struct as *as, const struct vma *vma, u32 map_flags) __must_check;
