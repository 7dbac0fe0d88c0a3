/*
 * execve: replace the current process's program.
 */
#pragma once

#include "proc/args.h"

/* Load the program at path and give it the arguments.
 * => no spinlock held; the current process
 * => 0: the frame is the new program's
 *    a negative errno: the caller is as it was */
int proc_exec(const struct exec_args *args);
