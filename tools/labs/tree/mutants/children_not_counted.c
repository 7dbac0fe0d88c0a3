/* caught: values, generations, first_write -- a copied table names the same
 * children, and their counts stay */
static void
copy_entries(paddr_t copy, paddr_t old)
{
    u64 lines = frame_of(old)->lines;

    for_each_line(line, lines) {
        pte_t *from = LINE(old, line);
        pte_t *to = LINE(copy, line);
        lower_line(from);
#pragma GCC unroll 8
        for (int i = 0; i < LINE_ENTRIES; i++) {
            pte_t entry = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
            if (pte_is_edge(entry)) {
                to[i] = entry;
            }
        }
    }
    frame_of(copy)->lines = lines;
    __atomic_fetch_or(&frame_of(old)->flags, FRAME_WCLEARED, __ATOMIC_RELAXED);
}
