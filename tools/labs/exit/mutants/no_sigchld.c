/* caught: sigchld -- a child that ends sends no signal */
static void
tell_parent(struct process *process)
{
    bool declines = parent_declines(process);

    proc_make_reportable(process);
    (void)end_signal(process);
    wait_wake_all(&process->parent->child_wait);
    if (declines) {
        proc_unlink(process);
    }
}
