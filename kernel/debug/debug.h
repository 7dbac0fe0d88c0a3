/*
 * Checkers, hostile modes, and pictures of the page tables.  Only main includes
 * this room, which registers its files in /proc and its hook with sys/sys.h.
 */
#pragma once

/* Allocate the checkers' memory.  => boot, before frame_init */
void debug_early_init(void);

/* Initialize the room.  => boot, after fs_init */
void debug_init(void);

/* Each reads its boot words, and registers its files in /proc/tine. */
void knobs_init(void);
void pages_init(void);
void threads_init(void);
void spans_init(void);

/* Run every checker; panic if one finds a violation.
 * => process context, no lock held; allocates nothing */
void check_or_panic(void);
