/* caught: values, sharing, leak -- a table is freed with its first name, not
 * with its last */
inline void
pt_drop(paddr_t node, int level)
{
    if (!drop_edge(frame_of(node)) && level == 0) {
        return;
    }
    if (level == 0) {
        frame_free(node, CONTENT_ANY);
    } else {
        free_table(node, level);
    }
}
