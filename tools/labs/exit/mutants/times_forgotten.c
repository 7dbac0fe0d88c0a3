/* caught: times -- what a child has used is lost when it is reaped */
long
proc_wait(pid_t pid, int options, int *status, struct waited *more)
{
    struct process *process = current->process;
    struct process *child = NULL;
    long result;

    spin_lock(&family_lock);
    while ((result = find_reportable(pid, options, status, &child)) == 0
           && (options & WNOHANG) == 0) {
        result = wait_sleep(&process->child_wait, &family_lock,
                            WAIT_INTERRUPTIBLE);
        if (result != 0) {
            break;
        }
    }
    if (result > 0 && more != NULL) {
        *more = (struct waited){.uid = child->cred->uid};
        proc_usage(child, &more->usage);
    }
    if (result > 0 && proc_is_zombie(child)) {
        proc_unlink(child);
    }
    spin_unlock(&family_lock);
    return result;
}
