static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    (void)cow; /* not yet: the child always gets a copy */
    if ((*entry & PTE_S) != 0 || page == zero_frame) {
        frame_get(page);
        return *entry;
    }
    paddr_t copy = copy_page(page);
    return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;
}

int
pt_share(paddr_t dst_root, struct as *as, enum share_level level)
{
    assert(spin_held(&as->lock));
    bool done = share_table(dst_root, as->root, PT_LEVELS,
                            level != SHARE_NONE);
    return done ? 0 : -ENOMEM;
}

bool
pt_own_page(struct as *as, vaddr_t addr, pte_t *entry)
{
    paddr_t old = pte_addr(*entry);
    paddr_t copy = copy_page(old);

    assert(spin_held(&as->lock));
    if (copy == 0) {
        return false;
    }
    *entry = (*entry & ~PTE_ADDR) | copy | PTE_W | PTE_A | PTE_D;
    /* The TLB may still lead to the old page: flush before it can be freed. */
    tlb_flush_page(as_cpus(as), addr);
    pt_drop(old, 0);
    return true;
}
