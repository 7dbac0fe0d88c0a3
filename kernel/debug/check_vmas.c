/*
 * The checker of the trees of vmas (mm/vmatree.h).  The essential fact: a node
 * that spaces share is counted at each link, but entered and looked at once.
 */
#include "core/memlayout.h"
#include "core/spin.h"

#include "mm/as.h"
#include "mm/vmatree.h"

#include "debug/check.h"

static void
count_links(struct vma_node *node)
{
    if (node != NULL && ++node->links == 1) {
        count_links(node->left);
        count_links(node->right);
    }
}

/* What a node says of those below it, against what each of the two says. */
static void
check_summary(struct check *check, const struct vma_node *node)
{
    const struct vma_node *sides[] = {node->left, node->right};
    vaddr_t low = node->vma.start;
    vaddr_t high = node->vma.end;
    u64 gap = 0;
    u32 count = 1;

    for (int i = 0; i < 2; i++) {
        const struct vma_node *side = sides[i];
        if (side == NULL) {
            continue;
        }
        u64 hole = i == 0 ? low - side->high : side->low - high;
        if (hole > USER_END || side->priority > node->priority) {
            violation(check, "VM-3 vma %#lx, priority %u, is below %#lx, %u\n",
                      side->vma.start, side->priority, node->vma.start,
                      node->priority);
        }
        low = MIN(low, side->low);
        high = MAX(high, side->high);
        gap = MAX(gap, side->gap);
        gap = MAX(gap, hole);
        count += side->count;
    }
    if (node->low != low || node->high != high || node->gap != gap
        || node->count != count) {
        violation(check, "VM-3 vma %#lx: from %#lx to %#lx, gap %#lx, %u; "
                  "stored: %#lx to %#lx, %#lx, %u\n", node->vma.start, low,
                  high, gap, count, node->low, node->high, node->gap,
                  node->count);
    }
}

static void
check_node(struct check *check, struct vma_node *node)
{
    if (node == NULL || node->links == 0) {
        return; /* it has been looked at */
    }
    const struct vma *vma = &node->vma;
    bool aligned = (vma->start | vma->end) % PAGE_SIZE == 0;
    if (node->refs != node->links) {
        violation(check, "VM-1 vma %#lx: refs %u, links %u\n", vma->start,
                  node->refs, node->links);
    }
    if (!aligned || vma->start >= vma->end
        || ((vma->flags & VMA_SHARED) != 0 && vma->object == NULL)) {
        violation(check, "VM-3 vma %#lx-%#lx, flags %u, object %p\n",
                  vma->start, vma->end, vma->flags, (void *)vma->object);
    }
    check_summary(check, node);
    node->links = 0;
    check_node(check, node->left);
    check_node(check, node->right);
}

void
check_vmas(struct check *check)
{
    spin_lock(&all_spaces_lock);
    list_for_each_entry(as, &all_spaces, const struct as, link) {
        count_links(as->vmas);
    }
    list_for_each_entry(as, &all_spaces, const struct as, link) {
        check_node(check, as->vmas);
    }
    spin_unlock(&all_spaces_lock);
}
