/* caught: first, files -- the child gets the parent's table of descriptors,
 * not a copy */
static int
inherit(struct thread *child, u64 flags)
{
    struct thread *parent = current;

    child->files = files_get(parent->files);
    child->fs = flags & CLONE_FS ? fs_context_get(parent->fs)
                                 : fs_context_copy(parent->fs);
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
