#pragma once

/*
 * FreeBSD's rfork(2) and rfork_thread(3), on Tine and on Linux. Not to be
 * included together with plan9.h, whose rfork has the same names.
 *
 * Not as in FreeBSD:
 * - Signals have Linux's numbers.
 * - RFTHREAD changes nothing: processes that share descriptors always are one
 *   owner of fcntl's locks.
 * - RFSIGSHARE without RFMEM is EINVAL, as CLONE_SIGHAND without CLONE_VM.
 * - Without RFPROC and RFMEM, memory that is shared stays so.
 * - RFSTOPPED, RFHIGHPID, RFPPWAIT and RFPROCDESC, which FreeBSD refuses from
 *   programs, too, are EINVAL.
 */

#include <unistd.h>

#define RFFDG 0x4
#define RFPROC 0x10
#define RFMEM 0x20
#define RFNOWAIT 0x40
#define RFCFDG 0x1000
#define RFTHREAD 0x2000
#define RFSIGSHARE 0x4000
#define RFLINUXTHPN 0x10000
#define RFTSIGZMB 0x80000
#define RFTSIGSHIFT 20
#define RFTSIGMASK 0xff
#define RFTSIGNUM(flags) (((flags) >> RFTSIGSHIFT) & RFTSIGMASK)
#define RFTSIGFLAGS(signal) ((unsigned)(signal) << RFTSIGSHIFT)
#define RFSPAWN 0x80000000u

/* Make a process (RFPROC), or change the caller's descriptors. RFMEM shares all
 * memory, the stack too: a C program calls rfork_thread. RFSPAWN is vfork, and
 * the child has no signal handlers.
 * => the child's pid, and 0 in the child or without RFPROC; -1: EINVAL (RFFDG
 * and RFCFDG; RFMEM without RFPROC; a signal without RFTSIGZMB, or none that
 * exists; RFSPAWN with others; an unknown bit), EAGAIN, ENOMEM */
int rfork(int flags) __asm__("freebsd_rfork");
pid_t rfork_spawned(pid_t pid); /* for the macro */
#define rfork(flags)                                                           \
    ((unsigned)(flags) == RFSPAWN ? rfork_spawned(vfork())                     \
                                  : (rfork)((int)(flags)))

/* The same with RFPROC: the child calls fn(arg) on the stack that ends at
 * `stack`, and exits with what that returns. */
pid_t rfork_thread(int flags, void *stack, int (*fn)(void *), void *arg);
