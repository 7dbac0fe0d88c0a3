/*
 * The kernel's half of every address space: filled once at boot in the root,
 * whose upper 256 entries every other root copies.
 *
 *   0xffff_8000_0000_0000  direct map of all memory, no execute
 *   0xffff_c000_0000_0000  kernel stacks, each above unmapped guard pages
 *   0xffff_ffff_8000_0000  the image: text r-x, rodata r--, data rw-
 */
#pragma once

#include "core/types.h"

#define KSTACK_BASE  0xffffc00000000000UL
#define IMAGE_BASE   0xffffffff80000000UL
#define KSTACK_SIZE  (2 * PAGE_SIZE)

/* Physical address of the root with only the kernel's half: what a CPU loads
 * when it runs no process. */
extern paddr_t kernel_root;

/* Build the kernel's page tables and load them.
 * => boot, before frame_init: tables come from early_alloc */
void kmap_init(void);

/* The first byte behind the image, physical. */
paddr_t kernel_image_end(void);

/* A kernel stack of KSTACK_SIZE bytes; its lowest address.
 * => 0 if there is no memory; stacks given back are kept for the next */
vaddr_t kstack_alloc(void) __must_check;
void kstack_free(vaddr_t stack);

/* Stacks in use. */
u64 kstacks_in_use(void);
