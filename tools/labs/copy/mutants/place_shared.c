/* caught: place -- the child gets the parent's working directory and umask,
 * not a copy */
static int
inherit(struct thread *child, u64 flags)
{
    struct thread *parent = current;

    child->files = flags & CLONE_FILES ? files_get(parent->files)
                                       : files_copy(parent->files);
    child->fs = fs_context_get(parent->fs);
    if (child->files == NULL || child->fs == NULL) {
        return -ENOMEM;
    }
    child->blocked = parent->blocked;
    child->affinity = parent->affinity;
    child->share = parent->share;
    child->cred = cred_get(parent->cred);
    if (flags & CLONE_THREAD) {
        return 0;
    }
    child->process->cred = child->cred;
    return inherit_process(child->process, flags);
}
