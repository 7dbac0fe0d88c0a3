/* caught: last_owner -- the last owner of a page copies it, and drops the
 * original */
bool
pt_own_page(struct as *as, vaddr_t addr, pte_t *entry)
{
    paddr_t old = pte_addr(*entry);
    paddr_t copy = copy_page(old);
    if (copy == 0) {
        return false;
    }
    *entry = (*entry & ~PTE_ADDR) | copy | PTE_W | PTE_A | PTE_D;
    tlb_flush_page(as_cpus(as), addr);
    pt_drop(old, 0);
    return true;
}
