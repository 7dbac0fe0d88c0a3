/*
 * The kernel's half of every address space (core/memlayout.h): filled once at
 * boot in the root, whose upper 256 entries every other root copies.
 */
#pragma once

#include "core/types.h"

#define KSTACK_SIZE (2 * PAGE_SIZE)

/* The root with only the kernel's half: a CPU that runs no process loads it. */
extern paddr_t kernel_root;

/* Build the kernel's page tables and load them.
 * => boot, before frame_init: tables come from early_alloc */
void kmap_init(void);

/* The physical address behind the image's last byte. */
paddr_t kernel_image_end(void);

/* A kernel stack of KSTACK_SIZE bytes; its lowest address.
 * => 0 if there is no memory; its content is undefined: freed stacks are kept
 *    for the next call as they are */
vaddr_t kstack_alloc(void) __must_check;
void kstack_free(vaddr_t stack);

/* Stacks in use. */
u64 kstacks_in_use(void);
