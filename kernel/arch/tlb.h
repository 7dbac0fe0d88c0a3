/*
 * Flushing translations.  A CPU may keep, in its TLB and path caches, what the
 * tables said before; whoever lowers a right or frees a table flushes first.
 */
#pragma once

#include "core/types.h"

/* Forget addr, and every cached path to it, on all CPUs in mask (bit = CPU).
 * => when it returns, no CPU in mask uses the old entries */
void tlb_flush_page(u64 mask, vaddr_t addr);

/* Forget everything of the loaded user half, on all CPUs in mask. */
void tlb_flush_all(u64 mask);
