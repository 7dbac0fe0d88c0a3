/* caught: echild -- a pid is looked up, and not whose child it is */
static inline long
find_reportable(pid_t pid, int options, int *status, struct process **found)
{
    struct process *child = *found = pid_process(pid);

    if (pid <= 0) {
        return find_any(pid, options, status, found);
    }
    return child != NULL && wants(pid, options, child)
               ? take_status(child, options, status) : -ECHILD;
}
