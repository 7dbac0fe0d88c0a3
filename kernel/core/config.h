/*
 * The limits of this kernel, each with what it bounds.
 */
#pragma once

#define MAX_CPUS      8      /* per-CPU records, bits of a CPU mask */
#define TICKS_PER_SEC 100    /* time slices, and the unit of CPU times */
#define MAX_PROCESSES 4096   /* live and zombie; bounds kernel stacks */
#define FRAMES_PER_PROCESS 16 /* one process per so many frames of memory */
#define ROOT_SLOTS    8      /* processes kept for pid 1 and its own children */
#define FRAMES_KEPT   128    /* pid 1, its shell, who ends; half for root */
#define PID_MAX       32768  /* pids wrap here, as Linux's default */
#define OPEN_MAX      4096   /* descriptors of one process at most */
#define OPEN_SOFT     1024   /* the limit until setrlimit (RLIMIT_NOFILE) */
#define PATH_MAX      4096   /* bytes of a path, its NUL included */
#define FILE_LOCKS_MAX 8192   /* fcntl(2), flock(2); ENOLCK beyond */
#define NAME_MAX      255    /* bytes of one component */
#define PTY_MAX       64     /* pseudo-terminals: 16 KiB each */
#define SIGQUEUE_MAX  1024   /* queued real-time signals of a process, about */
#define PIPE_SIZE     65536  /* bytes in a pipe (pipe(7)) */
#define STACK_LIMIT   (8UL << 20) /* RLIMIT_STACK, until setrlimit */
#define STACK_FIRST   (128UL << 10) /* a stack's size at exec, and arguments */
#define STACK_GAP     (1UL << 20)   /* between a stack that grows and others */
#define ARG_LIMIT     (STACK_LIMIT / 4) /* argv + envp (execve(2)) */
#define TINE_VERSION  "0.1"
#define LINUX_RELEASE "6.1.0-tine" /* uname: programs refuse old Linuxes */
