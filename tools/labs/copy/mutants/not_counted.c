/* caught: first, rights -- the child names pages of shared mappings, and
 * does not count them */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    (void)cow;
    if ((*entry & PTE_S) != 0) {
        return *entry;
    }
    if (page == zero_frame) {
        frame_get(page);
        return *entry;
    }
    paddr_t copy = copy_page(page);
    return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;
}
