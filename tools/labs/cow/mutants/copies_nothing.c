/* caught: values -- the writer gets a new page, without what the old one
 * held */
bool
pt_own_page(struct as *as, vaddr_t addr, pte_t *entry)
{
    paddr_t old = pte_addr(*entry);

    if (frame_of(old)->refs == 1) {
        *entry |= PTE_W | PTE_A | PTE_D;
        return true;
    }
    paddr_t copy = old == zero_frame ? frame_alloc_zero(FRAME_ANON)
                                     : frame_alloc(FRAME_ANON);
    if (copy == 0) {
        return false;
    }
    if (frame_of(old)->kind != FRAME_ANON) {
        page_copy(frame_ptr(copy), frame_ptr(old));
    }
    *entry = (*entry & ~PTE_ADDR) | copy | PTE_W | PTE_A | PTE_D;
    tlb_flush_page(as_cpus(as), addr);
    pt_drop(old, 0);
    return true;
}
