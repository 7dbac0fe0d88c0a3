/* => the level is how much may be shared; here it makes no difference: every
 *    page that is not of a shared mapping is copied */
int
pt_share(paddr_t dst_root, struct as *as, enum share_level level)
{
    (void)dst_root;
    (void)as;
    (void)level;
    return -ENOSYS;
}

/* Give the child what it inherits from the parent, besides memory.  Now it gets
 * the parent's descriptors, and pid 1's first directory: that is enough for
 * vfork and exec.
 * => 0; -ENOMEM: child_unmake undoes what has been done */
static int
inherit(struct thread *child, u64 flags)
{
    child->files = files_copy(current->files);
    child->fs = fs_context_copy(&first_fs_context);
    if (child->files == NULL || child->fs == NULL) {
        return -ENOMEM;
    }
    child->cred = cred_get(current->cred);
    child->process->cred = child->cred;
    return inherit_process(child->process, flags);
}
