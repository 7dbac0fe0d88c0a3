/* caught: values -- fork takes W from the parent, and the child keeps it */
static pte_t
share_entry(struct share *share, pte_t *entry, int level, vaddr_t addr)
{
    struct as *as = share->as;
    pte_t had = *entry;

    if (level == share->level
        || (level == 1 && ((had & PTE_S) || pte_addr(had) == zero_frame))) {
        lower(entry);
        pte_t given = *entry;
        share->lowered |= ((had ^ given) & PTE_W) != 0;
        frame_get(pte_addr(had));
        return had;
    }
    if (level == 1) {
        paddr_t copy = copy_page(pte_addr(had));
        return copy != 0 ? (had & ~PTE_ADDR) | copy : 0;
    }
    /* fork=eager: write-protect this root entry, so that sibling threads that
     * write block on as->lock: the copy is a consistent snapshot. */
    if (level == PT_LEVELS && share->level == SHARE_NONE
        && __atomic_load_n(&as->refs, __ATOMIC_RELAXED) > 1) {
        lower(entry);
        tlb_flush_all(as_cpus(as));
    }
    return share_below(share, entry, level, addr);
}
