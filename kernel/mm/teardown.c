/*
 * The ends of what is large: tables and vmas, with rests.  The essential fact:
 * at each rest, what is left hangs where it hung before.  So a checker finds
 * every edge and every link, and another thread finds nothing half done: it
 * waits for the lock, or, if the space has no users, cannot find it.
 */
#include "core/spin.h"

#include "arch/pte.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/object.h"
#include "mm/share.h"
#include "mm/vma.h"

static void
rest(struct as *as)
{
    if (as != NULL) {
        (void)spin_rest(&as->lock);
    } else {
        (void)cond_resched();
    }
}

void
pt_empty(struct as *as, paddr_t table, int level)
{
    for_each_line(line, frame_of(table)->lines) {
        pte_t *entries = (pte_t *)frame_ptr(table) + line * LINE_ENTRIES;
        for (int i = 0; i < LINE_ENTRIES; i++) {
            if (entries[i] != 0) {
                pt_drop_long(as, pte_addr(entries[i]), level - 1);
                entries[i] = 0;
            }
        }
    }
    rest(as);
}

void
pt_drop_long(struct as *as, paddr_t node, int level)
{
    if (!drop_edge(frame_of(node))) {
        return;
    }
    if (level > 0) {
        frame_of(node)->refs = 1; /* its entry still names it while we rest */
        pt_empty(as, node, level);
    }
    frame_free(node, level > 0 ? CONTENT_ZERO : CONTENT_ANY);
}

/* Always free the root of the tree; before that, rotate until it has no left
 * child, or one that others keep. */
void
vma_free(struct as *as, struct vma_node **root)
{
    struct vma_node *node;

    while ((node = *root) != NULL) {
        struct vma_node *left = node->left;
        if (__atomic_load_n(&node->refs, __ATOMIC_ACQUIRE) != 1
            && __atomic_fetch_sub(&node->refs, 1, __ATOMIC_ACQ_REL) != 1) {
            *root = NULL;
            return;
        }
        node->refs = 1; /* it is ours, and still linked while we rest */
        if (left != NULL
            && __atomic_load_n(&left->refs, __ATOMIC_ACQUIRE) == 1) {
            node->left = left->right;
            left->right = node;
            *root = left;
            continue;
        }
        *root = node->right;
        vma_put(left);
        if (node->vma.object != NULL) {
            node->vma.object->ops->put(node->vma.object);
        }
        kfree(node);
        rest(root == &as->vma_gone ? as : NULL);
    }
}
