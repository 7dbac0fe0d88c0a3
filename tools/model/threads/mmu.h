/*
 * The processor of a thread, as far as it translates addresses.  It keeps what
 * it has seen until it is told to forget it, or needs the place.
 */
#pragma once

#include "core/types.h"

/* One access by a user of the loaded space.
 * => false: a page fault */
bool mmu_access(vaddr_t addr, bool write, paddr_t *frame);

/* layer.c: read an entry of a table. */
u64 mmu_reads(const u64 *entry);

/* A walk that no program asked for. */
void mmu_speculate(vaddr_t addr);
