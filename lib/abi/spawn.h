#pragma once

/*
 * spawn, call 1024: a new process from an image and a list of actions. It is no
 * copy of anyone; the call never touches the caller's memory but to read its
 * arguments, so its cost does not grow with the caller.
 *
 * What the new process has:
 *   identity   of the caller, always: user and group ids, limits, nice value
 *              and policy (less by SCHED_RESET_ON_FORK), affinity, group,
 *              session and its terminal. Its parent is the caller.
 *   surroundings   only what is named. Without flags: no descriptor, the root
 *              as its directory, umask 022, no signal blocked, each signal's
 *              action the default. A flag names all that the caller has:
 *              SPAWN_FILES the descriptors without close-on-exec, SPAWN_PLACE
 *              directory and umask, SPAWN_SIGNALS the mask and what is ignored.
 *   nothing else: no memory, handler, timer, lock, pending signal, parent-death
 *              signal or thread.
 *
 * Then the actions are done, in their order, as if by the new process; then the
 * path is looked up, from its directory and with its ids, and what is marked
 * close-on-exec is closed. If anything fails, there never was a process.
 */

#include "abi/types.h"

#define SPAWN_FILES 0x1
#define SPAWN_PLACE 0x2
#define SPAWN_SIGNALS 0x4
#define SPAWN_STOPPED 0x8 /* as if sent SIGSTOP before its first instruction */

enum spawn_kind {
    SPAWN_GIVE,       /* the caller's descriptor `value` becomes fd */
    SPAWN_OPEN,       /* the path at value, with flags and mode, becomes fd;
                         what fd was is closed before */
    SPAWN_CLOSE,      /* EBADF if fd is not open */
    SPAWN_CLOSE_TO,   /* what is open from fd to value */
    SPAWN_DUP2,       /* descriptor `value` of the new process becomes fd, also
                         if it is fd: then it is not closed on exec */
    SPAWN_CHDIR,      /* the path at value */
    SPAWN_FCHDIR,
    SPAWN_UMASK,      /* value */
    SPAWN_SETSID,
    SPAWN_SETPGID,    /* value; 0: a new group */
    SPAWN_FOREGROUND, /* its group becomes the terminal fd's */
    SPAWN_MASK,       /* the blocked signals: the set `value` */
    SPAWN_DEFAULT,    /* these are not ignored */
    SPAWN_SCHED,      /* the policy in flags (-1: as it is), the priority in
                         value */
    SPAWN_RESETIDS,   /* the effective ids become the real ones */
};

struct spawn_action {
    u32 kind;
    i32 fd;
    u64 value;
    u32 flags;
    u32 mode;
};

#define SPAWN_ACTIONS_MAX 4096

struct spawn_args {
    u64 path;         /* char * */
    u64 argv, envp;   /* as execve's; NULL: empty */
    u64 actions;      /* struct spawn_action * */
    u32 count;        /* of them */
    u32 flags;
    i32 failed;       /* result, if the call fails: which action; `count`: the
                         image; -1: there can be no process */
    u32 unused;       /* 0 */
};
