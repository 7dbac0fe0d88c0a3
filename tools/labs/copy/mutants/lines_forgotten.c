/* caught: hundred -- entries are stored without telling the table which
 * lines they are in */
static bool
share_table(paddr_t to, paddr_t from, int level, bool cow)
{
    pte_t *parent = frame_ptr(from);
    pte_t *child = frame_ptr(to);

    for_each_edge(i, parent, level) {
        pte_t entry;
        if (level > 1) {
            paddr_t made = table_alloc(level - 1);
            entry = made != 0 ? made | TABLE_BITS : 0;
        } else {
            entry = share_page(&parent[i], cow);
        }
        if (entry == 0) {
            return false;
        }
        child[i] = entry;
        if (level > 1
            && !share_table(pte_addr(entry), pte_addr(parent[i]), level - 1,
                            cow)) {
            return false;
        }
    }
    return true;
}
