/* caught: rights -- the copy can be written, whatever the original could */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    (void)cow;
    if ((*entry & PTE_S) != 0 || page == zero_frame) {
        frame_get(page);
        return *entry;
    }
    paddr_t copy = copy_page(page);
    return copy != 0 ? (*entry & ~PTE_ADDR) | PTE_P | PTE_W | copy : 0;
}
