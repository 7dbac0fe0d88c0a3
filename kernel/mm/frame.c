/*
 * The frame allocator has three layers: a buddy system for blocks (buddy.c),
 * shared lists of single free frames, and such lists for each CPU.
 * The essential fact: almost every request is for one frame.  So a freed frame
 * goes on the list for its content.  It is merged with its buddies only when a
 * block is wanted and there is none.
 */
#include "core/optional.h"
#include "core/panic.h"
#include "core/spin.h"

#include "arch/page.h"
#include "arch/percpu.h"
#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/buddy.h"
#include "mm/frame.h"
#include "mm/kept.h"
#include "mm/kmap.h"
#include "mm/nomem.h"

OPTIONAL(kept_release)

static struct spinlock frame_lock = SPINLOCK_INIT(RANK_FRAME);

/* A list of free frames with one content. */
struct loose {
    u32 first; /* frame number, or 0 */
    u32 count;
};

static struct loose shared[CONTENT_COUNT]; /* under frame_lock */

/* A CPU moves this many frames at a time between the shared lists and its own,
 * and keeps at most twice as many of a content. */
#define BATCH_ORDER 4
#define BATCH       (1u << BATCH_ORDER)

/* The cache of each CPU, used by it alone.  A count is of frames allocated less
 * frames freed there: only the sum over all CPUs has a meaning. */
static struct frame_cache {
    struct loose loose[CONTENT_COUNT];
    i64 counts[FRAME_KINDS];
    bool busy; /* its CPU is changing it: drain_here must come back later */
} __attribute__((aligned(64))) caches[MAX_CPUS];

/* All work on the caches and lists is done between these two. */
static inline struct frame_cache *
cache_enter(void)
{
    struct frame_cache *cache = &caches[this_cpu()->id];

    __asm__("" : "+r"(cache)); /* else computed anew at each use */
    cache->busy = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return cache;
}

static inline void
cache_leave(struct frame_cache *cache)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    cache->busy = false;
}

/* Other CPUs read the count of a shared list without its lock. */
static u32
loose_pop(struct loose *loose)
{
    u32 number = loose->first;

    if (number != 0) {
        loose->first = (u32)frames[number].lines;
        __atomic_store_n(&loose->count, loose->count - 1, __ATOMIC_RELAXED);
    }
    return number;
}

static void
loose_push(struct loose *loose, u32 number)
{
    frames[number].lines = loose->first;
    loose->first = number;
    __atomic_store_n(&loose->count, loose->count + 1, __ATOMIC_RELAXED);
}

static u64 drained; /* frames that CPUs have given to others, ever */

/* Give this CPU's free frames to the shared lists.  If that is impossible now,
 * its bit in `asked` stays set and it is called again soon. */
static void
drain_here(u64 asked)
{
    struct cpu *cpu = this_cpu();
    u32 outer = cpu->rank;

    if (caches[cpu->id].busy || outer >= RANK_FRAME) {
        return;
    }
    struct frame_cache *cache = cache_enter();
    if (!spin_try(&frame_lock, outer + 1)) { /* we may be in an interrupt */
        cache_leave(cache);
        return;
    }
    cpu_set_rank(RANK_FRAME);
    for (int content = 0; content < CONTENT_COUNT; content++) {
        while (cache->loose[content].first != 0) {
            loose_push(&shared[content], loose_pop(&cache->loose[content]));
            __atomic_store_n(&drained, drained + 1, __ATOMIC_RELAXED);
        }
    }
    spin_unlock(&frame_lock);
    cache_leave(cache);
    __atomic_fetch_and((u64 *)asked, ~(1UL << cpu->id), __ATOMIC_RELEASE);
}

/* Before an allocation fails: ask the other CPUs for the free frames they keep.
 * => no lock held of a rank above the allocator's, nor its own
 * => whether there were any: try again, though another CPU may be faster */
static __noinline bool
drain_others(void)
{
    u64 before = __atomic_load_n(&drained, __ATOMIC_RELAXED);
    u64 asked = cpus_online & ~(1UL << this_cpu()->id);

    while (__atomic_load_n(&asked, __ATOMIC_ACQUIRE) != 0) {
        smp_call(asked, drain_here, (u64)&asked);
    }
    return __atomic_load_n(&drained, __ATOMIC_RELAXED) != before;
}

/* Give some single frames to the buddy lists, those of this CPU's cache first.
 * Not all at once: there may be millions, and few make a block.
 * => whether there were any */
static bool
merge_loose(struct frame_cache *cache)
{
    u32 left = BATCH;

    for (int content = 0; content < CONTENT_COUNT; content++) {
        u32 number;
        while (left > 0
               && ((number = loose_pop(&cache->loose[content])) != 0
                   || (number = loose_pop(&shared[content])) != 0)) {
            block_free(number, 0);
            left--;
        }
    }
    return left < BATCH;
}

static void
claim(u32 number, enum frame_kind kind)
{
    assert(frames[number].kind == FRAME_FREE && frames[number].refs == 0);
    frames[number] = (struct frame){.refs = 1, .kind = (u8)kind};
}

/* Get a batch of frames with this content for this CPU, or nearly two.  Only
 * for CONTENT_ANY are blocks broken up, the small ones first. */
static __noinline void
refill(struct loose *loose, enum frame_content content)
{
    spin_lock(&frame_lock);
    while (loose->count < BATCH) {
        int order = 0;
        u32 number = loose_pop(&shared[content]);
        if (number == 0 && content == CONTENT_ANY) {
            order = BATCH_ORDER;
            number = block_take_small(&order);
        }
        if (number == 0) {
            break;
        }
        for (u32 i = 1u << order; i-- > 0;) {
            loose_push(loose, number + i);
        }
    }
    spin_unlock(&frame_lock);
}

/* One frame with this content.  => 0: there is none */
static inline paddr_t
frame_take(enum frame_kind kind, enum frame_content content)
{
    struct frame_cache *cache = cache_enter();
    struct loose *loose = &cache->loose[content];

    /* The count is read without the lock, and may be out of date. */
    if (loose->first == 0
        && (content == CONTENT_ANY
            || __atomic_load_n(&shared[content].count, __ATOMIC_RELAXED))) {
        refill(loose, content);
    }
    u32 number = loose_pop(loose);
    if (number != 0) {
        claim(number, kind);
        cache->counts[kind]++;
    }
    cache_leave(cache);
    return (paddr_t)number << PAGE_SHIFT;
}

/* Take one frame with any content, preferably one of unknown content. */
static __noinline paddr_t
take_any(enum frame_kind kind)
{
    paddr_t frame;

    do {
        frame = frame_take(kind, CONTENT_ANY);
        if (frame == 0) {
            frame = frame_take(kind, CONTENT_ZERO);
        }
        if (frame == 0) {
            frame = frame_take(kind, CONTENT_ROOT);
        }
    } while (frame == 0 && (drain_others() || kept_release()));
    return frame;
}

static inline paddr_t
take_zero(enum frame_kind kind)
{
    paddr_t frame = frame_take(kind, CONTENT_ZERO);

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
    paddr_t root = frame_take(FRAME_TABLE, CONTENT_ROOT);
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

/* Take a block; if there is none, merge the single frames.  => 0: none */
static u32
take_block(enum frame_kind kind, int order)
{
    struct frame_cache *cache = cache_enter();

    spin_lock(&frame_lock);
    u32 number = block_take(order);
    while (number == 0 && merge_loose(cache)) {
        number = block_take(order);
    }
    if (number != 0) {
        for (u32 i = 0; i < 1u << order; i++) {
            claim(number + i, kind);
        }
        cache->counts[kind] += 1u << order;
    }
    spin_unlock(&frame_lock);
    cache_leave(cache);
    return number;
}

paddr_t
frame_alloc_block(enum frame_kind kind, int order)
{
    u32 number = take_block(kind, order);

    if (number == 0 && drain_others()) {
        number = take_block(kind, order); /* it merges what the others gave */
    }
    return (paddr_t)number << PAGE_SHIFT;
}

/* Mark one frame free. */
static inline void
retire(struct frame_cache *cache, u32 number, enum frame_content content)
{
    struct frame *frame = &frames[number];

    cache->counts[frame->kind]--;
    *frame = (struct frame){.kind = FRAME_FREE, .flags = (u8)content};
}

void
frame_free_block(paddr_t block, int order)
{
    u32 number = (u32)(block >> PAGE_SHIFT);
    struct frame_cache *cache = cache_enter();

    spin_lock(&frame_lock);
    for (u32 i = 0; i < 1u << order; i++) {
        assert(frames[number + i].kind != FRAME_FREE);
        retire(cache, number + i, CONTENT_ANY);
    }
    block_free(number, order);
    spin_unlock(&frame_lock);
    cache_leave(cache);
}

/* This CPU has many frames with this content: give a batch away. */
static __noinline void
spill(struct loose *loose, enum frame_content content)
{
    spin_lock(&frame_lock);
    for (u32 i = 0; i < BATCH; i++) {
        loose_push(&shared[content], loose_pop(loose));
    }
    spin_unlock(&frame_lock);
}

void
frame_free(paddr_t addr, enum frame_content content)
{
    u32 number = (u32)(addr >> PAGE_SHIFT);
    struct frame_cache *cache = cache_enter();
    struct loose *loose = &cache->loose[content];

    assert(frames[number].kind > FRAME_RESERVED);
    retire(cache, number, content);
    loose_push(loose, number);
    if (loose->count > 2 * BATCH) {
        spill(loose, content);
    }
    cache_leave(cache);
}

void
frame_put(paddr_t addr)
{
    if (__atomic_fetch_sub(&frame_of(addr)->refs, 1, __ATOMIC_ACQ_REL) == 1) {
        frame_free(addr, CONTENT_ANY);
    }
}

/* The caller's hold keeps refs above 0: so no other CPU can free the frame, and
 * read its kind, at the same time. */
static void
set_kind(paddr_t addr, enum frame_kind kind)
{
    struct frame_cache *cache = cache_enter();

    cache->counts[frame_of(addr)->kind]--;
    cache->counts[kind]++;
    frame_of(addr)->kind = (u8)kind;
    cache_leave(cache);
}

void
frame_adopt(paddr_t addr, enum frame_kind kind)
{
    set_kind(addr, kind);
    frame_get(addr);
}

void
frame_disown(paddr_t addr)
{
    set_kind(addr, FRAME_ANON);
    frame_put(addr);
}

u64
frame_count(enum frame_kind kind)
{
    if (kind == FRAME_FREE) {
        u64 others = 0;
        for (int other = FRAME_FREE + 1; other < FRAME_KINDS; other++) {
            others += frame_count((enum frame_kind)other);
        }
        return frames_count - MIN(others, frames_count);
    }
    /* All frames are born reserved (frame_init), and as such not counted. */
    i64 count = kind == FRAME_RESERVED ? (i64)frames_count : 0;
    for (int i = 0; i < MAX_CPUS; i++) {
        count += __atomic_load_n(&caches[i].counts[kind], __ATOMIC_RELAXED);
    }
    return (u64)MAX(count, 0); /* the CPUs went on between the reads */
}

void
frame_release_range(paddr_t start, paddr_t end)
{
    for (paddr_t at = start; at < end; at += PAGE_SIZE) {
        assert(frame_of(at)->kind == FRAME_RESERVED);
        frame_free_block(at, 0);
    }
}
