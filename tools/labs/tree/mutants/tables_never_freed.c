/* caught: leak -- a table that was shared once is not freed with its last name
 * */
inline void
pt_drop(paddr_t node, int level)
{
    if (!drop_edge(frame_of(node))) {
        return;
    }
    if (level == 0) {
        frame_free(node, CONTENT_ANY);
    } else if (!(frame_of(node)->flags & FRAME_WCLEARED)) {
        free_table(node, level);
    }
}
