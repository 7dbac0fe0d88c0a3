/* caught: sharers -- only a page that can be written is shared; one that is
 * shared already is copied */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    if ((*entry & PTE_S) == 0 && page != zero_frame) {
        if (!cow || (*entry & PTE_W) == 0) {
            paddr_t copy = copy_page(page);
            return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;
        }
        *entry &= ~PTE_W;
    }
    frame_get(page);
    return *entry;
}
