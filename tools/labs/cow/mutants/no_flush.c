/* caught: tlb -- fork takes W from the parent, whose TLB still has it */
int
pt_share(paddr_t dst_root, struct as *as, enum share_level level)
{
    return share_table(dst_root, as->root, PT_LEVELS, level != SHARE_NONE)
               ? 0 : -ENOMEM;
}
