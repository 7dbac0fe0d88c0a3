/*
 * Self-checks, hostile modes, and pictures of the page tables.  Nobody but main
 * includes this room; it hangs itself into /proc and sys/sys.h.
 */
#pragma once

/* Take the memory that checks need.  => boot, before frame_init */
void debug_early_init(void);

/* Start everything below.  => boot, after fs_init */
void debug_init(void);

/* Boot words own=, preempt=, nomem=, check=; /proc/tine/fork and nomem. */
void knobs_init(void);

/* /proc/tine/pages: the page-table trees of the reader's process group. */
void pages_init(void);

/* /proc/tine/second: a second thread for the writer; /proc/tine/waits: wait for
 * one of two things, or until a time. */
void threads_init(void);

/* Run every checker; panic if one finds something.
 * => process context, no lock held; allocates nothing */
void check_or_panic(void);
