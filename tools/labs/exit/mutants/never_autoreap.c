/* caught: autoreap -- children of a parent that ignores SIGCHLD stay zombies */
static bool
parent_declines(const struct process *process)
{
    (void)process;
    return false;
}
