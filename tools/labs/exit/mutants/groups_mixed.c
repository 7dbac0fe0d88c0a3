/* caught: which -- waitpid(0) takes any child */
static inline bool
wants(pid_t pid, int options, const struct process *child)
{
    u32 kind = child->exit_signal == SIGCHLD ? 0 : __WCLONE;

    if ((options & __WALL) == 0 && ((u32)options & __WCLONE) != kind) {
        return false;
    }
    if (pid > 0) {
        return child->pid == pid;
    }
    return pid == -1 || pid == 0 || child->group->pgid == -pid;
}
