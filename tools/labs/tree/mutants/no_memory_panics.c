/* caught: no_memory -- the writer relies on memory for its table */
static bool
copy_table(struct as *as, pte_t *entry, vaddr_t addr, int level)
{
    paddr_t old = pte_addr(*entry);
    paddr_t copy = table_alloc(level);

    assert(copy != 0);
    copy_entries(copy, old);
    pt_install(entry, copy | TABLE_BITS | PTE_A);
    /* No CPU of ours may walk the old table once it can be freed. */
    tlb_flush_page(as_cpus(as), addr);
    pt_drop(old, level);
    return true;
}
