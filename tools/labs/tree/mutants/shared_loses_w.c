/* caught: values, shared -- entries of shared mappings lose W: a store there
 * is copied */
static inline void
lower_line(pte_t *entries)
{
    pte_t any = 0;

#pragma GCC unroll 8
    for (int i = 0; i < LINE_ENTRIES; i++) {
        any |= __atomic_load_n(&entries[i], __ATOMIC_RELAXED);
    }
    if ((any & PTE_W) == 0) {
        return;
    }
#pragma GCC unroll 8
    for (int i = 0; i < LINE_ENTRIES; i++) {
        __atomic_fetch_and(&entries[i], ~PTE_W, __ATOMIC_RELAXED);
    }
}
