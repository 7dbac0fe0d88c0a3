/*
 * A process: one thread of control, its memory, and what it holds.
 *
 *      fork            schedule          exit             wait
 *   -> EMBRYO -> RUNNABLE <-> RUNNING -> ZOMBIE -> (gone)
 *                    ^          |
 *                    +-SLEEPING<+   (and STOPPED, until SIGCONT or SIGKILL)
 *
 * PR-1  Every process is reachable from pid 1 through children lists; parent
 *       and child links agree; a zombie owns no address space and no files.
 * PR-2  A space has as many references as processes use it.
 * VF-1  A process that names a vfork_child does not run: it waits on vfork_wait
 *       for this living child of its own to let go of its memory.
 *
 * Fields stand in groups by their fate at fork.  Letters: who may change them.
 *   T  the family lock            i  nobody, once published
 *   c  only the process itself    g  its signal lock (RANK_SIGNAL)
 *   r  its CPU's run queue lock   a  atomic
 */
#pragma once

#include "abi/resource.h"
#include "abi/signal.h"
#include "common/list.h"

#include "core/config.h"
#include "core/spin.h"

#include "arch/percpu.h"

#include "mm/nomem.h"

#include "proc/sleep.h"

struct as;
struct files;
struct fs_context;
struct sigacts;
struct trapframe;

enum process_state {
    PROC_EMBRYO,
    PROC_RUNNABLE,
    PROC_RUNNING,
    PROC_SLEEPING,
    PROC_STOPPED,
    PROC_ZOMBIE,
};

#define COMM_SIZE 16 /* of a process's name, as in Linux's /proc/PID/stat */

struct process {
    /* Needed by the assembly of switch_to: offsets are asserted there. */
    u64 kernel_rsp;            /* r  saved stack pointer while not running */

    /* Fresh in the child. */
    pid_t pid;                 /* i */
    enum process_state state;  /* r */
    int cpu;                   /* r  whose run queue it belongs to */
    bool on_cpu;       /* a  some CPU is still on its stack */
    enum wait_mode wait_mode;  /* c  what may end its sleep */
    vaddr_t kstack;            /* i  lowest address of the kernel stack */
    struct trapframe *frame;   /* i  the user's registers, at the stack's top */
    struct list run_link;      /* r */
    struct list all_link;      /* T  all processes, by age */
    struct process *parent;    /* T  NULL until it is in the family */
    pid_t ppid;                /* T  its pid; the process just reads it */
    struct list children;      /* T */
    struct list sibling;       /* T  in parent->children */
    struct waitq child_wait;   /*    this process waits for a child's news */
    struct process *vfork_child; /* T  whom we wait for, or NULL */
    struct waitq vfork_wait;   /*    this process waits for its release */
    u32 parent_execs;          /* T  its parent's `execs` at the fork */
    bool autoreap;             /* T  nobody will wait for it */
    int exit_signal;           /* T  what the parent gets then, or 0 */
    int exit_status;           /* T  as wait4 reports it */
    int stop_news, cont_news;  /* T  status words not yet waited for, or 0 */
    vaddr_t set_child_tid;     /* i  where the child stores its pid, or 0 */
    vaddr_t clear_child_tid;   /* c  where exit stores 0, or 0 */
    u64 user_ticks, system_ticks;    /* c */
    u64 child_user_ticks, child_system_ticks; /* T  of waited-for children */
    u64 start_ns;              /* i */
    struct spinlock siglock;   /*    RANK_SIGNAL */
    bool stop_taken;           /* g  about to stop; SIGCONT takes it back */
    sigset_t pending;          /* g */
    int forced;                /* g  a fault that was blocked or ignored */

    /* Copied. */
    u64 fs_base;               /* c */
    u64 affinity;              /* a  CPUs it may run on; bits of others too */
    sigset_t blocked;          /* g */
    pid_t pgid, sid;           /* T */
    u32 execs;                 /* T  times it has called execve */
    char comm[COMM_SIZE];      /* T  changed by itself only */

    /* Shared by reference, each with its own rule and lock. */
    struct as *as;             /* c  NULL in kernel threads and zombies */
    struct files *files;       /* c */
    struct fs_context *fs;     /* c  working directory and umask */
    struct sigacts *sigacts;   /* c */

    u32 mutex_rank;            /* c  of the mutex taken last; 0: none held */
    struct nomem nomem;        /* c  never inherited: starts as nomem= says */

    /* Copied, and last because it is large. */
    u8 fpu[512] __attribute__((aligned(16))); /* c  FXSAVE image */
};

/* The process that runs on this CPU; in an idle loop, the idle process. */
#define current (cpu_current())

extern struct spinlock family_lock;   /* RANK_FAMILY: fields marked T */
extern struct list all_processes;     /* T */
extern struct process *init_process;  /* pid 1 */

/* Find a live process or zombie by pid; not one that fork is still making.
 * => family_lock held; NULL if there is none */
struct process *proc_find(pid_t pid);

/* How many processes there are, zombies included, and how many there may be: by
 * the table, and by memory, or a fork bomb would leave none for its killer. */
int proc_count(void);
int proc_limit(void);

/* A new process without memory, files or family, with a pid and a kernel stack.
 * => NULL: -EAGAIN or -ENOMEM in *error
 * => proc_free undoes it, whatever of it has been filled since */
struct process *proc_alloc(int *error);

/* Free a process that nobody can find any more, and its stack.
 * => not running anywhere; holds no memory, files or family */
void proc_free(struct process *process);

/* One more / fewer use of a pid: by a process, and as its group and session.
 * => family_lock held; a pid with uses is not given to a new process */
void pid_get(pid_t pid);
void pid_put(pid_t pid);

/* Put a new process into the family: now it can be found and waited for.
 * => family_lock held; pgid and sid are set */
void proc_link(struct process *child, struct process *parent);

/* Take the pid away from a process that is being reaped.
 * => family_lock held */
void proc_forget(struct process *process);

/* Move a process to another group and session.  => family_lock held */
void proc_set_group(struct process *process, pid_t pgid, pid_t sid);

/* Make pid 1, which starts at start(NULL) in the kernel.  => boot */
void proc_start_init(void (*start)(void *arg));
