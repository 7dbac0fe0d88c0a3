/* caught: rights -- pages of shared mappings become copy on write, too */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    if (page != zero_frame) {
        if (!cow) {
            paddr_t copy = copy_page(page);
            return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;
        }
        *entry &= ~(PTE_W | PTE_S);
    }
    frame_get(page);
    return *entry;
}
