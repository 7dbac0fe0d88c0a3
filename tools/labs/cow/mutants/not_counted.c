/* caught: values -- fork makes a second entry for a page, and does not count
 * it */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    if ((*entry & PTE_S) == 0 && page != zero_frame) {
        if (!cow) {
            paddr_t copy = copy_page(page);
            return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;
        }
        *entry &= ~PTE_W;
        return *entry;
    }
    frame_get(page);
    return *entry;
}
