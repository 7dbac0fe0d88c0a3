/* caught: first_write, last_owner, leak -- who has its copy of a table still
 * counts as an owner of the old one */
static bool
copy_table(struct as *as, pte_t *entry, vaddr_t addr, int level)
{
    paddr_t old = pte_addr(*entry);
    paddr_t copy = table_alloc(level);

    if (copy == 0) {
        return false;
    }
    copy_entries(copy, old);
    pt_install(entry, copy | TABLE_BITS | PTE_A);
    /* No CPU of ours may walk the old table once it can be freed. */
    tlb_flush_page(as_cpus(as), addr);
    return true;
}
