static void
tell_parent(struct process *process)
{
    proc_make_reportable(process);
}

/* Make init the parent of its children.  => family_lock held
 * (Not yet: its end waits for theirs.) */
static void
give_children_away(struct process *process)
{
    while (!list_empty(&process->children)) {
        int status;
        spin_unlock(&family_lock);
        (void)proc_wait(-1, WNOHANG, &status, NULL);
        sched_prepare(THREAD_SLEEPING);
        (void)wait_block(WAIT_UNINTERRUPTIBLE,
                         clock_ns() + NSEC_PER_SEC / 500);
        spin_lock(&family_lock);
    }
}

/* The last thread ends: the process becomes a zombie. */
static void
end_process(struct process *process)
{
    if (process == init_process) {
        int status = process->exit_status;
        panic("init, pid 1, %s %d", WIFSIGNALED(status)
              ? "was killed by signal" : "ended with status",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    spin_lock(&family_lock);
    give_children_away(process);
    spin_lock(&process->lock);
    struct sigacts *sigacts = process->sigacts;
    process->sigacts = NULL; /* signal_send finds no target */
    list_del(process->threads.next);
    spin_unlock(&process->lock);
    tell_parent(process);
    spin_unlock(&family_lock);
    sigacts_put(sigacts);
}

/* Whether a wait for `pid` (as wait4 has it) is for this child.
 * => family_lock held */
static inline bool
wants(pid_t pid, int options, const struct process *child)
{
    (void)options;
    return pid <= 0 || child->pid == pid;
}

long
proc_wait(pid_t pid, int options, int *status, struct waited *more)
{
    struct process *process = current->process;

    for (;;) {
        spin_lock(&family_lock);
        list_for_each_entry(child, &process->children, struct process,
                            sibling) {
            int reported = wants(pid, options, child)
                               ? take_status(child, options, status) : 0;
            if (reported != 0) {
                if (more != NULL) {
                    *more = (struct waited){0};
                }
                if (proc_is_zombie(child)) {
                    proc_unlink(child);
                }
                spin_unlock(&family_lock);
                return reported;
            }
        }
        spin_unlock(&family_lock);
        if (options & WNOHANG) {
            return 0;
        }
        /* Not yet: sleeps for a moment, and asks again. */
        int error = sleep_until(clock_ns() + NSEC_PER_SEC / 500);
        if (error != 0) {
            return error;
        }
    }
}
