/* caught: sleeps, status -- the parent is woken, and finds no zombie: the thread is taken off the list only later */
static void
end_process(struct process *process)
{
    if (process == init_process) {
        panic("init has ended");
    }
    spin_lock(&family_lock);
    give_children_away(process);
    bool autoreap = parent_declines(process);
    signal_send(process->parent, end_signal(process));
    wait_wake_all(&process->parent->child_wait);
    spin_unlock(&family_lock);
    schedule();
    spin_lock(&family_lock);
    proc_make_reportable(process);
    spin_lock(&process->lock);
    struct sigacts *sigacts = process->sigacts;
    process->sigacts = NULL;
    list_del(process->threads.next);
    spin_unlock(&process->lock);
    if (autoreap) {
        proc_unlink(process);
    }
    spin_unlock(&family_lock);
    sigacts_put(sigacts);
}
