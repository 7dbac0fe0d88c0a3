/*
 * The kernel heap.  A page of small objects starts with its own record, so that
 * kfree finds the class by rounding the pointer down; a pointer to a page's
 * very start is therefore never a small object, but a block of frames.
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
    size_t size;
};

struct heap_page {
    struct list link;  /* in its class's list while an object is free */
    struct heap_class *class;
    void *free;        /* chain of free objects */
    u64 in_use;
};

_Static_assert(sizeof(struct heap_page) <= HEADER_SIZE, "the first object");

/* Sizes that divide a page less its record without much left. */
#define CLASS(i, bytes) [i] = {LIST_INIT(classes[i].pages), bytes}
static struct heap_class classes[] = {
    CLASS(0, 16),    CLASS(1, 32),    CLASS(2, 48),   CLASS(3, 64),
    CLASS(4, 96),    CLASS(5, 128),   CLASS(6, 192),  CLASS(7, 256),
    CLASS(8, 336),   CLASS(9, 448),   CLASS(10, 576), CLASS(11, 672),
    CLASS(12, 800),  CLASS(13, 1008), CLASS(14, 1344),
    CLASS(15, SMALL_MAX),
};

/* The class of so many times 16 bytes. */
static const u8 class_of[SMALL_MAX / 16 + 1] = {
    [0 ... 1] = 0, [2] = 1, [3] = 2, [4] = 3, [5 ... 6] = 4, [7 ... 8] = 5,
    [9 ... 12] = 6, [13 ... 16] = 7, [17 ... 21] = 8, [22 ... 28] = 9,
    [29 ... 36] = 10, [37 ... 42] = 11, [43 ... 50] = 12, [51 ... 63] = 13,
    [64 ... 84] = 14, [85 ... 126] = 15,
};

static struct spinlock heap_lock = SPINLOCK_INIT(RANK_HEAP);
static u64 bytes_in_use;

static __noinline struct heap_page *
page_make(struct heap_class *class)
{
    paddr_t frame = frame_alloc(FRAME_KERNEL);
    if (frame == 0) {
        return NULL;
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
    return page;
}

static void *
small_alloc(struct heap_class *class)
{
    struct list *first = list_first(&class->pages);
    struct heap_page *page =
        first != NULL ? list_entry(first, struct heap_page, link)
                      : page_make(class);
    if (page == NULL) {
        return NULL;
    }
    void **object = page->free;
    page->free = *object;
    page->in_use++;
    if (page->free == NULL) {
        list_del(&page->link);
    }
    bytes_in_use += class->size;
    return object;
}

static void
small_free(void *ptr)
{
    struct heap_page *page = (void *)align_down((u64)ptr, PAGE_SIZE);
    struct heap_class *class = page->class;

    assert(page->in_use > 0);
    if (page->free == NULL) {
        list_add(&class->pages, &page->link);
    }
    *(void **)ptr = page->free;
    page->free = ptr;
    page->in_use--;
    bytes_in_use -= class->size;
    /* Keep one empty page a class: the next request is near. */
    if (page->in_use == 0 && class->pages.next != class->pages.prev) {
        list_del(&page->link);
        frame_put(frame_addr(page));
    }
}

/* A single frame comes from the allocator's short way. */
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
    bytes_in_use += PAGE_SIZE << order;
    return frame_ptr(block);
}

static __noinline void
large_free(void *ptr)
{
    paddr_t block = frame_addr(ptr);
    int order = frame_of(block)->level;

    bytes_in_use -= PAGE_SIZE << order;
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
    spin_lock(&heap_lock);
    void *object = size <= SMALL_MAX
                       ? small_alloc(&classes[class_of[(size + 15) / 16]])
                       : large_alloc(size);

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
    if (ptr == NULL) {
        return;
    }
    spin_lock(&heap_lock);
    if (((u64)ptr & (PAGE_SIZE - 1)) != 0) {
        small_free(ptr);
    } else {
        large_free(ptr);
    }
    spin_unlock(&heap_lock);
}

u64
heap_bytes(void)
{
    return __atomic_load_n(&bytes_in_use, __ATOMIC_RELAXED);
}
