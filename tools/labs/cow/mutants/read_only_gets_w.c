/* caught: rights -- the child may write to what its parent may only read */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    if ((*entry & PTE_S) == 0 && page != zero_frame) {
        if (!cow) {
            paddr_t copy = copy_page(page);
            return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;
        }
        pte_t rights = *entry ^ PTE_W;
        *entry &= ~PTE_W;
        frame_get(page);
        return rights;
    }
    frame_get(page);
    return *entry;
}
