/*
 * /proc/PID: what each process's files show.  All run with family_lock held.
 */
#include "abi/fcntl.h"

#include "arch/clock.h"

#include "mm/as.h"

#include "proc/process.h"

#include "fs/procfs.h"
#include "fs/tty.h"

#define NS_PER_TICK (1000000000UL / TICKS_PER_SEC)

static char
state_letter(const struct process *process)
{
    switch (process->state) {
    case PROC_ZOMBIE:
        return 'Z';
    case PROC_SLEEPING:
        return 'S';
    case PROC_STOPPED:
        return 'T';
    default:
        return 'R';
    }
}

/* The 52 fields of proc(5), zero where we have no such thing. */
static void
show_stat(struct process *process, struct text *out)
{
    pid_t foreground;
    u64 tty = tty_of_session(process->sid, &foreground);

    text_printf(out, "%d (%s) %c %d %d %d %lu %d ", process->pid,
                process->comm, state_letter(process),
                process->parent != NULL ? process->parent->pid : 0,
                process->pgid, process->sid, tty, foreground);
    /* flags minflt cminflt majflt cmajflt */
    text_printf(out, "0 0 0 0 0 ");
    text_printf(out, "%lu %lu %lu %lu ", process->user_ticks,
                process->system_ticks, process->child_user_ticks,
                process->child_system_ticks);
    /* priority nice num_threads itrealvalue starttime vsize rss rsslim */
    text_printf(out, "20 0 1 0 %lu 0 0 %lu ", process->start_ns / NS_PER_TICK,
                ~0UL);
    /* startcode endcode startstack kstkesp kstkeip */
    text_printf(out, "0 0 0 0 0 ");
    /* signal blocked sigignore sigcatch wchan nswap cnswap */
    text_printf(out, "%lu %lu 0 0 0 0 0 ", (u64)process->pending,
                (u64)process->blocked);
    /* exit_signal processor rt_priority policy delayacct guest cguest */
    text_printf(out, "17 %d 0 0 0 0 0 ", process->cpu);
    /* start_data end_data start_brk arg_start arg_end env_start env_end */
    text_printf(out, "0 0 0 0 0 0 0 %d\n", process->exit_status);
}

static void
show_comm(struct process *process, struct text *out)
{
    text_printf(out, "%s\n", process->comm);
}

const struct procpid_file procpid_files[] = {
    {"stat", show_stat},
    {"comm", show_comm},
};
const int procpid_file_count = ARRAY_SIZE(procpid_files);
