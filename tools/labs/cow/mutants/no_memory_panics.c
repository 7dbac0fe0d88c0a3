/* caught: oom -- the writer relies on memory for its copy */
bool
pt_own_page(struct as *as, vaddr_t addr, pte_t *entry)
{
    paddr_t old = pte_addr(*entry);

    if (frame_of(old)->refs == 1) {
        *entry |= PTE_W | PTE_A | PTE_D;
        return true;
    }
    paddr_t copy = copy_page(old);
    assert(copy != 0);
    *entry = (*entry & ~PTE_ADDR) | copy | PTE_W | PTE_A | PTE_D;
    tlb_flush_page(as_cpus(as), addr);
    pt_drop(old, 0);
    return true;
}
