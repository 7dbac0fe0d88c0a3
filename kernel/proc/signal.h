/*
 * Signals: sending, the actions (sigacts.c), what the default ones do, and the
 * frames of handlers (sigframe.c).
 *
 * Any process makes a signal pending on a target; only the target acts on it,
 * on its way back to user mode (signal_deliver).  A sleeping target is woken
 * so that it gets there.
 *
 * A signal is pending as a bit in a set.  What is known of it is an entry in a
 * queue beside the set: one of a standard signal, any number of a real-time
 * signal.  Without memory for its entry, a signal is pending all the same.
 *
 * SG-1  Each entry's bit is in the set; a standard signal has at most one
 *       entry, besides those of timers; process->entries counts all, also
 *       those in `spare`, and of timers, which no queue needs now.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

#include "proc/process.h"

struct trapframe;

#define STOP_SIGNALS                                                       \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN)       \
     | SIGNAL_BIT(SIGTTOU))
#define IGNORED_BY_DEFAULT                                                 \
    (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG)        \
     | SIGNAL_BIT(SIGWINCH))
#define UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

/* What signals do to a process.  Fork shares it; it is immutable while its
 * count is over 1, and copied at the first change.  A writer holds family_lock
 * and the process's lock, so a reader needs only one of them: a child that ends
 * reads its parent's actions. */
struct sigacts {
    u32 refs;
    sigset_t ignored;      /* by SIG_IGN, or by default */
    sigset_t exec_resets;  /* not SIG_IGN, and not the plain default */
    struct kernel_sigaction action[SIGNAL_MAX]; /* of signal n at n - 1 */
};

/* What is known of a pending signal. */
struct sigqueue {
    struct list link;
    struct sigpending *timer_at; /* NULL, or for a timer's own (itimer.h): the
                                    last place where it was pending */
    siginfo_t info;
};

/* So many real-time signals a process may have queued, about; more entries are
 * there for standard signals. */
#define SIGQUEUE_MAX  1024
#define SIGQUEUE_MORE 64

struct sigacts *sigacts_alloc(void); /* all default; NULL: no memory */
void sigacts_put(struct sigacts *sigacts);

/* rt_sigaction(2), in the current process; new may be NULL.
 * => 0, -EINVAL, -ENOMEM; *old is what was there before */
int signal_action(int signal, const struct kernel_sigaction *new,
                  struct kernel_sigaction *old) __must_check;

/* The handler of this signal is gone, its flags stay (SA_RESETHAND).
 * => 0, or -ENOMEM with nothing changed */
int signal_reset(int signal) __must_check;

/* exec: caught signals go back to default, ignored ones stay.
 * => 0, or -ENOMEM with nothing changed */
int signal_reset_exec(void) __must_check;

/* Make a signal pending on the process, for one of its threads.  It is dropped
 * if the process ignores it or has ended, or if it is 0.
 * => the target stays alive: by family_lock or pids_lock, or it is the caller
 * => no lock of RANK_HEAP or higher is held
 * => 0; -EAGAIN: a real-time signal's entry has no room or memory (but if kill
 *    sent it, it is pending without one) */
int signal_send_info(struct process *target, const siginfo_t *info);

/* Make a timer's entry pending on the process or, if it is not NULL, on the
 * thread, unless it is ignored.  => process->lock held; it is not pending */
void signal_send_own(struct process *process, struct thread *thread,
                     struct sigqueue *own);

/* Whether that would do nothing.
 * => the process has not ended; the signal does not stop or continue */
bool signal_is_dropped(struct process *process, int signal);

/* The same as signal_send_info, from the kernel. */
void signal_send(struct process *target, int signal);

/* The same to the current process, as if it had sent it itself. */
void signal_raise(int signal);

/* Drop these signals from all that is pending, or from one set with its queue.
 * => process->lock held */
void signal_forget(struct process *process, sigset_t set);
void signal_forget_pending(struct process *process, struct sigpending *pending,
                           sigset_t set);

/* Send a child's parent a signal about it, with a code CLD_* (exit.c).
 * => family_lock held */
void tell_child(struct process *child, int signal, int code, int status);

/* A signal was made pending (fs/signalfd.c).  => its process's lock held */
void signalfd_notify(void);

/* Free the entries.  => the process has no thread, and nobody else uses it */
void signal_free_entries(struct process *process);

/* A thread has ended, or blocks more signals.  It may have been notified of a
 * pending one: notify another thread.  => process->lock held */
void signal_pass_on(struct process *process);

/* Send SIGKILL to all other threads of the process.  => its lock held */
void signal_kill_others(struct process *process);

/* Job control (jobs.c; without it, a stop signal does nothing).  First, what a
 * stop signal or SIGCONT does as it is sent: => process->lock held.  Then, stop
 * the current process.  Then, the stop or continue that a child reports, once:
 * => family_lock held; its pid, or 0. */
void job_signal(struct process *process, int signal);
void job_stop(int signal);
int job_take_status(struct process *child, int options, int *status);

/* Send a fault's signal to the current thread; if that is blocked or ignored,
 * its default action ends the process. */
void signal_force(int signal, int code, vaddr_t addr);

/* No memory for a page, at addr: kill the process; or (oom.c) the youngest that
 * can end soon, which may give pid 1 memory.  => whether there is one */
void kill_for_memory(struct process *process, vaddr_t addr);
bool kill_youngest(vaddr_t addr);

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

/* Take the oldest entry of a signal that is pending there; without one, all
 * that is known is its number.  => process->lock held */
void signal_dequeue(struct process *process, struct sigpending *pending,
                    int signal, siginfo_t *info);

/* The unblocked signals that are pending for the current thread. */
static inline sigset_t
signal_pending(void)
{
    return (current->pending.set | current->process->pending.set)
           & ~current->blocked;
}

/* Change the current thread's mask; SIGKILL and SIGSTOP stay unblocked. */
void signal_set_blocked(sigset_t mask);

/* Sleep until a signal is to be acted on.  => -ERESTARTNOHAND */
int signal_wait(void);

/* Take a signal of the set that is pending, or comes before the deadline.
 * => its number; -EAGAIN: none came; -EINTR: another has to be acted on */
int signal_take(sigset_t set, u64 deadline, siginfo_t *info);

/* The first of these that will end the process, or 0. */
int signal_fatal_pending(void);

/* Mark the current system call as interrupted: after the signal has been acted
 * on, the program makes the call again (if it returns one of sleep.h's ERESTART
 * errors).  => -ERESTARTSYS */
int signal_restart(void);

/* Send, from the kernel, to every process of the group.
 * => process context, family_lock not held
 * => 0, -ESRCH: no process */
int signal_send_group(pid_t pgid, int signal);

/* kill(2): send to one process, to a group (pid 0 or -pgid), or to all (-1).
 * => 0; -ESRCH: no process; -EINVAL: no such signal; signal_send_info's */
int signal_kill(pid_t pid, const siginfo_t *info);

/* tgkill(2), and with pid 0 tkill(2): to one thread.  => as signal_kill */
int signal_kill_thread(pid_t pid, pid_t tid, const siginfo_t *info);

/* Act on what is pending.
 * => on the way to user mode by this frame, no lock held */
void signal_deliver(struct trapframe *frame);
