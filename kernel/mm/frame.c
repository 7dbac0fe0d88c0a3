/*
 * The frame allocator: a buddy system for blocks (buddy.c), before it lists of
 * loose single frames, and before these the same lists for each CPU.  The
 * essential fact: almost every request is for one frame, so a freed frame goes
 * on a list as it is, by content, and is merged with its buddies only when a
 * block is wanted and none is there.
 */
#include "core/bootinfo.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/spin.h"

#include "arch/page.h"
#include "arch/percpu.h"
#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/buddy.h"
#include "mm/early.h"
#include "mm/frame.h"
#include "mm/kmap.h"
#include "mm/nomem.h"

#define LOW_MEMORY 0x100000 /* firmware's and the CPUs' start-up code's */

struct frame *frames;
u64 frames_count;
paddr_t zero_frame;

static struct spinlock frame_lock = SPINLOCK_INIT(RANK_FRAME);

/* A list of free frames with one content. */
struct loose {
    u32 first; /* frame number, or 0 */
    u32 count;
};

static struct loose shared[CONTENT_COUNT]; /* under frame_lock */

/* A CPU moves this many frames at a time between the shared lists and its own,
 * and keeps at most twice as many of a content. */
#define BATCH 16

static u64 reserved_count;

/* Of each CPU, used by it alone; counts are of what it has allocated less what
 * it has freed, so that only the sum over all CPUs means anything. */
static struct frame_cache {
    struct loose loose[CONTENT_COUNT];
    u64 counts[FRAME_KINDS];
} __attribute__((aligned(64))) caches[MAX_CPUS];

static struct frame_cache *
this_cache(void)
{
    return &caches[this_cpu()->id];
}

static u32
loose_pop(struct loose *loose)
{
    u32 number = loose->first;

    if (number != 0) {
        loose->first = (u32)frames[number].lines;
        loose->count--;
    }
    return number;
}

static void
loose_push(struct loose *loose, u32 number)
{
    frames[number].lines = loose->first;
    loose->first = number;
    loose->count++;
}

void
frame_drain(void)
{
    struct loose *loose = this_cache()->loose;
    spin_lock(&frame_lock);

    for (int content = 0; content < CONTENT_COUNT; content++) {
        while (loose[content].first != 0) {
            loose_push(&shared[content], loose_pop(&loose[content]));
        }
    }
    spin_unlock(&frame_lock);
}

/* Asked for by another CPU.  At rest we cannot be in the middle of anything,
 * nor hold the lock; else it must wait until we return to user mode. */
static void
drain_soon(u64 unused)
{
    (void)unused;
    if (this_cpu()->resting) {
        frame_drain();
    } else {
        cpu_add_work(WORK_DRAIN);
    }
}

/* Before we say that there is no memory: what other CPUs keep.
 * => no lock held that they take when they rest: not frame_lock */
static __noinline void
drain_others(void)
{
    cpu_call(cpus_online, drain_soon, 0);
}

/* Give all loose frames to the buddy lists, those of this CPU too. */
static void
merge_loose(void)
{
    for (int content = 0; content < CONTENT_COUNT; content++) {
        u32 number;
        while ((number = loose_pop(&this_cache()->loose[content])) != 0
               || (number = loose_pop(&shared[content])) != 0) {
            block_free(number, 0);
        }
    }
}

static void
claim(u32 number, enum frame_kind kind)
{
    struct frame *frame = &frames[number];

    assert(frame->kind == FRAME_FREE && frame->refs == 0);
    *frame = (struct frame){.refs = 1, .kind = (u8)kind};
}

/* Get a batch of frames with this content for the CPU; blocks are broken for
 * frames of any content only. */
static __noinline void
refill(struct frame_cache *cache, enum frame_content content)
{
    spin_lock(&frame_lock);

    for (int i = 0; i < BATCH; i++) {
        u32 number = loose_pop(&shared[content]);
        if (number == 0 && content == CONTENT_ANY) {
            number = block_take(0);
        }
        if (number == 0) {
            break;
        }
        loose_push(&cache->loose[content], number);
    }
    spin_unlock(&frame_lock);
}

/* One frame with this content.  => 0: there is none */
static inline paddr_t
take(enum frame_kind kind, enum frame_content content)
{
    struct frame_cache *cache = this_cache();
    struct loose *loose = &cache->loose[content];

    if (loose->first == 0
        && (content == CONTENT_ANY || __atomic_load_n(&shared[content].count,
                                                  __ATOMIC_RELAXED) != 0)) {
        refill(cache, content);
    }
    u32 number = loose_pop(loose);
    if (number != 0) {
        claim(number, kind);
        cache->counts[kind]++;
    }
    return (paddr_t)number << PAGE_SHIFT;
}

/* One frame, whatever is in it, best one of which nothing is known. */
static __noinline paddr_t
take_any(enum frame_kind kind)
{
    for (int tries = 0;; tries++) {
        paddr_t frame = take(kind, CONTENT_ANY);
        if (frame == 0) {
            frame = take(kind, CONTENT_ZERO);
        }
        if (frame == 0) {
            frame = take(kind, CONTENT_ROOT);
        }
        if (frame != 0 || tries == 1) {
            return frame;
        }
        drain_others();
    }
}

static inline paddr_t
take_zero(enum frame_kind kind)
{
    paddr_t frame = take(kind, CONTENT_ZERO);

    if (frame == 0) {
        frame = take_any(kind);
        if (frame != 0) {
            page_clear(frame_ptr(frame));
        }
    }
    return frame;
}

paddr_t
frame_alloc(enum frame_kind kind)
{
    return nomem_fails() ? 0 : take_any(kind);
}

paddr_t
frame_alloc_zero(enum frame_kind kind)
{
    return nomem_fails() ? 0 : take_zero(kind);
}

paddr_t
frame_alloc_root(void)
{
    if (nomem_fails()) {
        return 0;
    }
    paddr_t root = take(FRAME_TABLE, CONTENT_ROOT);
    if (root == 0) {
        root = take_zero(FRAME_TABLE);
        if (root == 0) {
            return 0;
        }
        words_copy((pte_t *)frame_ptr(root) + PT_USER_ENTRIES,
                   (pte_t *)frame_ptr(kernel_root) + PT_USER_ENTRIES,
                   PT_ENTRIES - PT_USER_ENTRIES);
    }
    frame_of(root)->level = PT_LEVELS;
    return root;
}

paddr_t
frame_alloc_block(enum frame_kind kind, int order)
{
    spin_lock(&frame_lock);
    u32 number = block_take(order);

    if (number == 0) {
        spin_unlock(&frame_lock);
        drain_others();
        spin_lock(&frame_lock);
        merge_loose();
        number = block_take(order);
    }
    if (number != 0) {
        for (u32 i = 0; i < 1u << order; i++) {
            claim(number + i, kind);
        }
        this_cache()->counts[kind] += 1u << order;
    }
    spin_unlock(&frame_lock);
    return (paddr_t)number << PAGE_SHIFT;
}

/* One frame is nobody's any more. */
static void
retire(u32 number, enum frame_content content)
{
    struct frame *frame = &frames[number];

    assert(frame->kind != FRAME_FREE && frame->kind != FRAME_RESERVED);
    this_cache()->counts[frame->kind]--;
    *frame = (struct frame){.kind = FRAME_FREE, .flags = (u8)content};
}

void
frame_free_block(paddr_t block, int order)
{
    u32 number = (u32)(block >> PAGE_SHIFT);
    spin_lock(&frame_lock);

    for (u32 i = 0; i < 1u << order; i++) {
        retire(number + i, CONTENT_ANY);
    }
    block_free(number, order);
    spin_unlock(&frame_lock);
}

/* The CPU has many frames of a content: give a batch away. */
static __noinline void
spill(struct loose *loose, enum frame_content content)
{
    spin_lock(&frame_lock);

    for (int i = 0; i < BATCH; i++) {
        loose_push(&shared[content], loose_pop(loose));
    }
    spin_unlock(&frame_lock);
}

void
frame_free(paddr_t addr, enum frame_content content)
{
    u32 number = (u32)(addr >> PAGE_SHIFT);
    struct loose *loose = &this_cache()->loose[content];

    retire(number, content);
    loose_push(loose, number);
    if (loose->count > 2 * BATCH) {
        spill(loose, content);
    }
}

void
frame_put(paddr_t addr)
{
    if (__atomic_fetch_sub(&frame_of(addr)->refs, 1, __ATOMIC_ACQ_REL) == 1) {
        frame_free(addr, CONTENT_ANY);
    }
}

u64
frame_count(enum frame_kind kind)
{
    u64 count = kind == FRAME_RESERVED ? reserved_count : 0;

    if (kind == FRAME_FREE) {
        count = frames_count;
        for (int other = FRAME_FREE + 1; other < FRAME_KINDS; other++) {
            count -= frame_count((enum frame_kind)other);
        }
        return count;
    }
    for (int i = 0; i < MAX_CPUS; i++) {
        count += __atomic_load_n(&caches[i].counts[kind], __ATOMIC_RELAXED);
    }
    return count;
}

void
frame_release_range(paddr_t start, paddr_t end)
{
    spin_lock(&frame_lock);

    for (u64 n = start >> PAGE_SHIFT; n < end >> PAGE_SHIFT; n++) {
        assert(frames[n].kind == FRAME_RESERVED);
        frames[n].kind = FRAME_FREE;
        frames[n].refs = 0;
        reserved_count--;
        block_free((u32)n, 0);
    }
    spin_unlock(&frame_lock);
}

/* [start, end) without what already has an owner. */
static void
release_unowned(paddr_t start, paddr_t end)
{
    for (paddr_t at = MAX(start, LOW_MEMORY); at < end; at += PAGE_SIZE) {
        if (!early_owned(at)) {
            frame_release_range(at, at + PAGE_SIZE);
        }
    }
}

void
frame_init(void)
{
    frames_count = early_memory_end() >> PAGE_SHIFT;
    frames = early_alloc(frames_count * sizeof(struct frame));
    zero_frame = frame_addr(early_alloc(PAGE_SIZE));
    for (u64 i = 0; i < frames_count; i++) {
        frames[i].kind = FRAME_RESERVED;
        frames[i].refs = 1;
    }
    reserved_count = frames_count;
    early_close();
    for (int i = 0; i < bootinfo.nregions; i++) {
        const struct boot_region *region = &bootinfo.regions[i];
        if (region->usable) {
            release_unowned(region->start, region->end);
        }
    }
    printk("memory: %lu MiB, %lu KiB free\n", frames_count >> 8,
           frame_count(FRAME_FREE) * 4);
}
