/*
 * The kernel heap.  A page of small objects starts with its own record: kfree
 * rounds the pointer down to find it.  So a pointer to the start of a page is
 * never a small object, but a block of frames.
 */
#include "common/list.h"
#include "common/string.h"

#include "core/panic.h"
#include "core/spin.h"

#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/nomem.h"

#define HEADER_SIZE 64
#define SMALL_MAX   2016

struct heap_class {
    struct list pages; /* with at least one free object */
    u64 size;
    u64 in_use;
};

struct heap_page {
    struct list link;  /* in its class's list while an object is free */
    struct heap_class *class;
    void *free;        /* chain of free objects */
    u64 in_use;
};

_Static_assert(sizeof(struct heap_page) <= HEADER_SIZE, "the first object");

/* Sizes that fill a page, less its record, with little waste. */
#define CLASS(i, bytes) [i] = {LIST_INIT(classes[i].pages), bytes, 0}
static struct heap_class classes[] = {
    CLASS(0, 16),    CLASS(1, 32),    CLASS(2, 48),   CLASS(3, 64),
    CLASS(4, 96),    CLASS(5, 128),   CLASS(6, 192),  CLASS(7, 256),
    CLASS(8, 336),   CLASS(9, 448),   CLASS(10, 576), CLASS(11, 672),
    CLASS(12, 800),  CLASS(13, 1008), CLASS(14, 1344),
    CLASS(15, SMALL_MAX),
};

/* class_of[n]: the class for 16 * n bytes. */
#define C(i) &classes[i]
static struct heap_class *const class_of[SMALL_MAX / 16 + 1] = {
    [0 ... 1] = C(0), [2] = C(1), [3] = C(2), [4] = C(3), [5 ... 6] = C(4),
    [7 ... 8] = C(5), [9 ... 12] = C(6), [13 ... 16] = C(7),
    [17 ... 21] = C(8), [22 ... 28] = C(9), [29 ... 36] = C(10),
    [37 ... 42] = C(11), [43 ... 50] = C(12), [51 ... 63] = C(13),
    [64 ... 84] = C(14), [85 ... 126] = C(15),
};

static struct spinlock heap_lock = SPINLOCK_INIT(RANK_HEAP);
static u64 large_bytes;

/* => heap_lock held; whether there was memory */
static __noinline bool
page_make(struct heap_class *class)
{
    paddr_t frame = frame_alloc(FRAME_KERNEL);
    if (frame == 0) {
        return false;
    }
    struct heap_page *page = frame_ptr(frame);
    page->class = class;
    page->in_use = 0;
    page->free = NULL;
    for (size_t at = HEADER_SIZE; at + class->size <= PAGE_SIZE;
         at += class->size) {
        void **object = (void **)((char *)page + at);
        *object = page->free;
        page->free = object;
    }
    list_add(&class->pages, &page->link);
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

void *
kmalloc(size_t size)
{
    if (nomem_fails()) {
        return NULL;
    }
    if (size > SMALL_MAX) {
        return large_alloc(size);
    }
    struct heap_class *class = class_of[(size + 15) / 16];
    void **object = NULL;

    spin_lock(&heap_lock);
    if (!list_empty(&class->pages) || page_make(class)) {
        struct heap_page *page =
            list_entry(class->pages.next, struct heap_page, link);
        object = page->free;
        page->free = *object;
        page->in_use++;
        class->in_use++;
        if (page->free == NULL) {
            list_del(&page->link);
        }
    }
    spin_unlock(&heap_lock);
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
    spin_lock(&heap_lock);
    assert(page->in_use > 0);
    if (page->free == NULL) {
        list_add(&page->class->pages, &page->link);
    }
    *(void **)ptr = page->free;
    page->free = ptr;
    page->class->in_use--;
    /* Keep one empty page of each class: a request will soon need it. */
    if (--page->in_use == 0
        && page->class->pages.next != page->class->pages.prev) {
        list_del(&page->link);
        frame_put(frame_addr(page));
    }
    spin_unlock(&heap_lock);
}

u64
heap_bytes(void)
{
    u64 bytes = __atomic_load_n(&large_bytes, __ATOMIC_RELAXED);

    for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
        bytes += __atomic_load_n(&classes[i].in_use, __ATOMIC_RELAXED)
                 * classes[i].size;
    }
    return bytes;
}
