/*
 * The frame allocator: a buddy system for blocks, with a list of loose single
 * frames before it.  The essential fact: almost every request is for one frame,
 * so a freed frame goes on the loose list as it is, and is merged with its
 * buddies only when a block is wanted and none is there.
 */
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/spin.h"

#include "mm/early.h"
#include "mm/frame.h"
#include "mm/nomem.h"

#define MAX_ORDER   10
#define FRAME_BLOCK 0x80 /* flags: head of a free block in a buddy list */

#define LOW_MEMORY 0x100000 /* firmware's and the CPUs' start-up code's */

struct frame *frames;
u64 frames_count;
paddr_t zero_frame;

static struct spinlock frame_lock = SPINLOCK_INIT(RANK_FRAME);
static u32 blocks[MAX_ORDER + 1]; /* frame numbers; 0 ends a list */
static u32 loose;
static u64 counts[FRAME_KINDS];

/* Links of a free frame, in its lines field: next low, previous high. */
static u32
next_of(u32 number)
{
    return (u32)frames[number].lines;
}

static u32
prev_of(u32 number)
{
    return (u32)(frames[number].lines >> 32);
}

static void
set_links(u32 number, u32 next, u32 prev)
{
    frames[number].lines = next | (u64)prev << 32;
}

static void
block_push(u32 number, int order)
{
    u32 next = blocks[order];

    set_links(number, next, 0);
    if (next != 0) {
        set_links(next, next_of(next), number);
    }
    blocks[order] = number;
    frames[number].level = (u8)order;
    frames[number].flags = FRAME_BLOCK;
}

static void
block_remove(u32 number, int order)
{
    u32 next = next_of(number);
    u32 prev = prev_of(number);

    if (prev != 0) {
        set_links(prev, next, prev_of(prev));
    } else {
        blocks[order] = next;
    }
    if (next != 0) {
        set_links(next, next_of(next), prev);
    }
    frames[number].flags = 0;
    frames[number].level = 0;
}

/* Give a block to the buddy lists, merged as far as it goes. */
static void
block_free(u32 number, int order)
{
    while (order < MAX_ORDER) {
        u32 buddy = number ^ 1u << order;
        if (buddy >= frames_count || frames[buddy].flags != FRAME_BLOCK
            || frames[buddy].kind != FRAME_FREE
            || frames[buddy].level != order) {
            break;
        }
        block_remove(buddy, order);
        number &= ~(1u << order);
        order++;
    }
    block_push(number, order);
}

/* Take a block from the buddy lists, splitting a larger one if need be. */
static u32
block_take(int order)
{
    int from = order;

    while (from <= MAX_ORDER && blocks[from] == 0) {
        from++;
    }
    if (from > MAX_ORDER) {
        return 0;
    }
    u32 number = blocks[from];
    block_remove(number, from);
    while (from > order) {
        from--;
        block_push(number + (1u << from), from);
    }
    return number;
}

static void
merge_loose(void)
{
    while (loose != 0) {
        u32 number = loose;
        loose = next_of(number);
        block_free(number, 0);
    }
}

static void
claim(u32 number, enum frame_kind kind)
{
    struct frame *frame = &frames[number];

    assert(frame->kind == FRAME_FREE && frame->refs == 0);
    frame->lines = 0;
    frame->level = 0;
    frame->flags = 0;
    frame->kind = (u8)kind;
    frame->refs = 1;
}

paddr_t
frame_alloc(enum frame_kind kind)
{
    if (nomem_fails()) {
        return 0;
    }
    u64 flags = spin_lock_irq(&frame_lock);
    u32 number = loose;

    if (number != 0) {
        loose = next_of(number);
    } else {
        number = block_take(0);
    }
    if (number != 0) {
        claim(number, kind);
        counts[FRAME_FREE]--;
        counts[kind]++;
    }
    spin_unlock_irq(&frame_lock, flags);
    return (paddr_t)number << PAGE_SHIFT;
}

paddr_t
frame_alloc_zero(enum frame_kind kind)
{
    paddr_t frame = frame_alloc(kind);

    if (frame != 0) {
        memset(frame_ptr(frame), 0, PAGE_SIZE);
    }
    return frame;
}

paddr_t
frame_alloc_block(enum frame_kind kind, int order)
{
    u64 flags = spin_lock_irq(&frame_lock);
    u32 number = block_take(order);

    if (number == 0) {
        merge_loose();
        number = block_take(order);
    }
    if (number != 0) {
        for (u32 i = 0; i < 1u << order; i++) {
            claim(number + i, kind);
        }
        counts[FRAME_FREE] -= 1u << order;
        counts[kind] += 1u << order;
    }
    spin_unlock_irq(&frame_lock, flags);
    return (paddr_t)number << PAGE_SHIFT;
}

/* Under the lock: one frame is nobody's any more. */
static void
retire(u32 number)
{
    struct frame *frame = &frames[number];

    assert(frame->kind != FRAME_FREE && frame->kind != FRAME_RESERVED);
    counts[frame->kind]--;
    counts[FRAME_FREE]++;
    frame->kind = FRAME_FREE;
    frame->refs = 0;
    frame->flags = 0;
    frame->level = 0;
}

void
frame_free_block(paddr_t block, int order)
{
    u32 number = (u32)(block >> PAGE_SHIFT);
    u64 flags = spin_lock_irq(&frame_lock);

    for (u32 i = 0; i < 1u << order; i++) {
        retire(number + i);
    }
    block_free(number, order);
    spin_unlock_irq(&frame_lock, flags);
}

void
frame_free(paddr_t addr)
{
    u32 number = (u32)(addr >> PAGE_SHIFT);
    u64 flags = spin_lock_irq(&frame_lock);

    retire(number);
    set_links(number, loose, 0);
    loose = number;
    spin_unlock_irq(&frame_lock, flags);
}

void
frame_get(paddr_t addr)
{
    __atomic_fetch_add(&frame_of(addr)->refs, 1, __ATOMIC_RELAXED);
}

void
frame_put(paddr_t addr)
{
    if (__atomic_fetch_sub(&frame_of(addr)->refs, 1, __ATOMIC_ACQ_REL) == 1) {
        frame_free(addr);
    }
}

u64
frame_count(enum frame_kind kind)
{
    return __atomic_load_n(&counts[kind], __ATOMIC_RELAXED);
}

void
frame_release_range(paddr_t start, paddr_t end)
{
    u64 flags = spin_lock_irq(&frame_lock);

    for (u64 n = start >> PAGE_SHIFT; n < end >> PAGE_SHIFT; n++) {
        assert(frames[n].kind == FRAME_RESERVED);
        frames[n].kind = FRAME_FREE;
        frames[n].refs = 0;
        counts[FRAME_RESERVED]--;
        counts[FRAME_FREE]++;
        block_free((u32)n, 0);
    }
    spin_unlock_irq(&frame_lock, flags);
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
    counts[FRAME_RESERVED] = frames_count;
    early_close();
    for (int i = 0; i < bootinfo.nregions; i++) {
        const struct boot_region *region = &bootinfo.regions[i];
        if (region->usable) {
            release_unowned(region->start, region->end);
        }
    }
    printk("memory: %lu MiB, %lu KiB free\n", frames_count >> 8,
           counts[FRAME_FREE] * 4);
}
