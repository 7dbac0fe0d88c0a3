/* caught: place -- the child gets the parent's working directory and umask,
 * not a copy */
static int
inherit(struct thread *child, u64 flags)
{
    struct thread *parent = current;
    struct process *from = parent->process;
    struct process *to = child->process;

    child->files = flags & CLONE_FILES ? files_get(parent->files)
                                       : files_copy(parent->files);
    child->fs = fs_context_get(parent->fs);
    if (child->files == NULL || child->fs == NULL) {
        return -ENOMEM;
    }
    child->blocked = parent->blocked;
    child->affinity = parent->affinity;
    to->exit_signal = (int)(flags & CSIGNAL);
    to->execs = to->parent_execs = from->execs;
    memcpy(to->comm, from->comm, COMM_SIZE);
    to->open_files = from->open_files;
    return 0;
}
