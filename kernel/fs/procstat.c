/*
 * /proc/PID/stat, and what /proc finds out about names, threads and programs.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/optional.h"

#include "arch/clock.h"
#include "arch/smp.h"

#include "mm/as.h"
#include "mm/vma.h"

#include "proc/group.h"
#include "proc/usage.h"

#include "fs/dir.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/procfs.h"
#include "fs/tty.h"

OPTIONAL(proc_split) OPTIONAL(proc_child_split)

void
procfs_comm(struct process *process, pid_t tid, struct text *out)
{
    char comm[COMM_SIZE];

    spin_lock(&process->lock);
    struct thread *thread = thread_of(process, tid);
    strlcpy(comm, thread != NULL ? thread_name(thread) : process->comm,
            sizeof(comm));
    spin_unlock(&process->lock);
    text_printf(out, "%s\n", comm);
}

bool
procfs_set_comm(pid_t pid, pid_t tid, const char *name)
{
    struct process *process = current->process;

    if (process->pid != pid) {
        return false;
    }
    spin_lock(&process->lock);
    struct thread *thread = thread_of(process, tid);
    bool known = thread != NULL || tid == 0;
    if (known) {
        strlcpy(thread != NULL ? thread_name(thread) : process->comm, name,
                COMM_SIZE);
    }
    spin_unlock(&process->lock);
    return known;
}

/* The 52 fields, zero for what we do not have. */
void
procfs_stat(struct process *process, pid_t tid, struct text *out)
{
    const struct session *session = process->group->session;
    const struct tty *tty = session->terminal;
    sigset_t pending = 0, blocked = 0;
    int threads = 0, cpu = 0;
    char state = 'Z';
    char comm[COMM_SIZE];
    struct share share = {0};
    struct cpu_split own = {0}, children = {0};

    spin_lock(&process->lock);
    strlcpy(comm, process->comm, sizeof(comm));
    for_each_thread(thread, process) {
        threads++;
        if (thread->tid == (tid != 0 ? tid : process->pid)) {
            state = thread->state == THREAD_SLEEPING  ? 'S'
                    : thread->state == THREAD_STOPPED ? 'T'
                                                      : 'R';
            cpu = thread->cpu;
            strlcpy(comm, thread_name(thread), sizeof(comm));
            share = thread->share;
            pending = process->pending.set | thread->pending.set;
            blocked = thread->blocked;
        }
    }
    spin_unlock(&process->lock);
    proc_split(process, &own);
    proc_child_split(process, &children);
    text_printf(out, "%d (%s) %c %d %d %d %lu %d ",
                tid != 0 ? tid : process->pid, comm, state,
                process->parent->pid,
                process->group->pgid, session->sid,
                tty != NULL ? tty->number : 0,
                tty != NULL ? tty->foreground : -1);
    /* flags minflt cminflt majflt cmajflt, and times */
    text_printf(out, "0 %lu %lu 0 0 %lu %lu %lu %lu ", process->used.faults,
                process->child_used.faults, own.user / NSEC_PER_TICK,
                own.system / NSEC_PER_TICK, children.user / NSEC_PER_TICK,
                children.system / NSEC_PER_TICK);
    /* priority nice num_threads itrealvalue starttime vsize rss rsslim */
    text_printf(out, "%d %d %d 0 %lu 0 0 %lu ",
                share.priority != 0 ? -1 - share.priority : 20 + share.nice,
                share.nice, threads,
                process->start_ns / NSEC_PER_TICK, ~0UL);
    /* startcode endcode startstack kstkesp kstkeip, and
     * signal blocked sigignore sigcatch wchan nswap cnswap */
    text_printf(out, "0 0 0 0 0 %lu %lu 0 0 0 0 0 ", pending, blocked);
    /* exit_signal processor rt_priority policy delayacct guest cguest */
    text_printf(out, "%d %d %d %d 0 0 0 ", process->exit_signal, cpu,
                share.priority, share.policy);
    /* start_data end_data start_brk arg_start arg_end env_start env_end */
    text_printf(out, "0 0 0 0 0 0 0 %d\n", process->exit_status);
}

pid_t
procfs_next_task(pid_t pid, pid_t tid)
{
    pid_t found = -1;

    spin_lock(&family_lock);
    struct process *process = proc_find(pid);
    if (process != NULL && process->pid == pid) {
        found = pid >= tid ? pid : -1;
        spin_lock(&process->lock);
        for_each_thread(thread, process) {
            if (thread->tid >= tid && (found < 0 || thread->tid < found)) {
                found = thread->tid;
            }
        }
        spin_unlock(&process->lock);
    }
    spin_unlock(&family_lock);
    return found;
}

/* A thread uses its own fields without a lock, so we park all other CPUs.  Only
 * the reader of /proc pays for that, not fork, exec or exit. */
const struct thread *
procfs_look(pid_t pid)
{
    static const struct thread none;

    if (pid == current->process->pid) {
        return current;
    }
    park_others();
    spin_lock(&family_lock);
    struct process *process = proc_find(pid);
    struct list *first = process != NULL ? list_first(&process->threads) : NULL;
    spin_unlock(&family_lock);
    return first != NULL ? list_entry(first, struct thread, link) : &none;
}

void
procfs_look_end(pid_t pid)
{
    if (pid != current->process->pid) {
        park_release();
    }
}

struct as *
procfs_visit(pid_t pid)
{
    struct as *as = procfs_look(pid)->as;

    if (as != NULL) {
        as_visit(as);
    }
    procfs_look_end(pid); /* others run now: its lock's holder may rest */
    return as;
}

int
dir_lookup_made(struct inode *dir, const char *name, struct inode **child)
{
    int error = dir->ops->lookup(dir, name, child);

    if (error != 0) {
        return error;
    }
    struct entry *entry = *child != NULL ? entry_alloc(dir, name) : NULL;
    if (entry == NULL) {
        inode_put(*child);
        return -ENOMEM;
    }
    (*child)->dev = dir->dev;
    (*child)->nlink = S_ISDIR((*child)->mode) ? 2 : 1;
    list_add(&(*child)->names, &entry->also);
    return 0;
}

struct inode *
procfs_program(struct as *as)
{
    struct inode *program = NULL;

    spin_lock(&as->lock);
    const struct vma *vma = vma_program(as);
    if (vma != NULL) {
        program = inode_get(container_of(vma->object, struct inode, object));
    }
    spin_unlock(&as->lock);
    return program;
}
