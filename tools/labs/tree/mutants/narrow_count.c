/* caught: sharers -- the count is looked at through 8 bits: 257 entries look
 * like one */
static inline bool
own_table(struct as *as, pte_t *entry, vaddr_t addr, int level)
{
    struct frame *frame = frame_of(pte_addr(*entry));

    /* Acquire, for the W bits that the last sharer cleared before its drop. */
    if ((u8)frame->refs != 1) {
        return copy_table(as, entry, addr, level);
    }
    /* A CPU of ours may have cached an entry of this table before a copier
     * cleared its W.  The W set here would revive it (H2). */
    if (frame->flags & FRAME_WCLEARED) {
        tlb_flush_all(as_cpus(as));
        frame->flags &= (u8)~FRAME_WCLEARED;
    }
    __atomic_fetch_or(entry, PTE_W, __ATOMIC_RELEASE);
    return true;
}
