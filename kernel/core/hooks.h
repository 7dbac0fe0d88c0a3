/*
 * Where the self-checks hang themselves in: nobody includes debug.
 */
#pragma once

/* Called at the end of every system call, with no lock held; NULL: nothing. */
extern void (*syscall_hook)(void);
