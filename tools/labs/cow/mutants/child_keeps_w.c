/* caught: values -- the parent cannot write to the shared page, but the
 * child can */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);
    pte_t had = *entry;

    if ((*entry & PTE_S) == 0 && page != zero_frame) {
        if (!cow) {
            paddr_t copy = copy_page(page);
            return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;
        }
        *entry &= ~PTE_W;
    }
    frame_get(page);
    return had;
}
