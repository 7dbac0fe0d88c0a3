/*
 * The kernel's own page tables.  The essential fact: no page of the kernel is
 * both writable and executable, under any of its addresses.  Where the image is
 * read-only, the direct map of the same pages is, too.
 */
#include "core/config.h"
#include "core/memlayout.h"
#include "core/spin.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/frame.h"
#include "mm/kmap.h"

#define LARGE_PAGE (2UL << 20)

/* Each slot is two guard pages and two pages of stack. */
#define KSTACK_SLOT (4 * PAGE_SIZE)

extern const char image_start[], text_end[], rodata_end[], data_start[];
extern const char image_end[];

paddr_t kernel_root;

static struct spinlock kstack_lock = SPINLOCK_INIT(RANK_KSTACK);

/* The free slots: first those without frames (bare), then those with frames;
 * the last one freed is on top.  At most KEPT_MAX keep their frames; then
 * GIVE_BACK of them lose theirs at once, as that needs a flush on all CPUs. */
#define KEPT_MAX  64
#define GIVE_BACK 32
#define SLOTS     (MAX_PROCESSES + MAX_CPUS)
static u32 free_slots[SLOTS];
static u32 free_count, bare_count;

paddr_t
kernel_image_end(void)
{
    return (paddr_t)image_end - IMAGE_BASE;
}

static vaddr_t
slot_stack(u32 slot)
{
    return KSTACK_BASE + slot * KSTACK_SLOT + KSTACK_SLOT - KSTACK_SIZE;
}

/* The entry for addr at level; at boot, missing tables are made. */
static pte_t *
entry_at(vaddr_t addr, int level)
{
    pte_t *table = frame_ptr(kernel_root);

    for (int l = PT_LEVELS; l > level; l--) {
        pte_t *entry = &table[pt_index(addr, l)];
        if (*entry == 0) {
            *entry = frame_addr(early_alloc(PAGE_SIZE)) | PTE_P | PTE_W;
        }
        table = frame_ptr(pte_addr(*entry));
    }
    return &table[pt_index(addr, level)];
}

/* The rights of an image page, in the direct map or at its own address. */
static pte_t
image_rights(paddr_t page, bool direct)
{
    vaddr_t addr = page + IMAGE_BASE;

    if (addr < (vaddr_t)image_start || addr >= (vaddr_t)data_start) {
        return PTE_W | PTE_NX;
    }
    return addr < (vaddr_t)text_end && !direct ? 0 : PTE_NX;
}

/* Map [page, end), which holds the image, by small pages. */
static void
map_small(vaddr_t base, paddr_t page, paddr_t end)
{
    for (; page < end; page += PAGE_SIZE) {
        *entry_at(base + page, 1) =
            page | PTE_P | PTE_G | image_rights(page, base == DIRECT_MAP);
    }
}

/* Map [page, end), without the image, by large pages. */
static void
map_large(paddr_t page, paddr_t end, pte_t caching)
{
    for (; page < end; page += LARGE_PAGE) {
        *entry_at(DIRECT_MAP + page, 2) =
            page | PTE_P | PTE_W | PTE_PS | PTE_G | PTE_NX | caching;
    }
}

void
kmap_init(void)
{
    paddr_t fine = align_up(kernel_image_end(), LARGE_PAGE);

    kernel_root = frame_addr(early_alloc(PAGE_SIZE));
    map_small(DIRECT_MAP, 0, fine);
    map_large(fine, align_up(early_memory_end(), LARGE_PAGE), 0);
    map_large(IOAPIC_BASE, APIC_END, PTE_PCD | PTE_PWT);
    map_small(IMAGE_BASE, (paddr_t)image_start - IMAGE_BASE,
              kernel_image_end());
    for (; free_count < SLOTS; bare_count = ++free_count) {
        free_slots[free_count] = SLOTS - 1 - free_count; /* the lowest on top */
        (void)entry_at(slot_stack(free_count), 1); /* so none is made later */
    }
    write_cr3(kernel_root);
    this_cpu()->loaded_root = kernel_root;
}

/* Give the last bare slot its frames.
 * => kstack_lock held; false: no memory, or no such slot */
static __noinline bool
slot_map(void)
{
    if (bare_count == 0) {
        return false;
    }
    pte_t *entry = entry_at(slot_stack(free_slots[bare_count - 1]), 1);
    paddr_t low = frame_alloc(FRAME_KERNEL);
    paddr_t high = low != 0 ? frame_alloc(FRAME_KERNEL) : 0;
    if (high == 0) {
        if (low != 0) {
            frame_put(low);
        }
        return false;
    }
    /* Two pages of an aligned pair: their entries are neighbours. */
    entry[0] = low | PTE_P | PTE_W | PTE_G | PTE_NX;
    entry[1] = high | PTE_P | PTE_W | PTE_G | PTE_NX;
    bare_count--;
    return true;
}

/* Forget the translations of the slots that are about to become bare. */
static void
flush_here(u64 unused)
{
    (void)unused;
    for (u32 i = bare_count; i < bare_count + GIVE_BACK; i++) {
        invlpg(slot_stack(free_slots[i]));
        invlpg(slot_stack(free_slots[i]) + PAGE_SIZE);
    }
}

/* Free the frames of the slots that were unused for longest.
 * => kstack_lock held */
static __noinline void
give_back(void)
{
    pte_t *entry[GIVE_BACK];

    for (u32 i = 0; i < GIVE_BACK; i++) {
        entry[i] = entry_at(slot_stack(free_slots[bare_count + i]), 1);
        entry[i][0] &= ~PTE_P;
        entry[i][1] &= ~PTE_P;
    }
    flush_here(0);
    smp_call(cpus_online & ~(1UL << this_cpu()->id), flush_here, 0);
    for (u32 i = 0; i < GIVE_BACK; i++) {
        frame_put(pte_addr(entry[i][0]));
        frame_put(pte_addr(entry[i][1]));
    }
    bare_count += GIVE_BACK;
}

vaddr_t
kstack_alloc(void)
{
    vaddr_t stack = 0;

    spin_lock(&kstack_lock);
    if (free_count > bare_count || slot_map()) {
        stack = slot_stack(free_slots[--free_count]);
    }
    spin_unlock(&kstack_lock);
    return stack;
}

void
kstack_free(vaddr_t stack)
{
    spin_lock(&kstack_lock);
    free_slots[free_count++] = (u32)((stack - KSTACK_BASE) / KSTACK_SLOT);
    if (free_count - bare_count > KEPT_MAX) {
        give_back();
    }
    spin_unlock(&kstack_lock);
}

u64
kstacks_in_use(void)
{
    return SLOTS - free_count;
}
