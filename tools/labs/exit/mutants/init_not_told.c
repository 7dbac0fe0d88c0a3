/* caught: orphans -- init gets the zombies of the dead, and does not hear of them */
static void
give_children_away(struct process *process)
{
    list_for_each_safe(pos, &process->children) {
        struct process *child = list_entry(pos, struct process, sibling);
        list_del(&child->sibling);
        child->exit_signal = SIGCHLD;
        proc_set_parent(child, init_process);
        if (!list_empty(&child->report_link)) {
            list_del(&child->report_link);
            proc_make_reportable(child);
        }
    }
}
