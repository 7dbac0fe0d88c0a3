/*
 * Vmas: a treap that forks share.  The essential fact: split and merge touch
 * only nodes on the search paths from the root to the borders of a change.  So
 * vma_own first goes down these paths and copies the shared nodes.  If it fails
 * half-way, no program sees a difference.  What comes after it works in place
 * and cannot fail.
 *
 * Read vma_own_way, then split, merge, insert_node and delete_nodes.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/panic.h"

#include "arch/cpu.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/object.h"
#include "mm/vma.h"

static void
hold_object(const struct vma *vma)
{
    if (vma->object != NULL) {
        __atomic_store_n(&vma->object->mapped, true, __ATOMIC_RELAXED);
        vma->object->ops->get(vma->object);
    }
}

static bool
is_owned(const struct vma_node *node)
{
    /* Acquire, for the reads of the sharer that dropped it last (A4). */
    return __atomic_load_n(&node->refs, __ATOMIC_ACQUIRE) == 1;
}

struct vma_node *
vma_get(struct vma_node *node)
{
    if (node != NULL) {
        __atomic_fetch_add(&node->refs, 1, __ATOMIC_RELAXED);
    }
    return node;
}

void
vma_put(struct vma_node *node)
{
    while (node != NULL
           && (is_owned(node) /* no other can hold or add a link (A12) */
               || __atomic_fetch_sub(&node->refs, 1, __ATOMIC_ACQ_REL) == 1)) {
        struct vma_node *right = node->right;
        vma_put(node->left);
        if (node->vma.object != NULL) {
            node->vma.object->ops->put(node->vma.object);
        }
        kfree(node);
        node = right;
    }
}

/* Own the node under link.  A copy takes references to its object and children.
 */
static int
own(struct vma_node **link)
{
    struct vma_node *old = *link;

    if (is_owned(old)) {
        return 0;
    }
    struct vma_node *copy = kmalloc(sizeof(*copy));
    if (copy == NULL) {
        return -ENOMEM;
    }
    memcpy(copy, old, offsetof(struct vma_node, refs));
    copy->refs = 1;
    copy->links = 0;
    hold_object(&copy->vma);
    vma_get(copy->left);
    vma_get(copy->right);
    *link = copy;
    vma_put(old); /* last: till now our link kept it from a take (A3) */
    return 0;
}

/* Own the nodes that a search for addr meets, from the root down, as refs 1
 * below a shared node means nothing (A2).  A vma at addr may be merged away, so
 * its neighbours on both sides may merge: go down on both sides. */
int
vma_own_way(struct vma_node **link, vaddr_t addr)
{
    int error = 0;

    while (*link != NULL && error == 0) {
        error = own(link);
        struct vma_node *node = *link;
        if (error == 0 && node->vma.start == addr) {
            error = vma_own_way(&node->left, addr);
        }
        link = node->vma.start > addr ? &node->left : &node->right;
    }
    return error;
}

int
vma_own(struct as *as, vaddr_t start, vaddr_t end, u32 more)
{
    struct vma_node **spare = &as->vma_spare; /* chained by `left` */

    assert(spin_held(&as->lock));
    if (vma_own_way(&as->vmas, start) != 0
        || vma_own_way(&as->vmas, end) != 0) {
        return -ENOMEM;
    }
    for (; more > 0; more--, spare = &(*spare)->left) {
        if (*spare == NULL && (*spare = kzalloc(sizeof(**spare))) == NULL) {
            return -ENOMEM;
        }
        (*spare)->refs = 1;
    }
    return 0;
}

struct vma *
vma_first_from(const struct as *as, vaddr_t addr)
{
    struct vma *found = NULL;

    for (struct vma_node *node = as->vmas; node != NULL;) {
        if (addr >= node->vma.end) {
            node = node->right;
        } else {
            found = &node->vma;
            node = addr < found->start ? node->left : NULL;
        }
    }
    return found;
}

struct vma *
vma_find(const struct as *as, vaddr_t addr)
{
    struct vma *vma = vma_first_from(as, addr);

    return vma != NULL && vma->start <= addr ? vma : NULL;
}

struct vma *
vma_last_below(const struct as *as, vaddr_t addr)
{
    struct vma *found = NULL;

    for (struct vma_node *node = as->vmas; node != NULL;) {
        bool below = node->vma.start < addr;
        found = below ? &node->vma : found;
        node = below ? node->right : node->left;
    }
    return found;
}

bool
vma_is_inside(const struct as *as, vaddr_t addr)
{
    const struct vma *vma = vma_find(as, addr);

    return vma != NULL && vma->start < addr;
}

bool
vma_too_many(const struct as *as, u32 more)
{
    return as->vmas != NULL && as->vmas->count + more > VMAS_MAX;
}

/* Compute what a node stores about its subtree. */
static inline void
update(struct vma_node *node)
{
    const struct vma_node *left = node->left;
    const struct vma_node *right = node->right;
    u64 gap = left != NULL ? MAX(left->gap, node->vma.start - left->high) : 0;

    node->low = left != NULL ? left->low : node->vma.start;
    node->high = right != NULL ? right->high : node->vma.end;
    node->count = 1 + (left != NULL ? left->count : 0);
    if (right != NULL) {
        node->count += right->count;
        gap = MAX(gap, right->gap);
        gap = MAX(gap, right->low - node->vma.end);
    }
    node->gap = gap;
}

/* Split into the nodes that start below addr, and the others. */
static void
split(struct vma_node *node, vaddr_t addr, struct vma_node **lower,
      struct vma_node **upper)
{
    if (node == NULL) {
        *lower = *upper = NULL;
        return;
    }
    assert(is_owned(node));
    if (node->vma.start < addr) {
        *lower = node;
        split(node->right, addr, &node->right, upper);
    } else {
        *upper = node;
        split(node->left, addr, lower, &node->left);
    }
    update(node);
}

/* Merge two trees; all of the first lies below all of the second. */
static struct vma_node *
merge(struct vma_node *lower, struct vma_node *upper)
{
    if (lower == NULL || upper == NULL) {
        return lower != NULL ? lower : upper;
    }
    assert(is_owned(lower) && is_owned(upper));
    if (lower->priority >= upper->priority) {
        lower->right = merge(lower->right, upper);
        update(lower);
        return lower;
    }
    upper->left = merge(lower, upper->left);
    update(upper);
    return upper;
}

/* Insert a node at the depth that its priority gives it. */
static void
place_node(struct vma_node **link, struct vma_node *new)
{
    struct vma_node *node = *link;

    if (node == NULL || node->priority < new->priority) {
        split(node, new->vma.start, &new->left, &new->right);
        *link = new;
    } else {
        assert(is_owned(node));
        place_node(node->vma.start < new->vma.start ? &node->right
                                                    : &node->left, new);
    }
    update(*link);
}

/* Fill a node.  With noise 0, the constant 235 gives the six to eight vmas of a
 * new program a flat tree.  Noise makes priorities unpredictable, so that no
 * program can make its tree a list. */
static inline void
set_node(struct as *as, struct vma_node *node, const struct vma *vma, u64 noise)
{
    as->vma_seed = (as->vma_seed ^ noise) * 0x9e3779b97f4a7c15 + 235;
    hold_object(vma);
    node->vma = *vma;
    node->right = NULL;
    node->priority = (u32)(as->vma_seed >> 32);
    node->refs = 1;
    node->links = 0;
}

static void
insert_node(struct as *as, const struct vma *vma)
{
    struct vma_node *node = as->vma_spare;

    assert(node != NULL);
    as->vma_spare = node->left;
    set_node(as, node, vma, rdtsc());
    place_node(&as->vmas, node);
}

/* If a vma has addr inside, split the vma in two there. */
void
vma_split_at(struct as *as, vaddr_t addr)
{
    struct vma *vma = vma_find(as, addr);

    if (vma != NULL && vma->start < addr) {
        struct vma upper = *vma;
        upper.start = addr;
        upper.offset += (addr - vma->start) >> PAGE_SHIFT;
        vma->end = addr;
        insert_node(as, &upper);
    }
}

/* Take out the nodes that start in [start, end), and update those on the way.
 * => the root of those; all are below the first that a search meets */
static struct vma_node *
take_nodes(struct vma_node **link, vaddr_t start, vaddr_t end)
{
    struct vma_node *node = *link, *before, *after;

    if (node == NULL) {
        return NULL;
    }
    assert(is_owned(node));
    if (node->vma.start >= start && node->vma.start < end) {
        split(node->left, start, &before, &node->left);
        split(node->right, end, &node->right, &after);
        *link = merge(before, after);
        return node;
    }
    before = take_nodes(node->vma.start < start ? &node->right : &node->left,
                        start, end);
    update(node);
    return before;
}

static void
delete_nodes(struct as *as, vaddr_t start, vaddr_t end)
{
    assert(as->vma_gone == NULL);
    as->vma_gone = take_nodes(&as->vmas, start, end);
    vma_free(as, &as->vma_gone);
}

void
vma_remove(struct as *as, vaddr_t start, vaddr_t end)
{
    vma_split_at(as, end);
    struct vma *first = vma_find(as, start);
    if (first != NULL && first->start < start) {
        first->end = start;
    }
    delete_nodes(as, start, end);
}

bool
vma_continues(const struct vma *a, const struct vma *b)
{
    u64 pages = (a->end - a->start) >> PAGE_SHIFT;

    return a->end == b->start && a->prot == b->prot && a->flags == b->flags
           && a->object == b->object
           && (a->object == NULL || a->offset + pages == b->offset);
}

/* Merge the two vmas that meet at addr, if one continues the other. */
void
vma_merge_at(struct as *as, vaddr_t addr)
{
    struct vma *lower = vma_find(as, addr - 1);
    const struct vma *upper = vma_find(as, addr);

    if (lower != NULL && upper != NULL && vma_continues(lower, upper)) {
        lower->end = upper->end;
        delete_nodes(as, addr, addr + 1);
    }
}

void
vma_insert(struct as *as, const struct vma *new)
{
    insert_node(as, new);
    vma_merge_at(as, new->start);
    vma_merge_at(as, new->end);
}

int
vma_append(struct as *as, const struct vma *new)
{
    struct vma_node **link = &as->vmas;
    struct vma_node *last;

    if (*link != NULL && (*link)->high > new->start) {
        return -EEXIST;
    }
    last = kmalloc(sizeof(*last));
    if (last == NULL) {
        return -ENOMEM;
    }
    set_node(as, last, new, 0);
    while (*link != NULL && (*link)->priority >= last->priority) {
        struct vma_node *node = *link;
        assert(is_owned(node));
        node->gap = MAX(node->gap, new->start - node->high);
        node->high = new->end;
        node->count++;
        link = &node->right;
    }
    last->left = *link;
    update(last);
    *link = last;
    return 0;
}
