/*
 * execve: replace the current process's program.
 */
#pragma once

#include "core/types.h"

struct as;
struct vma;

/* Where the strings come from: the user's arrays of pointers, or the kernel's
 * (to start init). */
struct exec_args {
    const char *path;   /* in kernel memory */
    vaddr_t argv, envp; /* user arrays, ended by NULL; 0: empty */
    const char *const *kernel_argv; /* if not NULL, instead of both */
};

/* Load the program at path and give it the arguments.
 * => no spinlock held; the current process
 * => 0: the frame is the new program's
 *    a negative errno: the caller is as it was */
int proc_exec(const struct exec_args *args);

/* Map a segment or the stack of a program that is being built.
 * => map_flags: MAP_FIXED or MAP_FIXED_NOREPLACE
 * => 0; as_map's errors */
int exec_map(struct as *as, const struct vma *vma, u32 map_flags)
    __must_check;
