static inline bool
own_table(struct as *as, pte_t *entry, vaddr_t addr, int level)
{
    struct frame *frame = frame_of(pte_addr(*entry));

    (void)addr; /* not yet: each table has one entry that names it */
    (void)level;
    /* A CPU of ours may have cached an entry of this table before a copier
     * cleared its W.  The W set here would revive it (H2). */
    if (frame->flags & FRAME_WCLEARED) {
        tlb_flush_all(as_cpus(as));
        frame->flags &= (u8)~FRAME_WCLEARED;
    }
    __atomic_fetch_or(entry, PTE_W, __ATOMIC_RELEASE);
    return true;
}

static pte_t
share_entry(struct share *share, pte_t *entry, int level, vaddr_t addr)
{
    struct as *as = share->as;
    pte_t had = *entry;

    if (level == 1) {
        bool kept = (had & PTE_S) || pte_addr(had) == zero_frame;
        if (share->level == SHARE_NONE && !kept) {
            paddr_t copy = copy_page(pte_addr(had));
            return copy != 0 ? (had & ~PTE_ADDR) | copy : 0;
        }
        lower(entry);
        share->lowered |= *entry != had;
        frame_get(pte_addr(had));
        return *entry;
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

inline void
pt_drop(paddr_t node, int level)
{
    if (level > 0) {
        free_table(node, level); /* it had one name, and now has none */
    } else if (drop_edge(frame_of(node))) {
        frame_free(node, CONTENT_ANY);
    }
}
