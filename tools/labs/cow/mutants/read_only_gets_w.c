/* caught: rights -- the child may write to all that it shares, also to what
 * is read-only */
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
        frame_get(page);
        return *entry | PTE_W;
    }
    frame_get(page);
    return *entry;
}
