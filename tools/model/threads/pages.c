/*
 * What is mapped, and how it is read and written.
 */
#include "abi/mman.h"

#include "arch/percpu.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/vma.h"

#include "model/threads/mmu.h"
#include "model/threads/pages.h"

/* Neighbours in one table, and at the far ends of others. */
const vaddr_t places[PAGES] = {
    0x400000,   0x401000,     0x409000, 0x5ff000, 0x40000000, 0x7fffffd000,
    0x402000,   0x403000,     0x600000, 0x601000,
    0x10000000, 0x7fbffff000,
};

static paddr_t object_frames[OBJECT];
static u64 object_sums[OBJECT];

static int
object_page(struct object *object, u64 index, enum object_use use,
            paddr_t *frame)
{
    (void)object, (void)use;
    *frame = object_frames[index];
    frame_get(*frame);
    return 0;
}

static u64
object_present(struct object *object, u64 index, u64 count, paddr_t *found)
{
    u64 done = 0;

    for (; done < count && index + done < OBJECT; done++) {
        (void)!object_page(object, index + done, OBJECT_LOOK,
                            &found[done]);
    }
    return done;
}

static void
object_nothing(struct object *object)
{
    (void)object;
}

static const struct object_ops object_ops = {
    .page = object_page, .present = object_present,
    .get = object_nothing, .put = object_nothing,
};
static struct object object = {.ops = &object_ops};

bool
map_page(struct as *as, int page)
{
    bool shared = page >= KEPT + FLEETING;
    struct vma vma = {
        .start = places[page], .end = places[page] + PAGE_SIZE,
        .prot = PROT_READ | PROT_WRITE,
        .flags = shared ? VMA_SHARED : 0,
        .object = shared ? &object : NULL,
        .offset = shared ? (u64)(page - KEPT - FLEETING) : 0,
    };

    return as_map(as, &vma, MAP_FIXED) > 0;
}

/* The user's word of a page, with the faults that it takes.  The pointer is
 * good until this CPU looks for calls.
 * => NULL: not mapped, not allowed, or no memory */
static u64 *
user_word(struct as *as, int page, int word, bool write)
{
    vaddr_t addr = places[page] + (u64)word * (PAGE_SIZE / HOST_CPUS);
    paddr_t frame;

    for (int tries = 0; !mmu_access(addr, write, &frame); tries++) {
        cpu_serve_calls();
        if (fault_serve(as, addr, write ? ACCESS_WRITE : ACCESS_READ) != 0) {
            return NULL;
        }
        if (tries == 1000) {
            fail("faults at %#lx for ever", addr);
        }
    }
    return (u64 *)((char *)frame_ptr(frame) + addr % PAGE_SIZE);
}

void
write_kept(struct space *space, struct as *as, int page)
{
    struct word *word = &space->words[page][running_cpu];
    u64 number = word->low + 1;

    __atomic_store_n(&word->high, number, __ATOMIC_SEQ_CST);
    u64 *at = user_word(as, page, running_cpu, true);
    if (at == NULL) {
        __atomic_store_n(&word->high, word->low, __ATOMIC_SEQ_CST);
        return;
    }
    __atomic_store_n(at, number, __ATOMIC_RELAXED);
    __atomic_store_n(&word->low, number, __ATOMIC_SEQ_CST);
}

bool
read_kept(struct space *space, struct as *as, int page, int cpu, u64 *number)
{
    struct word *word = &space->words[page][cpu];
    u64 low = __atomic_load_n(&word->low, __ATOMIC_SEQ_CST);
    const u64 *at = user_word(as, page, cpu, false);

    if (at == NULL) {
        return false;
    }
    *number = __atomic_load_n(at, __ATOMIC_RELAXED);
    u64 high = __atomic_load_n(&word->high, __ATOMIC_SEQ_CST);
    if (*number < low || *number > high) {
        fail("space %d page %#lx word %d: %lu, must be %lu to %lu",
             (int)(space - spaces), places[page], cpu, *number, low, high);
    }
    return true;
}

void
use_fleeting(const struct space *space, struct as *as, int page)
{
    u64 *at = user_word(as, page, 0, below(2) != 0);

    if (at == NULL) {
        return;
    }
    u64 found = __atomic_load_n(at, __ATOMIC_RELAXED);
    if (found != 0 && found != space->family) {
        fail("%#lx of family %lu shows data of %lu", places[page],
             space->family, found);
    }
    at = user_word(as, page, 0, true);
    if (at != NULL) {
        __atomic_store_n(at, space->family, __ATOMIC_RELAXED);
    }
}

void
use_object(struct as *as, int page)
{
    (void)user_word(as, page, 0, below(2) != 0); /* a read maps around */
    u64 *at = user_word(as, page, 0, true);

    if (at != NULL) {
        __atomic_fetch_add(at, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&object_sums[page - KEPT - FLEETING], 1,
                           __ATOMIC_RELAXED);
    }
}

void
unmap_object(void)
{
    (void)!object_unmap(&object, below(OBJECT), OBJECT);
}

void
pages_init(void)
{
    for (int i = 0; i < OBJECT; i++) {
        object_frames[i] = frame_alloc_zero(FRAME_SHARED);
    }
}

void
pages_end(void)
{
    for (int i = 0; i < OBJECT; i++) {
        u64 counted = *(u64 *)frame_ptr(object_frames[i]);
        if (counted != object_sums[i]) {
            fail("the object's page %d has %lu, must be %lu", i, counted,
                 object_sums[i]);
        }
        frame_put(object_frames[i]);
    }
}
