#pragma once

/*
 * Plan 9's processes: rfork(2), exits(2), await (wait(2)) and the environment
 * groups of env(3), on Tine and on Linux.
 *
 * RFMEM shares data, bss and heap (segments.c), and each process has a stack of
 * its own at the same addresses. What a program maps itself, but for anonymous
 * memory that it asks for later, is not shared. errno and the streams are in
 * the shared part, and have no lock, as after clone; malloc has one. The
 * compiler does not know that a child may write to a variable: make it
 * volatile, or atomic.
 *
 * Not as in Plan 9:
 * - RFREND is accepted and changes nothing, as there is no rendezvous.
 * - RFNOMNT fails with EOPNOTSUPP.
 * - RFNAMEG and RFCNAMEG are for root (CLONE_NEWNS), else EPERM. After RFCNAMEG
 *   the root file system is there, with no mounts, and none can be made.
 * - A note group is a process group.
 */

#include <stdlib.h>
#include <unistd.h>

#define RFNAMEG 0x1
#define RFENVG 0x2
#define RFFDG 0x4
#define RFNOTEG 0x8
#define RFPROC 0x10
#define RFMEM 0x20
#define RFNOWAIT 0x40
#define RFCNAMEG 0x400
#define RFCENVG 0x800
#define RFCFDG 0x1000
#define RFREND 0x2000
#define RFNOMNT 0x4000

/* Make a process (RFPROC), or change the caller. => the child's pid, and 0 in
 * the child or without RFPROC; -1: EINVAL (a group both copied and clean; RFMEM
 * or RFNOWAIT without RFPROC; an unknown bit), EOPNOTSUPP, EPERM, EAGAIN,
 * ENOMEM, EMFILE: nothing has changed */
int rfork(int flags) __asm__("plan9_rfork");
#define fork() rfork(RFFDG | RFREND | RFPROC)

/* End the process; NULL or "" is success. The parent gets "name pid: message",
 * at most ERRMAX bytes with the NUL. _exits calls no atexit function.
 *
 * A pipe carries the message, and a descriptor is the way to it, so it outlives
 * exec: EXITS_FD for a child of rfork that has its own descriptors (RFFDG,
 * RFCFDG, which spares it). A child that shares its parent's descriptors keeps
 * its way over exec, below, but not over execve. Other programs that end, and
 * those that a signal ends, say "pid: status N" and "pid: signal N". As many
 * messages wait as a pipe takes (480); further ones are lost. */
#define ERRMAX 128
#define EXITS_FD 255
_Noreturn void exits(const char *message);
_Noreturn void _exits(const char *message);

/* Wait for a child that has ended: "pid utime stime rtime 'message'" in ms, as
 * much as n bytes hold, without a NUL. => bytes; -1 and ECHILD, EINTR */
int await(char *buf, int n);

/* The environment of the group: one value for all its processes. getenv gives a
 * copy to free, or NULL. putenv: value NULL removes it. => 0; -1 and ENOMEM
 * (a group holds 64 KiB), EINVAL */
char *env_get(const char *name);
int env_put(const char *name, const char *value);
#define getenv(name) env_get(name)
#define putenv(name, value) env_put(name, value)

/* execve with the group's environment, which the program then has as its own
 * copy. => -1 and errno */
int exec(const char *path, char *const argv[]);
