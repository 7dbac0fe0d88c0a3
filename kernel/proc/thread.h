/*
 * A thread: what the scheduler runs.  It has a kernel stack, registers, and a
 * reference each to its memory, files and working directory.  Its process
 * (process.h) owns the rest.
 *
 *      fork            schedule          exit
 *   -> EMBRYO -> RUNNABLE <-> RUNNING -> DEAD -> (freed by the next on its CPU)
 *                    ^          |
 *                    +-SLEEPING<+   (and STOPPED, until SIGCONT or SIGKILL)
 *
 * TH-1  A living thread is in its process's list, its tid leads to it, and it
 *       has memory and files.
 * VF-1  A thread with a vfork_child does not run.  It waits on vfork_wait until
 *       that child, which is alive and names it, releases its memory.
 *
 * Fields stand in groups by their fate at fork.  Letters: what guards a change.
 *   T  the family lock            i  none, once it runs
 *   c  only the thread itself     p  its process's lock
 *   r  its CPU's run queue lock   a  atomic
 */
#pragma once

#include "abi/signal.h"
#include "common/list.h"

#include "arch/percpu.h"

#include "mm/nomem.h"

#include "proc/sleep.h"

#define COMM_SIZE 16 /* of a thread's name, as in Linux's /proc/PID/stat */

struct as;
struct files;
struct fs_context;
struct process;
struct sem_undos;
struct trapframe;

enum thread_state {
    THREAD_EMBRYO,
    THREAD_RUNNABLE,
    THREAD_RUNNING,
    THREAD_SLEEPING,
    THREAD_STOPPED,
    THREAD_DEAD,
};

/* Signals that have been sent and not yet acted on. */
struct sigpending {
    sigset_t set;
    struct list queue; /* of struct sigqueue (signal.h), oldest first */
};

/* A processor's exception, and the signal that it became. */
struct fault {
    u8 signal;          /* to act on: it is in thread->pending; or 0 */
    bool fatal;         /* whatever its action is: it was blocked or ignored */
    int code;           /* si_code */
    vaddr_t addr;       /* si_addr */
    u32 vector, error;  /* of the exception */
    u64 cr2;            /* of a page fault */
};

/* CPU time.  The cycles are exact; ticks only say how to split them. */
struct cpu_time {
    u64 ran;          /* cycles of the TSC on a CPU; while the thread runs,
                         less the TSC when it came (sched_ran) */
    u32 user, system; /* ticks that found it in each mode */
};

/* What few threads have to do when they leave their memory, by exec or at their
 * end. */
#define END_FUTEXES 1 /* tell those who wait for it in that memory */
#define END_UNDOS   2 /* at its end only, undo on semaphores: `undos` */

/* How much of the CPU a thread gets; all zero: SCHED_OTHER at nice 0. */
struct share {
    u8 policy;   /* SCHED_* */
    i8 nice;     /* -20 to 19, also while the policy ignores it */
    u8 priority; /* of SCHED_FIFO and SCHED_RR: 1 to 99; else 0 */
    u8 level;    /* that follows from those (shares.h) */
    u8 turn;     /* c  ticks of its turn under SCHED_RR */
    bool reset;  /* SCHED_RESET_ON_FORK */
} __attribute__((aligned(8)));

/* A reference to a frame that a call keeps while it may sleep, as it copies or
 * waits; on its stack.  The checkers count it (FR-1). */
struct hold {
    paddr_t frame;
    struct hold *outer;
};

struct thread {
    /* Needed by the assembly of switch_to: offsets are asserted there. */
    u64 kernel_rsp;            /* r  saved stack pointer while not running */

    /* Fresh in the child. */
    struct process *process;   /* i  counted */
    pid_t tid;                 /* i  its process's pid, if it is the first */
    enum thread_state state;   /* r  leaving RUNNING: set by itself */
    int cpu;                   /* r  whose run queue it belongs to */
    bool on_cpu;               /* a  some CPU is still on its stack */
    enum wait_mode wait_mode;  /* c  what may end its sleep */
    struct thread *vfork_child; /* T  the child that we wait for, or NULL */
    struct thread *vforker;    /* T  the parent that waits for us, or NULL */
    vaddr_t set_child_tid;     /* i  where the child stores its tid, or 0 */
    vaddr_t clear_child_tid;   /* c  where its end stores 0, or 0 */
    vaddr_t robust_list;       /* c  of futexes that it owns, or 0 */
    struct cpu_time time;      /* r: ran; c: ticks */
    long (*restart)(void);     /* c  what restart_syscall(2) does, or NULL */
    struct sigpending pending; /* p  sent to this thread only */
    bool stop_taken;           /* p  will stop, unless SIGCONT clears it */
    bool stops;                /* p  has stopped, with its process */
    struct fault fault;        /* c  its last one */
    sigset_t waits_for;        /* p  sigtimedwait(2) takes these */
    bool restores;             /* c  sigsuspend(2) has changed the mask */
    u8 ends;                   /* c  END_*: what its end has to do */
    struct hold *holds;        /* c  frames, the last first */
    u64 retried;               /* c  when oom_make_room said: try again */
    bool lacks;                /* c  memory, in this call or fault (oom.c) */

    /* Copied. */
    u64 fs_base;               /* c */
    u64 affinity;              /* a  CPUs it may run on; bits of others too */
    sigset_t blocked;          /* p */
    struct share share;        /* r, and p */
    stack_t altstack;          /* c  for handlers (sigaltstack(2)) */

    struct cred *cred;         /* c  who it is (cred.h) */

    /* Shared by reference, one each: with a count of 1, no other thread can
     * read it.  Each has its own rule and lock. */
    struct as *as;             /* c  NULL in an idle thread, and at the end */
    struct files *files;       /* c */
    struct fs_context *fs;     /* c  working directory and umask */

    u32 mutex_rank;            /* c  of the mutex taken last; 0: none held */
    struct nomem nomem;        /* c  never inherited: starts as nomem= says */

    /* Not cleared at first: each is used only after it was set. */
    vaddr_t kstack;            /* i  lowest address of the kernel stack */
    struct trapframe *frame;   /* i  the user's registers, first on it */
    struct list run_link;      /* r */
    struct list link;          /* p  in process->threads */
    struct waitq vfork_wait;   /*    this thread waits for its vfork_child */
    char comm[COMM_SIZE];      /* c  its name, if it is not the first thread of
                                     its process (thread_name) */
    sigset_t saved_blocked;    /* c  the mask to go back to */
    u64 sleep_end;             /* c  for `restart`: until when, */
    u64 sleep_args[3];         /* c  and what it wants to know */
    struct sem_undos *undos;   /* c  END_UNDOS: counted, shared (sem.h) */

    /* Copied, and last because it is large. */
    u8 fpu[512] __attribute__((aligned(16))); /* c  FXSAVE image */
};

/* The thread that runs on this CPU; in an idle loop, the idle thread. */
#define current (cpu_current())

/* A thread for the process, on a kernel stack, and without a tid, memory or
 * files.  => NULL: no memory */
struct thread *thread_alloc(struct process *process);

/* Add it to its process, the current one: now it can be found and sent signals.
 * To run it: context_prepare, then sched_enqueue.
 * => 0; -EAGAIN: too many threads and processes; -ERESTARTNOINTR: a signal is
 *    pending, which may be about to stop or end all threads */
int thread_join(struct thread *thread) __must_check;

/* execve: end all other threads of the process, and take its pid.
 * => 0; -EAGAIN: another thread does, or the process is to end */
int thread_end_others(void) __must_check;

/* Free a thread and its stack, and drop its reference to its process.
 * => DEAD and on no CPU, or never enqueued; it holds no memory or files */
void thread_free(struct thread *thread);

/* Find a living thread by its tid (0: the current one), and take pids_lock and
 * its process's lock, which keep it from ending.
 * => whether tid leads to a process; *thread is NULL, and no lock is held, if
 *    not, or if it is the pid of a process whose first thread has ended */
bool thread_lock(pid_t tid, struct thread **thread) __must_check;
void thread_unlock(struct thread *thread);

/* The thread ends, with this status: take it out of its process, and free its
 * tid, unless that is the pid.  The last thread stays in the list: without it
 * the process would be a zombie already.
 * => whether it is the last */
bool thread_leave(struct thread *thread, int status) __must_check;

/* The same for one that is not the last.
 * => its process's lock held, and released */
void thread_leave_others(struct thread *thread);

/* Whether the current thread has taken the SIGKILL that thread_end_others sent
 * it, not another one.  => its process's lock held; it has an exec_thread */
bool thread_ends_for_exec(const struct process *process, int status);
