/*
 * execve: replace the current process's program.
 */
#pragma once

#include "core/types.h"

/* Load the program at path and give it the user's arguments (args_read).
 * => no spinlock held; the current process
 * => 0: the frame is the new program's; -errno: the caller is as it was */
int proc_exec(const char *path, vaddr_t argv, vaddr_t envp);
