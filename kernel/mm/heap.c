/*
 * The kernel heap.  A page of small objects starts with its own record: kfree
 * rounds the pointer down to find it.  So a pointer to the start of a page is
 * never a small object, but a block of frames.  Each CPU keeps some free
 * objects of each size for itself: for its page, such an object is in use.
 */
#include "common/list.h"
#include "common/string.h"

#include "core/panic.h"
#include "core/spin.h"

#include "arch/percpu.h"

#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/nomem.h"

#define HEADER_SIZE 64
#define SMALL_MAX   2016

struct heap_class {
    struct list pages; /* with at least one free object */
    u64 size;
};

struct heap_page {
    struct list link;  /* in its class's list while an object is free */
    u64 class;         /* its index */
    void *free;        /* chain of free objects */
    u64 in_use;
};

_Static_assert(sizeof(struct heap_page) <= HEADER_SIZE, "the first object");

/* Sizes that fill a page, less its record, with little waste. */
#define CLASS(i, bytes) [i] = {LIST_INIT(classes[i].pages), bytes}
static struct heap_class classes[] = {
    CLASS(0, 16),    CLASS(1, 32),    CLASS(2, 48),   CLASS(3, 64),
    CLASS(4, 96),    CLASS(5, 128),   CLASS(6, 192),  CLASS(7, 256),
    CLASS(8, 336),   CLASS(9, 448),   CLASS(10, 576), CLASS(11, 672),
    CLASS(12, 800),  CLASS(13, 1008), CLASS(14, 1344),
    CLASS(15, SMALL_MAX),
};

/* class_of[n]: the class for 16 * n bytes. */
static const u8 class_of[SMALL_MAX / 16 + 1] = {
    [0 ... 1] = 0, [2] = 1, [3] = 2, [4] = 3, [5 ... 6] = 4, [7 ... 8] = 5,
    [9 ... 12] = 6, [13 ... 16] = 7, [17 ... 21] = 8, [22 ... 28] = 9,
    [29 ... 36] = 10, [37 ... 42] = 11, [43 ... 50] = 12, [51 ... 63] = 13,
    [64 ... 84] = 14, [85 ... 126] = 15,
};

static struct spinlock heap_lock = SPINLOCK_INIT(RANK_HEAP);
static u64 large_bytes;
static u64 small_pages;

#define KEPT 4 /* objects of a class that a CPU keeps at most */

/* Of each CPU, used by it alone. */
static struct heap_cache {
    struct kept {
        void **first; /* chain of free objects */
        u32 count;
        u32 in_use;   /* allocated here less freed here: only the sum of all
                         CPUs has a meaning */
    } kept[ARRAY_SIZE(classes)];
} __attribute__((aligned(64))) caches[MAX_CPUS];

static inline struct kept *
kept_of(u64 class)
{
    struct cpu *cpu = this_cpu();

    assert(cpu->rank < RANK_HEAP); /* as if its lock were taken */
    return &caches[cpu->id].kept[class];
}

/* => heap_lock held; whether there was memory */
static __noinline bool
page_make(struct heap_class *class)
{
    paddr_t frame = frame_alloc(FRAME_KERNEL);
    if (frame == 0) {
        return false;
    }
    struct heap_page *page = frame_ptr(frame);
    page->class = (u64)(class - classes);
    page->in_use = 0;
    page->free = NULL;
    for (size_t at = HEADER_SIZE; at + class->size <= PAGE_SIZE;
         at += class->size) {
        void **object = (void **)((char *)page + at);
        *object = page->free;
        page->free = object;
    }
    list_add(&class->pages, &page->link);
    small_pages++;
    return true;
}

/* For a single frame the allocator has a faster function. */
static __noinline void *
large_alloc(size_t size)
{
    int order = 0;

    while (PAGE_SIZE << order < size) {
        order++;
    }
    paddr_t block = order == 0 ? frame_alloc(FRAME_KERNEL)
                               : frame_alloc_block(FRAME_KERNEL, order);
    if (block == 0) {
        return NULL;
    }
    frame_of(block)->level = (u8)order;
    __atomic_fetch_add(&large_bytes, PAGE_SIZE << order, __ATOMIC_RELAXED);
    return frame_ptr(block);
}

static __noinline void
large_free(void *ptr)
{
    paddr_t block = frame_addr(ptr);
    int order = frame_of(block)->level;

    __atomic_fetch_sub(&large_bytes, PAGE_SIZE << order, __ATOMIC_RELAXED);
    if (order == 0) {
        frame_put(block);
    } else {
        frame_free_block(block, order);
    }
}

static __noinline void *
page_take(struct kept *kept, struct heap_class *class)
{
    void **object = NULL;

    spin_lock(&heap_lock);
    if (!list_empty(&class->pages) || page_make(class)) {
        struct heap_page *page =
            list_entry(class->pages.next, struct heap_page, link);
        object = page->free;
        page->free = *object;
        page->in_use++;
        kept->in_use++;
        if (page->free == NULL) {
            list_del(&page->link);
        }
    }
    spin_unlock(&heap_lock);
    return object;
}

void *
kmalloc(size_t size)
{
    if (nomem_fails()) {
        return NULL;
    }
    if (size > SMALL_MAX) {
        return large_alloc(size);
    }
    u64 class = class_of[(size + 15) / 16];
    struct kept *kept = kept_of(class);
    void **object = kept->first;
    if (object == NULL) {
        return page_take(kept, &classes[class]);
    }
    kept->first = *object;
    kept->count--;
    kept->in_use++;
    return object;
}

void *
kzalloc(size_t size)
{
    void *object = kmalloc(size);

    if (object != NULL) {
        memset(object, 0, size);
    }
    return object;
}

static __noinline void
page_give(struct heap_page *page, void *ptr)
{
    struct list *pages = &classes[page->class].pages;

    spin_lock(&heap_lock);
    assert(page->in_use > 0);
    if (page->free == NULL) {
        list_add(pages, &page->link);
    }
    *(void **)ptr = page->free;
    page->free = ptr;
    /* Keep one empty page of each class: a request will soon need it. */
    if (--page->in_use == 0 && pages->next != pages->prev) {
        list_del(&page->link);
        small_pages--;
        frame_put(frame_addr(page));
    }
    spin_unlock(&heap_lock);
}

void
kfree(void *ptr)
{
    struct heap_page *page = (void *)align_down((u64)ptr, PAGE_SIZE);

    if (ptr == page) {
        if (ptr != NULL) {
            large_free(ptr);
        }
        return;
    }
    struct kept *kept = kept_of(page->class);
    kept->in_use--;
    if (kept->count == KEPT) {
        page_give(page, ptr);
        return;
    }
    *(void **)ptr = kept->first;
    kept->first = ptr;
    kept->count++;
}

u64
heap_bytes(void)
{
    u64 bytes = __atomic_load_n(&large_bytes, __ATOMIC_RELAXED);

    for (size_t class = 0; class < ARRAY_SIZE(classes); class++) {
        u32 in_use = 0;
        for (int i = 0; i < MAX_CPUS; i++) {
            in_use += __atomic_load_n(&caches[i].kept[class].in_use,
                                      __ATOMIC_RELAXED);
        }
        bytes += in_use * classes[class].size;
    }
    return bytes;
}

u64
heap_small_frames(void)
{
    return small_pages;
}
