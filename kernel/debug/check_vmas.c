/*
 * The checker of the trees of vmas (mm/vma.h).  The essential fact: a node
 * that spaces share is counted at each link, but visited and checked once.
 */
#include "core/memlayout.h"
#include "core/spin.h"

#include "mm/as.h"
#include "mm/vma.h"

#include "debug/check.h"

static void
count_links(struct vma_node *node)
{
    if (node != NULL && ++node->links == 1) {
        count_links(node->left);
        count_links(node->right);
    }
}

/* Check what a node stores about its subtree, by what its children store.  In a
 * tree that is being freed, that is so only for nodes of other trees. */
static void
check_node(struct check *check, struct vma_node *node, bool going)
{
    if (node == NULL || node->links == 0) {
        return; /* already checked */
    }
    if (node->refs != node->links) {
        violation(check, "VM-1 vma %#lx: refs %u, links %u\n",
                  node->vma.start, node->refs, node->links);
    }
    node->links = 0;
    going = going && node->refs == 1;
    struct vma_node want = *node;
    bool good = want.vma.start < want.vma.end;
    want.gap = 0;
    want.count = 1;
    want.low = want.vma.start;
    want.high = want.vma.end;
    for (int right = 0; right < 2; right++) {
        struct vma_node *side = right ? node->right : node->left;
        if (side == NULL) {
            continue;
        }
        u64 hole = right ? side->low - want.high : want.low - side->high;
        good &= hole < USER_END && side->priority <= node->priority;
        want.gap = MAX(want.gap, hole);
        want.gap = MAX(want.gap, side->gap);
        want.count += side->count;
        want.low = MIN(want.low, side->low);
        want.high = MAX(want.high, side->high);
        check_node(check, side, going);
    }
    if (going) {
        return;
    }
    if (!good || want.gap != node->gap || want.count != node->count
        || want.low != node->low || want.high != node->high) {
        violation(check, "VM-3 vma %#lx: %lx-%lx, gap %#lx, %u in all; "
                  "stored %lx-%lx, %#lx, %u\n", node->vma.start, want.low,
                  want.high, want.gap, want.count, node->low, node->high,
                  node->gap, node->count);
    }
}

void
check_vmas(struct check *check)
{
    spin_lock(&all_spaces_lock);
    list_for_each_entry(as, &all_spaces, const struct as, link) {
        count_links(as->vmas);
        count_links(as->vma_gone);
    }
    list_for_each_entry(as, &all_spaces, const struct as, link) {
        check_node(check, as->vmas, as->refs == 0);
        check_node(check, as->vma_gone, true);
    }
    spin_unlock(&all_spaces_lock);
}
