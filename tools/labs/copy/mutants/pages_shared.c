/* caught: first -- parent and child have one page, and both may write to it */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    (void)cow;
    frame_get(page);
    return *entry;
}
