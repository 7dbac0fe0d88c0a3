/*
 * Memory before the frame allocator: a pointer that moves up in the largest
 * usable region, around the kernel and the initrd.  The rest becomes frames.
 */
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/memlayout.h"
#include "core/panic.h"
#include "core/printk.h"

#include "mm/frame.h"
#include "mm/kmap.h"

struct frame *frames;
u64 frames_count;
paddr_t zero_frame;

static paddr_t first, next; /* [first, next) has been taken */

paddr_t
early_memory_end(void)
{
    paddr_t end = 0;

    for (int i = 0; i < bootinfo.nregions; i++) {
        end = MAX(end, bootinfo.regions[i].end);
    }
    return end;
}

/* The largest usable region below 4 GiB: all that the boot tables map. */
static const struct boot_region *
largest_region(void)
{
    const struct boot_region *best = NULL;

    for (int i = 0; i < bootinfo.nregions; i++) {
        const struct boot_region *region = &bootinfo.regions[i];
        if (region->end <= 1UL << 32
            && (best == NULL
                || region->end - region->start > best->end - best->start)) {
            best = region;
        }
    }
    if (best == NULL) {
        panic("boot: the loader's memory map names no usable memory");
    }
    return best;
}

void *
early_alloc(size_t size)
{
    const struct boot_region *region = largest_region();
    paddr_t start = next;

    assert(zero_frame == 0); /* frame_init allocates it last */
    if (first == 0) {
        first = MAX(region->start, kernel_image_end());
        start = first;
    }
    size = align_up(size, PAGE_SIZE);
    if (start + size > bootinfo.initrd_start && start < bootinfo.initrd_end) {
        start = align_up(bootinfo.initrd_end, PAGE_SIZE);
    }
    if (start + size > region->end) {
        panic("boot: too little memory: %lu KiB wanted at %#lx, region ends "
              "at %#lx", size / 1024, start, region->end);
    }
    next = start + size;
    memset(frame_ptr(start), 0, size);
    return frame_ptr(start);
}

/* Free [start, end) without image, initrd, and what early_alloc has given. */
static void
release_unowned(paddr_t start, paddr_t end)
{
    for (paddr_t at = MAX(start, LOW_MEMORY); at < end; at += PAGE_SIZE) {
        bool initrd = at >= align_down(bootinfo.initrd_start, PAGE_SIZE)
                      && at < bootinfo.initrd_end;
        bool taken = at < kernel_image_end() || (at >= first && at < next);
        if (!initrd && !taken) {
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
    for (int i = 0; i < bootinfo.nregions; i++) {
        release_unowned(bootinfo.regions[i].start, bootinfo.regions[i].end);
    }
    printk("memory: %lu MiB, %lu KiB free\n", frames_count >> 8,
           frame_count(FRAME_FREE) * 4);
}
