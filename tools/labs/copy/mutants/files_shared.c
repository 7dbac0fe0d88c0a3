/* caught: first, files -- the child gets the parent's table of descriptors, not a
 * copy */
static int
inherit(struct thread *child, u64 flags)
{
    struct thread *parent = current;
    struct process *from = parent->process;
    struct process *to = child->process;

    child->files = files_get(parent->files);
    child->fs = flags & CLONE_FS ? fs_context_get(parent->fs)
                                 : fs_context_copy(parent->fs);
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
