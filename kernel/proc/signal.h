/*
 * Signals: sending, the actions (sigacts.c), what the default ones do, and the
 * frames of handlers (sigframe.c).
 *
 * Any process makes a signal pending on a target; only the target acts on it,
 * on its way back to user mode (signal_deliver).  A sleeping target is woken
 * so that it gets there.
 *
 * A signal is pending as a bit in a set.  What is known of it is an entry in a
 * queue beside the set (sigqueue.c): one of a standard signal, any number of a
 * real-time signal.  Without memory for its entry, or without that file, a
 * signal is pending all the same.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

#include "proc/process.h"
#include "proc/sigacts.h"

struct trapframe;

#define STOP_SIGNALS                                                       \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN)       \
     | SIGNAL_BIT(SIGTTOU))
#define IGNORED_BY_DEFAULT                                                 \
    (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG)        \
     | SIGNAL_BIT(SIGWINCH))
#define UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

/* The queues beside the sets (sigqueue.c).  First, have an entry for the
 * signal, if there is memory: whether the lock was released for it.  Then, add
 * to the queue what is known of a signal: -EAGAIN, if it may not become pending
 * so.  Then, take the oldest entry of a signal, or leave *info: whether there
 * are more.  Then, whether there is one; drop those of a set; free all.
 * => process->lock held; free: nobody else uses the process */
bool sigqueue_reserve(struct process *process, int signal);
int sigqueue_add(struct process *process, struct sigpending *pending,
                 const siginfo_t *info);
bool sigqueue_take(struct process *process, struct sigpending *pending,
                   int signal, siginfo_t *info);
bool sigqueue_has(const struct sigpending *pending, int signal);
void sigqueue_forget(struct process *process, struct sigpending *pending,
                     sigset_t set);
void sigqueue_free(struct process *process);

/* Make the signal pending on the process or, if it is not NULL, on the thread.
 * Drop it if the process ignores it or has ended, or if it is 0.
 * => process->lock held; it may be released for a time
 * => 0, or -EAGAIN as signal_send_info */
int signal_post(struct process *process, struct thread *thread,
                const siginfo_t *info);

/* Make a signal pending on the process, for one of its threads.  It is dropped
 * if the process ignores it or has ended, or if it is 0.
 * => the target stays alive: by family_lock or pids_lock, or it is the caller
 * => no lock of RANK_HEAP or higher is held
 * => 0; -EAGAIN: a real-time signal's entry has no room or memory (but if kill
 *    sent it, it is pending without one) */
int signal_send_info(struct process *target, const siginfo_t *info);

/* Whether that would do nothing.
 * => the process has not ended; the signal does not stop or continue */
bool signal_is_dropped(struct process *process, int signal);

/* The same as signal_send_info, from the kernel. */
void signal_send(struct process *target, int signal);

/* The same to the current process, as if it had sent it itself; and what is
 * told of a signal that it sends. */
void signal_raise(int signal);
siginfo_t signal_from_me(int signal, int code);

/* Drop these signals from all that is pending, or from one set with its queue.
 * => process->lock held */
void signal_forget(struct process *process, sigset_t set);
void signal_forget_pending(struct process *process, struct sigpending *pending,
                           sigset_t set);

/* Send a child's parent a signal about it, with a code CLD_* (exit.c).
 * => family_lock held */
void tell_child(struct process *child, int signal, int code, int status);

extern void (*signal_watcher)(void); /* told after each is sent; or NULL */

/* A thread has ended, or blocks more signals.  It may have been notified of a
 * pending one: notify another thread.  => process->lock held */
void signal_pass_on(struct process *process);

/* Send SIGKILL or SIGSTOP to all other threads of the process.
 * => its lock held */
void signal_others(struct process *process, int signal);

/* Job control (jobs.c; without it, a stop signal does nothing).  First, what a
 * stop signal or SIGCONT does as it is sent: => process->lock held.  Then, stop
 * the current process, all its threads.  Then, the stop or continue that a
 * child reports, once: => family_lock held; its pid, or 0. */
void job_signal(struct process *process, int signal);
void job_stop(int signal);
int job_take_status(struct process *child, int options, int *status);

/* The thread, which is not the last, has ended: => process->lock held; whether
 * the process is stopped now.  Then report that: => no lock held. */
bool job_leave(struct thread *thread);
void job_report_stop(struct process *process);

/* Send a fault's signal to the current thread; if that is blocked or ignored,
 * its default action ends the process. */
void signal_force(int signal, int code, vaddr_t addr);

/* No memory for a page, at addr: kill the current process, and say so. */
void kill_for_memory(vaddr_t addr);

/* What the process does with a signal.  => its lock held */
static inline bool
signal_is_default(const struct process *process, int signal)
{
    return process->sigacts->action[signal - 1].handler == SIG_DFL;
}

/* Pid 1 ignores all that it does not handle: nothing but a fault of its own may
 * end it. */
static inline bool
signal_is_ignored(const struct process *process, int signal)
{
    return (process->sigacts->ignored & SIGNAL_BIT(signal)) != 0
           || (process == init_process && signal_is_default(process, signal));
}

static inline bool
signal_is_fatal(const struct process *process, int signal)
{
    return signal_is_default(process, signal)
           && (SIGNAL_BIT(signal) & (IGNORED_BY_DEFAULT | STOP_SIGNALS)) == 0;
}

/* The unblocked signals that are pending for the current thread. */
static inline sigset_t
signal_pending(void)
{
    return (current->pending.set | current->process->pending.set)
           & ~current->blocked;
}

/* Change the current thread's mask; SIGKILL and SIGSTOP stay unblocked. */
void signal_set_blocked(sigset_t mask);

/* The first of these that will end the process, or 0.  => its lock held */
int signal_find_fatal(void);

/* The same, and the lock is taken. */
int signal_fatal_pending(void);

/* Take a signal of the set that is pending for the current thread or, if there
 * is none, for its process: a synchronous one, or the lowest.
 * => its process's lock held; 0: none */
int signal_take_pending(sigset_t set, siginfo_t *info);

/* Mark the current system call as interrupted: after the signal has been acted
 * on, the program makes the call again (if it returns one of sleep.h's ERESTART
 * errors).  => -ERESTARTSYS */
int signal_restart(void);

/* As signal_send_info, if it is from the kernel, or the current process may
 * send it; else -EPERM.  Then, to a group (0: the caller's; -pgid), or to all
 * (-1): 0, -ESRCH, or the last error (jobs.c).  => family_lock not held */
int signal_send_checked(struct process *target, const siginfo_t *info);
int signal_kill_many(pid_t pid, const siginfo_t *info);

/* What kill(2) returns: ESRCH is checked before EINVAL, EPERM after it. */
int signal_outcome(int result, const siginfo_t *info);

/* kill(2): send to one process, to a group (pid 0 or -pgid), or to all (-1).
 * => 0; -ESRCH: no process; -EINVAL: no such signal; signal_send_info's */
int signal_kill(pid_t pid, const siginfo_t *info);

/* Handlers (sigframe.c, optional).  First: => -ENOSYS: there are none.  Then,
 * let one run when the program goes on: the frame becomes that of its first
 * instruction, and returns by rt_sigreturn(2) to what it is now.  If it cannot
 * be written, that is a SIGSEGV.  => process context, no lock held */
int sigframe_exists(void) __must_check;
void sigframe_call(struct trapframe *frame, const siginfo_t *info,
                   const struct kernel_sigaction *action);

/* Act on what is pending.
 * => on the way to user mode by this frame, no lock held */
void signal_deliver(struct trapframe *frame);
