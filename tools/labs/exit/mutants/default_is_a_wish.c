/* caught: autoreap -- SIGCHLD's default, which also does nothing, is taken for SIG_IGN */
static bool
parent_declines(const struct process *process)
{
    return end_signal(process) == SIGCHLD
           && (process->parent->sigacts->ignored & SIGNAL_BIT(SIGCHLD)) != 0;
}
