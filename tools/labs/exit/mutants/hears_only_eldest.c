/* caught: which, sleeps, status -- a wait for any looks at the eldest child only */
static __noinline long
find_any(pid_t pid, int options, int *status, struct process **found)
{
    struct list *first = list_first(&current->process->children);

    if (first == NULL) {
        return -ECHILD;
    }
    *found = list_entry(first, struct process, sibling);
    return wants(pid, options, *found)
               ? take_status(*found, options, status) : -ECHILD;
}
