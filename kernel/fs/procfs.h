/*
 * /proc: the kernel's state as text.  Other rooms register files by name, so
 * nobody but fs_init knows of this file, and /proc can be left out.
 *
 * A reader sees a snapshot, made by `show` at its first read (and again after
 * it has gone back to the start).
 */
#pragma once

#include "core/types.h"
#include "fs/text.h"

/* Make /proc/path; path has at most one directory, which is made too.
 * => show: 0, or a negative errno for the reader; no lock held but the file's
 * => store: takes what one write(2) brought (NUL-terminated, at most 4095
 *    bytes); 0, or a negative errno for the writer; NULL: cannot be written
 * => boot; panics if the table is full */
void procfs_register(const char *path, int (*show)(struct text *out),
                     int (*store)(const char *text, size_t size));

/* Mount it, with its own files.  Files registered before are in it too. */
void procfs_init(void);

/* The files of a process, /proc/PID/NAME (procpid.c). */
struct process;
struct procpid_file {
    const char *name;
    void (*show)(struct process *process, struct text *out);
};
extern const struct procpid_file procpid_files[];
extern const int procpid_file_count;
