/* caught: race, race_again -- the lock is released between the look and the sleep */
long
proc_wait(pid_t pid, int options, int *status, struct rusage *rusage)
{
    struct process *process = current->process;
    struct process *child = NULL;
    long result;

    spin_lock(&family_lock);
    while ((result = find_reportable(pid, options, status, &child)) == 0
           && (options & WNOHANG) == 0) {
        spin_unlock(&family_lock);
        spin_lock(&family_lock);
        result = wait_sleep(&process->child_wait, &family_lock,
                            WAIT_INTERRUPTIBLE);
        if (result != 0) {
            break;
        }
    }
    if (result > 0 && rusage != NULL) {
        proc_usage(child, rusage);
    }
    if (result > 0 && proc_is_zombie(child)) {
        process->child_user_ticks +=
            child->user_ticks + child->child_user_ticks;
        process->child_system_ticks +=
            child->system_ticks + child->child_system_ticks;
        proc_unlink(child);
    }
    spin_unlock(&family_lock);
    return result;
}
