/*
 * /proc: the kernel's state as text.  Other rooms register files by name.
 *
 * A reader sees a snapshot, made by `show` at its first read (and again after
 * it has gone back to the start).
 */
#pragma once

#include "core/types.h"

/* Text that grows as it is written (text.c). */
struct text {
    char *buf;              /* NULL before the first byte */
    size_t size, capacity;
    bool failed;            /* memory ran out: the text is not complete */
};

/* Append formatted text.
 * => any context; want of memory is remembered in text->failed */
void text_printf(struct text *text, const char *fmt, ...) __printf(2, 3);

/* Free what it holds; it is empty then. */
void text_clear(struct text *text);

/* Make /proc/path, and the directories on the way.
 * => show: 0, or a negative errno for the reader; no lock held but the file's
 * => store: takes what one write(2) brought, at most 63 bytes, without the
 *    newline at its end; 0, or a negative errno for the writer; NULL: no write
 * => boot, after fs_init; panics if there is no memory */
void procfs_register(const char *path, int (*show)(struct text *out),
                     int (*store)(const char *line));

/* Make /proc, with what it tells of processes and CPUs. */
void procfs_init(void);

/* What /proc/cpuinfo tells (cpuinfo.c). */
int cpuinfo_show(struct text *out);
