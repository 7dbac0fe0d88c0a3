/*
 * exit and wait: one conversation.  The child gives up all it holds, leaves its
 * status, and tells its parent; what is left, a zombie, keeps pid, status and
 * times until the parent asks.
 *
 * The essential fact: a process cannot free the stack it runs on.  It is freed
 * by whoever reaps it, once no CPU is on it, or, if nobody will, by the next
 * process that runs on its CPU.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "abi/wait.h"

#include "core/panic.h"

#include "arch/percpu.h"

#include "mm/as.h"
#include "mm/usercopy.h"

#include "fs/file.h"
#include "fs/path.h"

#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

void
proc_change_memory(struct as *next)
{
    struct process *process = current;
    struct as *old = process->as;

    if (process->clear_child_tid != 0
        && __atomic_load_n(&old->refs, __ATOMIC_RELAXED) > 1) {
        pid_t zero = 0;
        (void)!copy_to_user(process->clear_child_tid, &zero, sizeof(zero));
    }
    process->clear_child_tid = 0;
    process->as = next;
    as_load(next); /* this CPU leaves the tables before they can go (H3) */
    if (old != NULL) {
        as_put(old);
    }
}

/* Give up files, place and memory; sleeping is still allowed. */
static void
release_all(struct process *process)
{
    files_put(process->files);
    process->files = NULL;
    fs_context_put(process->fs);
    process->fs = NULL;
    proc_change_memory(NULL);
    vfork_release(process);
}

/* What the parent gets: what it asked clone for, unless it has executed another
 * program since.  => family_lock held */
static int
end_signal(const struct process *process)
{
    return process->parent->execs == process->parent_execs
               ? process->exit_signal : SIGCHLD;
}

/* Whether the parent has said that it does not want to know. */
static bool
parent_declines(const struct process *process)
{
    const struct kernel_sigaction *action =
        &process->parent->sigacts->action[SIGCHLD - 1];

    assert(spin_held(&family_lock));
    return end_signal(process) == SIGCHLD
           && (action->handler == SIG_IGN
               || (action->flags & SA_NOCLDWAIT) != 0);
}

static void
tell_parent(struct process *process)
{
    int signal = end_signal(process);

    if (signal >= 1 && signal <= SIGNAL_MAX) {
        signal_send(process->parent, signal);
    }
    wait_wake_all(&process->parent->child_wait);
}

/* A process that nobody will find any more.  => family_lock held */
static void
unlink_family(struct process *process)
{
    list_del(&process->sibling);
    list_del(&process->all_link);
    pid_put(process->pgid);
    pid_put(process->sid);
    proc_forget(process);
}

/* Orphans go to init.  => family_lock held */
static void
give_children_away(struct process *process)
{
    list_for_each_safe(pos, &process->children) {
        struct process *child = list_entry(pos, struct process, sibling);
        list_del(&child->sibling);
        child->exit_signal = SIGCHLD; /* what init waits for */
        child->parent = init_process;
        child->ppid = init_process->pid;
        list_add_tail(&init_process->children, &child->sibling);
        if (child->state == PROC_ZOMBIE) {
            tell_parent(child);
        }
    }
}

void
proc_exit(int status)
{
    struct process *process = current;

    if (process == init_process) {
        panic("init ended, with status %#x", status);
    }
    release_all(process);

    spin_lock(&family_lock);
    give_children_away(process);
    process->exit_status = status;
    spin_lock(&process->siglock);
    struct sigacts *sigacts = process->sigacts;
    process->sigacts = NULL;
    spin_unlock(&process->siglock);
    process->autoreap = parent_declines(process);
    if (process->autoreap) {
        unlink_family(process);
    }
    sched_prepare(PROC_ZOMBIE);
    tell_parent(process);
    spin_unlock(&family_lock);
    sigacts_put(sigacts);
    schedule();
    panic("a zombie ran");
}

void
proc_stop(int signal)
{
    struct process *process = current;

    spin_lock(&family_lock);
    bool stops = signal_announce_stop();
    if (stops) {
        process->stop_news = W_STOPCODE(signal);
        process->cont_news = 0;
        signal_tell_stop(process->parent);
    }
    spin_unlock(&family_lock);
    if (stops) {
        schedule();
    }
}

/* __WNOTHREAD asks for nothing: a process has one thread. */
static bool
wants(pid_t pid, int options, const struct process *child)
{
    bool plain = child->exit_signal == SIGCHLD;

    if ((options & __WALL) == 0
        && plain != ((options & (int)__WCLONE) == 0)) {
        return false;
    }
    if (pid > 0) {
        return child->pid == pid;
    }
    if (pid == -1) {
        return true;
    }
    return child->pgid == (pid == 0 ? current->pgid : -pid);
}

/* What this child has to tell under these options.  => 0: nothing yet */
static int
news_of(struct process *child, int options, int *status)
{
    if (child->state == PROC_ZOMBIE) {
        *status = child->exit_status;
    } else if ((options & WUNTRACED) != 0 && child->stop_news != 0
               && child->state == PROC_STOPPED) {
        *status = child->stop_news;
        child->stop_news = 0;
    } else if ((options & WCONTINUED) != 0 && child->cont_news != 0) {
        *status = child->cont_news;
        child->cont_news = 0;
    } else {
        return 0;
    }
    return child->pid;
}

static struct timeval
ticks_to_timeval(u64 ticks)
{
    u64 usec = ticks * (1000000 / TICKS_PER_SEC);

    return (struct timeval){(long)(usec / 1000000), (long)(usec % 1000000)};
}

static void
usage_of(const struct process *child, struct rusage *rusage)
{
    *rusage = (struct rusage){
        .ru_utime =
            ticks_to_timeval(child->user_ticks + child->child_user_ticks),
        .ru_stime =
            ticks_to_timeval(child->system_ticks + child->child_system_ticks),
    };
}

/* Take a zombie out of the family.  => family_lock held */
static void
collect(struct process *child)
{
    current->child_user_ticks += child->user_ticks + child->child_user_ticks;
    current->child_system_ticks +=
        child->system_ticks + child->child_system_ticks;
    unlink_family(child);
}

/* Look at every child that is asked for.
 * => family_lock held
 * => the pid with news; 0: none has any; -ECHILD: there is no such child */
static long
find_news(pid_t pid, int options, int *status, struct process **found)
{
    bool any = false;

    list_for_each(pos, &current->children) {
        struct process *child = list_entry(pos, struct process, sibling);
        if (!wants(pid, options, child)) {
            continue;
        }
        any = true;
        int news = news_of(child, options, status);
        if (news != 0) {
            *found = child;
            return news;
        }
    }
    return any ? 0 : -ECHILD;
}

static void
wait_until_off_cpu(const struct process *child)
{
    while (__atomic_load_n(&child->on_cpu, __ATOMIC_ACQUIRE)) {
        cpu_wait(); /* the few instructions between ZOMBIE and switch_to */
    }
}

long
proc_wait(pid_t pid, int options, int *status, struct rusage *rusage)
{
    struct process *child = NULL;
    long result;

    spin_lock(&family_lock);
    for (;;) {
        result = find_news(pid, options, status, &child);
        if (result != 0 || (options & WNOHANG) != 0) {
            break;
        }
        if (wait_sleep(&current->child_wait, &family_lock) != 0) {
            result = find_news(pid, options, status, &child);
            result = result == 0 ? -EINTR : result;
            break;
        }
    }
    bool zombie = child != NULL && child->state == PROC_ZOMBIE;
    if (child != NULL) {
        usage_of(child, rusage);
    }
    if (zombie) {
        collect(child);
    }
    spin_unlock(&family_lock);
    if (zombie) {
        wait_until_off_cpu(child);
        proc_free(child);
    }
    return result;
}
