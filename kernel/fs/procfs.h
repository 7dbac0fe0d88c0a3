/*
 * /proc: the kernel's state as text.  Other rooms register files by name.
 *
 * A reader sees a snapshot: `show` makes the text at the first read (and again
 * after the reader has gone back to the start).
 */
#pragma once

struct as;
struct inode;
struct process;
struct thread;

#include "core/types.h"

/* Text that grows as it is written (text.c). */
struct text {
    char *buf;              /* NULL before the first byte */
    size_t size, capacity;
    bool failed;            /* memory ran out: the text is not complete */
};

/* Append formatted text.
 * => any context; if there is no memory, sets text->failed */
void text_printf(struct text *text, const char *fmt, ...) __printf(2, 3);

/* Free the text; it is empty then. */
void text_clear(struct text *text);

/* Make /proc/path, and the directories on the way.
 * => show: 0, or a negative errno for the reader; only the file's lock is held
 * => store: gets the bytes of one write(2), at most 63, without the newline at
 *    the end; 0, or a negative errno for the writer; store NULL: no writing
 * => boot, after fs_init; panics if there is no memory */
void procfs_register(const char *path, int (*show)(struct text *out),
                     int (*store)(const char *line));

/* The text of /proc/cpuinfo (cpuinfo.c). */
int cpuinfo_show(struct text *out);

/* proc(5)'s line about a process, or with tid about one of its threads; if that
 * has ended, it is a zombie.  => family_lock held */
void procfs_stat(struct process *process, pid_t tid, struct text *out);

/* The name of such a thread (a process has its first one's), and a new one, if
 * it is of the current process.
 * => comm: family_lock held.  set: false: it is not */
void procfs_comm(struct process *process, pid_t tid, struct text *out);
bool procfs_set_comm(pid_t pid, pid_t tid, const char *name) __must_check;

/* proc(5)'s lines about what its space maps (procmaps.c).
 * => no spinlock held; 0, -EACCES, -ENOMEM, -EINTR (the reader is to end) */
int procfs_maps(pid_t pid, struct text *out);

/* Get the process's oldest thread; for our own process, the current one.
 * => procfs_look_end must follow; do not sleep before
 * => if there is no such process, a thread whose fields are all NULL */
const struct thread *procfs_look(pid_t pid);
void procfs_look_end(pid_t pid);

/* Its space, to be left with as_leave; NULL: it has none. */
struct as *procfs_visit(pid_t pid);

/* The file of the program in a space.  => with one reference, or NULL */
struct inode *procfs_program(struct as *as);

/* The lowest tid of a thread of the process that is at least `tid`; the first
 * thread's is there as long as the process.  => -1: none */
pid_t procfs_next_task(pid_t pid, pid_t tid);
