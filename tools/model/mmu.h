/*
 * The model's processors, as far as they translate addresses.  They keep every
 * translation and every path that they have seen until they are told to forget
 * it.  CPUs with an even number cache paths with the AND of their W bits, as
 * Intel's manual has it; the others cache upper entries as they were read, by
 * the address of the entry (H2).
 */
#pragma once

#include "arch/pte.h"
#include "mm/as.h"

/* One access by a user on cpu.
 * => false: a page fault; the cached entries that led to it are dropped
 * => the page's frame; A and D are set as a processor does */
bool mmu_access(int cpu, vaddr_t addr, enum access access, paddr_t *frame);

/* A speculative walk: processors may do it at any time. */
void mmu_speculate(int cpu, vaddr_t addr);

/* The last-level entry for addr, as the tables have it now; nothing is cached,
 * and A is not set.  => NULL: there is no table for it
 * => *writable: whether W is set on the whole path */
const pte_t *mmu_look(paddr_t root, vaddr_t addr, bool *writable);

/* Fail if a CPU has cached what its tables do not say any more (TLB-1). */
void mmu_check(void);

/* Fail if a CPU would grant a write to addr that its tables do not. */
void mmu_check_rights(vaddr_t addr);

/* Fail if a CPU has cached an entry for a frame that is being freed. */
void mmu_check_free(paddr_t frame);
