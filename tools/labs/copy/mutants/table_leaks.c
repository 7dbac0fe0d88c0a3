/* caught: no_memory -- without memory the table that was just made is
 * forgotten */
static bool
share_table(paddr_t to, paddr_t from, int level, bool cow)
{
    pte_t *parent = frame_ptr(from);
    pte_t *child = frame_ptr(to);

    for_each_edge(i, parent, level) {
        pte_t entry;
        if (level > 1) {
            paddr_t made = table_alloc(level - 1);
            if (made == 0
                || !share_table(made, pte_addr(parent[i]), level - 1, cow)) {
                return false;
            }
            entry = made | TABLE_BITS;
        } else {
            entry = share_page(&parent[i], cow);
        }
        if (entry == 0) {
            return false;
        }
        pt_install(&child[i], entry);
    }
    return true;
}
