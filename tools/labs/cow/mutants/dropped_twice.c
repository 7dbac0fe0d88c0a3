/* caught: values -- the copied page is dropped twice: the other owners lose
 * it */
bool
pt_own_page(struct as *as, vaddr_t addr, pte_t *entry)
{
    paddr_t old = pte_addr(*entry);

    if (frame_of(old)->refs == 1) {
        *entry |= PTE_W | PTE_A | PTE_D;
        return true;
    }
    paddr_t copy = copy_page(old);
    if (copy == 0) {
        return false;
    }
    *entry = (*entry & ~PTE_ADDR) | copy | PTE_W | PTE_A | PTE_D;
    tlb_flush_page(as_cpus(as), addr);
    pt_drop(old, 0);
    pt_drop(old, 0);
    return true;
}
