/*
 * Templates.  all_spaces_lock guards them, as it does the list that they are
 * in.  What is dropped is freed without the lock.
 */
#include "abi/errno.h"

#include "arch/pte.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/share.h"
#include "mm/vma.h"

#include "proc/exec.h"
#include "proc/template.h"

#define TEMPLATES 8

static struct template {
    const struct object *object; /* its vmas refer to it; NULL: none */
    struct as *as;
    const pte_t *ahead; /* its entries for the pages at image.entry */
    struct elf_image image;
} templates[TEMPLATES];

static u64 turn; /* which one is replaced next */

/* Map what range_map_around has mapped in another space, from the same address
 * on; but no page of the space's own.
 * => as->lock held; the first new entry; NULL: no memory */
static const pte_t *
map_ahead(struct as *as, vaddr_t entry, const pte_t *from)
{
    vaddr_t start = align_down(entry, AROUND);
    pte_t *to = pt_own(as, start);

    if (to == NULL) {
        return NULL;
    }
    frame_of(frame_addr(to))->lines |= /* as range_map_around */
        3UL << pt_index(start, 1) / LINE_ENTRIES;
#pragma GCC unroll 16
    for (u64 i = 0; i < AROUND / PAGE_SIZE; i++) {
        pte_t page = from[i];
        if ((page & (PTE_P | PTE_W)) == PTE_P) {
            frame_get(pte_addr(page));
            to[i] = page;
            as->filled++;
        }
    }
    return to;
}

int
template_use(struct as *as, struct object *object, struct elf_image *image)
{
    const struct template *t = templates;

    spin_lock(&all_spaces_lock);
    while (t < templates + TEMPLATES && t->object != object) {
        t++;
    }
    int found = t < templates + TEMPLATES;
    if (found) {
        as->vmas = vma_get(t->as->vmas);
        as->vma_seed = t->as->vma_seed;
        *image = t->image;
        image->plain = false; /* it needs no other template */
        /* As if a vma of it had been made (mm/object_unmap.c). */
        __atomic_store_n(&object->mapped, true, __ATOMIC_SEQ_CST);
        if (map_ahead(as, image->entry, t->ahead) == NULL) {
            found = -ENOMEM;
        }
    }
    spin_unlock(&all_spaces_lock);
    return found;
}

static void
drop(struct as *as)
{
    if (as != NULL) {
        __atomic_store_n(&as->refs, 1, __ATOMIC_RELAXED);
        as_put(as);
    }
}

int
template_save(struct as *as, struct object *object,
              const struct elf_image *image)
{
    int level = 1;

    spin_lock(&as->lock);
    const struct vma *vma = vma_find(as, image->entry);
    const pte_t *ahead = vma == NULL ? NULL : pt_own_present(
        as, align_down(image->entry, AROUND), &level);
    spin_unlock(&as->lock);
    if (ahead == NULL || level > 1 || vma->object != object) {
        return 0;
    }
    struct as *new = as_alloc(0), *old;
    if (new == NULL) {
        return -ENOMEM;
    }
    new->vmas = vma_get(as->vmas);
    new->vma_seed = as->vma_seed;
    spin_lock(&new->lock);
    ahead = map_ahead(new, image->entry, ahead);
    spin_unlock(&new->lock);
    if (ahead == NULL) {
        drop(new);
        return -ENOMEM;
    }
    spin_lock(&all_spaces_lock);
    struct template *t = &templates[turn++ % TEMPLATES];
    old = t->as;
    *t = (struct template){object, new, ahead, *image};
    spin_unlock(&all_spaces_lock);
    drop(old);
    return 0;
}

void
template_forget(const struct object *object)
{
    for (struct template *t = templates; t < templates + TEMPLATES; t++) {
        struct as *old = NULL;
        spin_lock(&all_spaces_lock);
        if (object == NULL || t->object == object) {
            old = t->as;
            *t = (struct template){.object = NULL};
        }
        spin_unlock(&all_spaces_lock);
        drop(old);
    }
}
