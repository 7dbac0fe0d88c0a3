/*
 * Templates.  all_spaces_lock guards them, as it does the list that they are
 * in.  What is dropped is freed without the lock.
 */
#include "mm/as.h"
#include "mm/object.h"
#include "mm/vma.h"

#include "proc/exec.h"
#include "proc/template.h"

#define TEMPLATES 4

static struct template {
    const struct object *object; /* its vmas have references; NULL: no template */
    struct as *as;
    struct elf_image image;
} templates[TEMPLATES];

static u64 turn; /* which one is replaced next */

bool
template_use(struct as *as, struct object *object, struct elf_image *image)
{
    const struct template *t = templates;

    spin_lock(&all_spaces_lock);
    while (t < templates + TEMPLATES && t->object != object) {
        t++;
    }
    bool found = t < templates + TEMPLATES;
    if (found) {
        as->vmas = vma_get(t->as->vmas);
        as->vma_seed = t->as->vma_seed;
        *image = t->image;
        image->plain = false; /* it needs no other template */
    }
    spin_unlock(&all_spaces_lock);
    if (found) { /* as if a vma of it had been made (mm/object_unmap.c) */
        __atomic_store_n(&object->mapped, true, __ATOMIC_SEQ_CST);
    }
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

void
template_save(const struct as *as, struct object *object,
              const struct elf_image *image)
{
    const struct vma *vma = vma_program(as);
    struct as *new = NULL, *old;

    /* Who wrote to it by a mapping may still do so. */
    if (vma != NULL && vma->object == object
        && !__atomic_load_n(&object->written, __ATOMIC_RELAXED)) {
        new = as_alloc(0);
    }
    if (new == NULL) {
        return;
    }
    new->vmas = vma_get(as->vmas);
    new->vma_seed = as->vma_seed;
    spin_lock(&all_spaces_lock);
    struct template *t = &templates[turn++ % TEMPLATES];
    old = t->as;
    *t = (struct template){object, new, *image};
    spin_unlock(&all_spaces_lock);
    drop(old);
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
