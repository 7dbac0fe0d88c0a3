/*
 * Where the self-checks hang themselves in: nobody includes debug.
 */
#pragma once

/* Have hook called at the end of every system call, with no lock held.
 * => boot */
void syscall_set_hook(void (*hook)(void));
