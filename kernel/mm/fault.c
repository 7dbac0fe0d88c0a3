/*
 * The fault path.  The essential fact: a fault means only that the tables grant
 * less than the vma does.  So find the vma, own the path to the entry, and
 * install what the vma promises.  There is nothing to do if the tables already
 * grant it: another thread has faulted first, or the TLB was stale.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/panic.h"

#include "arch/pte.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/share.h"
#include "mm/vma.h"

static bool
vma_allows(const struct vma *vma, enum access access)
{
    /* x86 has no write-only and no execute-only pages. */
    u32 needed = access == ACCESS_WRITE   ? PROT_WRITE
                 : access == ACCESS_FETCH ? PROT_EXEC
                                          : PROT_READ | PROT_WRITE | PROT_EXEC;

    return (vma->prot & needed) != 0;
}

/* A read of new anonymous memory maps the zero frame; a write, a new one. */
static int
fill_anonymous(const struct vma *vma, pte_t *entry, enum access access)
{
    bool write = access == ACCESS_WRITE;
    paddr_t frame = write ? frame_alloc_zero(FRAME_ANON) : zero_frame;

    if (frame == 0) {
        return -ENOMEM;
    }
    if (!write) {
        frame_get(zero_frame);
    }
    pt_install(entry, frame | range_rights(vma->prot, 0) | PTE_A
                          | (write ? PTE_W | PTE_D : 0));
    return 0;
}

static u64
index_of(const struct vma *vma, vaddr_t addr)
{
    return vma->offset + ((addr - vma->start) >> PAGE_SHIFT);
}

/* Install a missing page.  If the vma has an object, this is the object's own
 * page, with a new reference for the edge.  A shared mapping may write to it; a
 * private one gets it without W.  A hole that is read gives the frame of zeros,
 * also without W and S.  => -EAGAIN: show_page, then again */
static __noinline int
fill_page(struct as *as, const struct vma *vma, vaddr_t addr,
          enum access access, pte_t *entry)
{
    if (vma->object == NULL) {
        return fill_anonymous(vma, entry, access);
    }
    enum object_use use = (vma->flags & VMA_SHARED) == 0 ? OBJECT_LOOK
                          : access == ACCESS_WRITE       ? OBJECT_WRITE
                                                         : OBJECT_SHARE;
    paddr_t frame;
    int error = vma->object->ops->page(vma->object, index_of(vma, addr), use,
                                       &frame);
    if (error != 0) {
        return error;
    }
    assert(!pte_is_edge(*entry)); /* a page that may be written has no zeros */
    u32 flags = frame != zero_frame ? vma->flags : 0;
    pt_install(entry, frame | range_rights(vma->prot, flags) | PTE_A);
    if (access != ACCESS_WRITE) {
        range_map_around(as, addr); /* the next reads will not fault */
    }
    return 0;
}

static inline int
serve(struct as *as, vaddr_t addr, enum access access)
{
    int error = 0;

    addr = align_down(addr, PAGE_SIZE);
    const struct vma *vma = vma_find(as, addr);
    if (vma == NULL || !vma_allows(vma, access)) {
        return -EFAULT;
    }
    pte_t *entry = pt_own(as, addr);
    if (entry == NULL) {
        return -ENOMEM;
    }
    if (!pte_is_edge(*entry)) {
        error = fill_page(as, vma, addr, access, entry);
        as->filled += error == 0;
    }
    if (error != 0 || access != ACCESS_WRITE || (*entry & PTE_W) != 0) {
        return error;
    }
    assert((*entry & PTE_S) == 0); /* with S, W is as in the vma */
    if (vma->flags & VMA_SHARED) { /* zeros in place of the page */
        return fill_page(as, vma, addr, access, entry);
    }
    return pt_own_page(as, addr, entry) ? 0 : -ENOMEM;
}

/* Unmap the zeros in place of the page at addr, in all spaces.
 * => as->lock is held, and left meanwhile */
static __noinline int
show_page(struct as *as, vaddr_t addr)
{
    const struct vma *vma = vma_find(as, addr);
    struct object *object = vma->object;
    u64 index = index_of(vma, addr);

    object->ops->get(object);
    spin_unlock(&as->lock);
    int error = object->ops->show(object, index);
    object->ops->put(object);
    spin_lock(&as->lock);
    return error;
}

int
fault_serve(struct as *as, vaddr_t addr, enum access access)
{
    int error;

    spin_lock(&as->lock);
    while ((error = serve(as, addr, access)) == -EAGAIN
           && (error = show_page(as, addr)) == 0) {
    }
    spin_unlock(&as->lock);
    return error;
}
