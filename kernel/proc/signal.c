/*
 * Signals, the target's side: taking them one by one, acting on them, and what
 * that means for a system call that was interrupted.  Entry point:
 * signal_deliver.  The sender's side is sigsend.c.
 */
#include "abi/errno.h"
#include "abi/syscall.h"

#include "core/optional.h"

#include "arch/percpu.h"
#include "arch/trap.h"

#include "proc/exit.h"
#include "proc/limits.h"
#include "proc/process.h"
#include "proc/signal.h"

#define SET(signal) SIGNAL_BIT(signal)

OPTIONAL(job_stop) OPTIONAL(job_take_status)
OPTIONAL(sigqueue_take) OPTIONAL(sigqueue_has)
OPTIONAL(sigframe_call)

/* Taken before all others but SIGKILL, whoever has sent them, as on Linux. */
#define SYNCHRONOUS                                                        \
    (SET(SIGILL) | SET(SIGTRAP) | SET(SIGBUS) | SET(SIGFPE) | SET(SIGSEGV)     \
     | SET(SIGSYS))

int
signal_find_fatal(void)
{
    for (sigset_t left = signal_pending(); left != 0; left &= left - 1) {
        int signal = __builtin_ctzl(left) + 1;
        if (signal_is_fatal(current->process, signal)) {
            return signal;
        }
    }
    return 0;
}

int
signal_fatal_pending(void)
{
    spin_lock(&current->process->lock);
    int fatal = signal_find_fatal();
    spin_unlock(&current->process->lock);
    return fatal;
}

/* The mask has changed: notify those who take what is pending now. */
static __noinline void
look_again(void)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    signal_pass_on(process);
    if (signal_pending()) {
        cpu_add_work(WORK_SIGNAL);
    }
    spin_unlock(&process->lock);
}

/* Mostly nothing is pending, and no lock is needed.  The barrier: we set the
 * mask before we read `pending`; a sender does the reverse (signal_post). */
void
signal_set_blocked(sigset_t mask)
{
    struct thread *thread = current;
    struct process *process = thread->process;

    __atomic_exchange_n(&thread->blocked, mask & ~UNBLOCKABLE,
                        __ATOMIC_SEQ_CST);
    if ((process->pending.set | thread->pending.set) != 0) {
        look_again();
    }
}

int
signal_take_pending(sigset_t set, siginfo_t *info)
{
    struct process *process = current->process;
    sigset_t own = current->pending.set & set;
    sigset_t all = own != 0 ? own : process->pending.set & set;
    sigset_t first = all & SYNCHRONOUS ? all & SYNCHRONOUS : all;
    int signal = first != 0 ? __builtin_ctzl(first) + 1 : 0;

    struct sigpending *pending = own != 0 ? &current->pending
                                          : &process->pending;

    if (signal != 0) {
        *info = (siginfo_t){.si_signo = signal};
        if (!sigqueue_take(process, pending, signal, info)) {
            pending->set &= ~SET(signal);
        }
    }
    return signal;
}

void
signal_force(int signal, int code, vaddr_t addr)
{
    struct process *process = current->process;
    struct fault *fault = &current->fault;

    spin_lock(&process->lock);
    fault->signal = (u8)signal;
    fault->code = code;
    fault->addr = addr;
    fault->fatal = process->sigacts->action[signal - 1].handler == SIG_IGN
                   || (current->blocked & SET(signal)) != 0;
    current->blocked &= ~SET(signal);
    current->pending.set |= SET(signal);
    cpu_add_work(WORK_SIGNAL);
    spin_unlock(&process->lock);
}

/* Take a fault's signal; one that was sent as well stays pending. */
static void
take_fault(siginfo_t *info)
{
    struct fault *fault = &current->fault;

    if (!sigqueue_has(&current->pending, fault->signal)) {
        current->pending.set &= ~SET(fault->signal);
    }
    *info = (siginfo_t){.si_signo = fault->signal, .si_code = fault->code,
                        .si_addr = (void *)fault->addr};
    fault->signal = 0;
}

/* Take the next signal to act on, and its action: SIGKILL, a fault's, or the
 * next of those that were sent.  Skip those that are ignored now.
 * => 0: none */
static int
take_signal(siginfo_t *info, struct kernel_sigaction *action)
{
    struct process *process = current->process;
    int signal = 0;

    if (signal_pending() == 0) { /* or its sender makes us look again */
        return 0;
    }
    spin_lock(&process->lock);
    sigset_t ready;
    while (signal == 0 && (ready = signal_pending()) != 0) {
        bool faulted = false, fatal = false;
        if (ready & SET(SIGKILL)) {
            signal = signal_take_pending(SET(SIGKILL), info);
        } else if (current->fault.signal != 0) {
            signal = current->fault.signal;
            faulted = true;
            fatal = current->fault.fatal;
            take_fault(info);
        } else {
            signal = signal_take_pending(ready, info);
        }
        current->stop_taken = (SET(signal) & STOP_SIGNALS) != 0;
        *action = sigacts_action(process->sigacts, signal);
        if (fatal || (faulted && action->handler == SIG_IGN)) {
            action->handler = SIG_DFL;
        } else if (!faulted && !process->ending
                   && signal_is_ignored(process, signal)) {
            signal = 0;
        }
    }
    spin_unlock(&process->lock);
    return signal;
}

static void
act_by_default(int signal)
{
    if (SET(signal) & STOP_SIGNALS) {
        job_stop(signal);
        return;
    }
    /* No core file, so no core flag: as on Linux with RLIMIT_CORE 0. */
    proc_exit(signal);
}

int
signal_restart(void)
{
    current->frame->vector = VECTOR_RESTART;
    return -ERESTARTSYS;
}

/* An interrupted system call ends: the program makes it again, as if no signal
 * had come, or gets EINTR, by signal(7)'s rules.
 * action: of the handler that will run, or NULL */
static void
settle_call(struct trapframe *frame, const struct kernel_sigaction *action)
{
    bool again = action == NULL || (action->flags & SA_RESTART) != 0;

    frame->vector = VECTOR_CHANGED;
    switch ((long)frame->rax) {
    case -ERESTART_RESTARTBLOCK:
    case -ERESTARTNOHAND:
        again = action == NULL;
        break;
    case -ERESTARTNOINTR:
        again = true;
        break;
    case -ERESTARTSYS:
        break;
    default:
        return;
    }
    if (!again) {
        frame->rax = (u64)-EINTR;
        return;
    }
    frame->rax = (long)frame->rax == -ERESTART_RESTARTBLOCK
                     ? SYS_restart_syscall : frame->error; /* its number */
    frame->rip -= SYSCALL_LENGTH;
}

void
signal_deliver(struct trapframe *frame)
{
    struct kernel_sigaction action;
    siginfo_t info;
    int signal;

    if (current->process->limits != NULL) {
        limits_check_cpu();
    }
    while ((signal = take_signal(&info, &action)) != 0) {
        if (action.handler == SIG_DFL) {
            act_by_default(signal);
            continue;
        }
        if (frame->vector == VECTOR_RESTART) {
            settle_call(frame, &action);
        }
        sigframe_call(frame, &info, &action);
    }
    if (frame->vector == VECTOR_RESTART) {
        settle_call(frame, NULL);
    }
    if (current->restores) {
        current->restores = false;
        signal_set_blocked(current->saved_blocked);
    }
}
