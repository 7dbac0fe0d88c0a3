/*
 * Self-checks, hostile modes, and pictures of the page tables.  Nobody but main
 * includes this room; it hangs itself into /proc and sys/sys.h.
 */
#pragma once

/* Take the memory that checks need.  => boot, before frame_init */
void debug_early_init(void);

/* Start everything below.  => boot, after fs_init */
void debug_init(void);

/* Of each file: its boot words, and its files in /proc/tine. */
void knobs_init(void);
void pages_init(void);
void threads_init(void);

/* Run every checker; panic if one finds something.
 * => process context, no lock held; allocates nothing */
void check_or_panic(void);
