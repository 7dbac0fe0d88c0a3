/* caught: rights -- pages of shared mappings are copied, too */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    (void)cow;
    if (page == zero_frame) {
        frame_get(page);
        return *entry;
    }
    paddr_t copy = copy_page(page);
    return copy != 0 ? (*entry & ~(PTE_ADDR | PTE_S)) | copy : 0;
}
