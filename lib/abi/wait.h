#pragma once

/*
 * wait4's options and the status word: an exit code in bits 8-15, or a signal
 * number in bits 0-6 with the core flag in bit 7, or 0x7f and the stop signal
 * in bits 8-15, or 0xffff for "continued".
 */

#define WNOHANG 1
#define WUNTRACED 2
#define WSTOPPED 2
#define WEXITED 4
#define WCONTINUED 8
#define WNOWAIT 0x01000000

/* Which children: those whose end is SIGCHLD; with __WCLONE the others. */
#define __WNOTHREAD 0x20000000
#define __WALL 0x40000000
#define __WCLONE 0x80000000

/* Whom waitid awaits. */
#define P_ALL 0
#define P_PID 1
#define P_PGID 2
#define P_PIDFD 3

#define WEXITSTATUS(status) (((status) >> 8) & 0xff)
#define WTERMSIG(status) ((status)&0x7f)
#define WSTOPSIG(status) WEXITSTATUS(status)
#define WCOREDUMP(status) ((status)&0x80)
#define WIFEXITED(status) (WTERMSIG(status) == 0)
#define WIFSIGNALED(status) (((status)&0xffff) - 1u < 0xffu)
#define WIFSTOPPED(status) (((status)&0xff) == 0x7f)
#define WIFCONTINUED(status) ((status) == 0xffff)

/* How the kernel builds one. */
#define W_EXITCODE(code, sig) ((((code)&0xff) << 8) | (sig))
#define W_STOPCODE(sig) (((sig) << 8) | 0x7f)
