/*
 * Address spaces: their life.  The essential fact: a CPU may have the tables
 * loaded long after the thread left it.  So `cpus` lists these CPUs, and as_put
 * makes them unload the tables before it frees them.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/optional.h"
#include "core/panic.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/advise.h"
#include "mm/as.h"
#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/kmap.h"
#include "mm/range.h"
#include "mm/share.h"
#include "mm/vma.h"

#define LONG_WORK 4096 /* more entries or vmas than this: rest meanwhile */

struct list all_spaces = LIST_INIT(all_spaces);
struct spinlock all_spaces_lock = SPINLOCK_INIT(RANK_AS_LIST);

struct as *
as_alloc(u32 refs)
{
    struct as *as = kzalloc(sizeof(*as));
    paddr_t root = as != NULL ? frame_alloc_root() : 0;

    if (root == 0) {
        kfree(as);
        return NULL;
    }
    as->refs = refs;
    as->root = root;
    spin_init(&as->lock, RANK_AS, "as");
    spin_lock(&all_spaces_lock);
    list_add_tail(&all_spaces, &as->link);
    spin_unlock(&all_spaces_lock);
    return as;
}

void
as_get(struct as *as)
{
    __atomic_fetch_add(&as->refs, 1, __ATOMIC_RELAXED);
}

/* An idle CPU keeps the last space loaded until it wakes without work.  A space
 * that ends cannot wait for that. */
static void
leave_if_loaded(u64 as)
{
    if ((u64)this_cpu()->loaded_as == as) {
        as_load(NULL);
    }
}

/* As as_cpus, but by what each CPU has loaded.  If the mask were wrong, or a
 * CPU did not leave when asked, that CPU would walk freed tables. */
static bool
loaded_anywhere(const struct as *as)
{
    for (int i = 0; i < cpu_count; i++) {
        if (__atomic_load_n(&cpus[i].loaded_as, __ATOMIC_RELAXED) == as) {
            return true;
        }
    }
    return false;
}

/* Its last user is gone. */
static __noinline void
as_free(struct as *as)
{
    assert(__atomic_load_n(&as->refs, __ATOMIC_RELAXED) == 0);
    if (as_cpus(as) != 0) {
        smp_call(as_cpus(as), leave_if_loaded, (u64)as);
    }
    assert(as_cpus(as) == 0); /* no CPU may still walk the tables (H3) */
    assert(!loaded_anywhere(as));
    /* While we rest, checkers find it in the list.  Each entry was filled. */
    if (as->filled > LONG_WORK) {
        pt_empty(NULL, as->root, PT_LEVELS);
    }
    if (as->vmas != NULL && as->vmas->count > LONG_WORK) {
        vma_free(as, &as->vmas);
    }
    spin_lock(&all_spaces_lock);
    list_del(&as->link);
    spin_unlock(&all_spaces_lock);
    pt_drop(as->root, PT_LEVELS);
    vma_put(as->vmas);
    vma_put(as->vma_spare);
    kfree(as);
}

void
as_put(struct as *as)
{
    if (as != NULL && __atomic_fetch_sub(&as->refs, 1, __ATOMIC_ACQ_REL) <= 1) {
        as_free(as);
    }
}

void
as_leave(struct as *as)
{
    __atomic_fetch_sub(&as->visits, 1, __ATOMIC_RELAXED);
    as_put(as);
}

bool own_always;

OPTIONAL(as_leave_out)

/* Own every table and every page that may be written. */
static int
own_all(struct as *as)
{
    int error = 0;

    spin_lock(&as->lock);
    for (const struct vma *vma = vma_first_from(as, 0);
         vma != NULL && error == 0; vma = vma_first_from(as, vma->end)) {
        error = range_own(as, vma->start, vma->end,
                          (vma->prot & PROT_WRITE) != 0
                              && (vma->flags & VMA_SHARED) == 0);
    }
    spin_unlock(&as->lock);
    return error;
}

int
as_fork(struct as *as, enum share_level level, struct as **copy)
{
    spin_lock(&as->lock);
    struct as *child = as_alloc(0);
    int error = -ENOMEM;

    if (child != NULL) {
        child->vmas = vma_get(as->vmas);
        child->advised = as->advised; /* its own children are wiped, too */
        child->vma_seed = as->vma_seed;
        child->brk_start = as->brk_start;
        child->brk = as->brk;
        child->filled = as->filled;
        child->barriers = as->barriers;
        error = pt_share(child->root, as, level);
        /* Last: with refs above 0, as_next finds the child. */
        __atomic_store_n(&child->refs, 1, __ATOMIC_RELEASE);
    }
    bool advised = as->advised;
    spin_unlock(&as->lock);
    if (error == 0 && (advised | own_always)) {
        error = advised ? as_leave_out(child) : 0;
        error = error == 0 && own_always ? own_all(child) : error;
    }
    if (error != 0) {
        as_put(child);
        child = NULL;
    }
    *copy = child;
    return error;
}

void
as_load(struct as *as)
{
    struct cpu *cpu = this_cpu();
    paddr_t root = as != NULL ? as->root : kernel_root;
    u64 bit = 1UL << cpu->id;

    if (cpu->loaded_root == root) {
        return;
    }
    /* The bit is set before the root is loaded and cleared after it is left,
     * so that a flusher never misses a CPU (H3). */
    struct as *old = cpu->loaded_as;
    if (as != NULL) {
        __atomic_fetch_or(&as->cpus, bit, __ATOMIC_SEQ_CST);
    }
    write_cr3(root);
    cpu->loaded_root = root;
    __atomic_store_n(&cpu->loaded_as, as, __ATOMIC_RELAXED);
    if (old != NULL) {
        __atomic_fetch_and(&old->cpus, ~bit, __ATOMIC_SEQ_CST);
    }
}
