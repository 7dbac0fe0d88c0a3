/* caught: sleeps -- a child that ends does not wake its parent */
static void
tell_parent(struct process *process)
{
    bool declines = parent_declines(process);

    proc_make_reportable(process);
    signal_send(process->parent, end_signal(process));
    if (declines) {
        proc_unlink(process);
    }
}
