/*
 * Processors that cache as much as the architecture allows.  The essential
 * fact: an entry leaves these caches only by a flush, a fault or the load of
 * another root; so a flush that the kernel forgets is noticed sooner or later.
 */
#include "core/config.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/smp.h"

#include "mm/frame.h"
#include "mm/kmap.h"

#include "model/host.h"
#include "model/mmu.h"

#define CACHED 512

/* A page in the TLB: its frame and the rights on its path. */
struct translation {
    vaddr_t page;
    pte_t leaf; /* W and NX are those of the path */
};

/* An upper entry that has been walked. */
struct path {
    u64 key;     /* AND: where its span begins; RAW: the entry's address */
    int level;   /* of the table that has the entry */
    pte_t entry; /* AND: W is that of the path down to it */
};

static struct mmu {
    paddr_t root;
    int translations, paths;
    struct translation translation[CACHED];
    struct path path[CACHED];
} mmus[HOST_CPUS];

static bool
is_raw(int cpu)
{
    return cpu % 2 != 0;
}

static void
forget_all(struct mmu *mmu)
{
    mmu->translations = 0;
    mmu->paths = 0;
}

void
write_cr3(u64 root)
{
    mmus[running_cpu].root = root;
    forget_all(&mmus[running_cpu]);
}

static pte_t *
entry_of(int cpu, paddr_t table, int level, vaddr_t addr)
{
    u64 number = table >> PAGE_SHIFT;

    if (table != kernel_root
        && (number >= frames_count || frames[number].kind != FRAME_TABLE
            || frames[number].level != level)) {
        fail("cpu %d walks to %#lx for %#lx: not a table of level %d",
             cpu, table, addr, level);
    }
    return (pte_t *)frame_ptr(table) + pt_index(addr, level);
}

static struct path *
find_path(struct mmu *mmu, u64 key, int level)
{
    for (int i = 0; i < mmu->paths; i++) {
        if (mmu->path[i].key == key && mmu->path[i].level == level) {
            return &mmu->path[i];
        }
    }
    return NULL;
}

static u64
path_key(int cpu, paddr_t table, int level, vaddr_t addr)
{
    return is_raw(cpu) ? table + pt_index(addr, level) * sizeof(pte_t)
                       : align_down(addr, pt_span(level));
}

static void
keep_path(struct mmu *mmu, u64 key, int level, pte_t entry)
{
    if (mmu->paths < CACHED) {
        mmu->path[mmu->paths++] = (struct path){key, level, entry};
    }
}

/* One level of a walk: from `upper`, the entry that led here, to the next.  A
 * processor sets A before it keeps anything, and D for a write that it grants.
 * => 0: not present */
static pte_t
walk_level(int cpu, pte_t upper, int level, vaddr_t addr, bool write)
{
    struct mmu *mmu = &mmus[cpu];
    paddr_t table = pte_addr(upper);
    u64 key = path_key(cpu, table, level, addr);
    struct path *kept = level > 1 ? find_path(mmu, key, level) : NULL;
    pte_t and = upper | ~PTE_W;

    if (kept != NULL) {
        return is_raw(cpu) ? kept->entry & and : kept->entry;
    }
    pte_t *entry = entry_of(cpu, table, level, addr);
    if ((*entry & PTE_P) == 0) {
        return 0;
    }
    if ((*entry & PTE_U) == 0) {
        fail("cpu %d walks over an entry without U for %#lx", cpu, addr);
    }
    *entry |= PTE_A;
    if (level == 1 && write && (*entry & and & PTE_W) != 0) {
        *entry |= PTE_D;
    }
    if (level > 1) {
        keep_path(mmu, key, level, is_raw(cpu) ? *entry : *entry & and);
    }
    return *entry & and;
}

/* The leaf for addr with the W of the whole path; 0 if there is none. */
static pte_t
walk(int cpu, vaddr_t addr, bool write)
{
    pte_t entry = mmus[cpu].root | PTE_W;

    for (int level = PT_LEVELS; level >= 1 && entry != 0; level--) {
        entry = walk_level(cpu, entry, level, addr, write);
    }
    return entry;
}

static struct translation *
find_translation(struct mmu *mmu, vaddr_t page)
{
    for (int i = 0; i < mmu->translations; i++) {
        if (mmu->translation[i].page == page) {
            return &mmu->translation[i];
        }
    }
    return NULL;
}

static void
forget_translation(struct mmu *mmu, vaddr_t page)
{
    struct translation *old = find_translation(mmu, page);

    if (old != NULL) {
        *old = mmu->translation[--mmu->translations];
    }
}

static void
keep_translation(struct mmu *mmu, vaddr_t page, pte_t leaf)
{
    forget_translation(mmu, page);
    if (mmu->translations < CACHED) {
        mmu->translation[mmu->translations++] =
            (struct translation){page, leaf};
    }
}

/* A fault forgets what was used for it, and no more. */
static void
forget_address(int cpu, vaddr_t addr)
{
    struct mmu *mmu = &mmus[cpu];
    paddr_t table = mmu->root;

    forget_translation(mmu, align_down(addr, PAGE_SIZE));
    for (int level = PT_LEVELS; level > 1; level--) {
        struct path *path =
            find_path(mmu, path_key(cpu, table, level, addr), level);
        if (path == NULL && is_raw(cpu)) {
            return;
        }
        if (path != NULL) {
            table = pte_addr(path->entry);
            *path = mmu->path[--mmu->paths];
        }
    }
}

static bool
grants(pte_t leaf, enum access access)
{
    switch (access) {
    case ACCESS_WRITE:
        return (leaf & PTE_W) != 0;
    case ACCESS_FETCH:
        return (leaf & PTE_NX) == 0;
    default:
        return true;
    }
}

static void
check_page(int cpu, vaddr_t addr, pte_t leaf)
{
    paddr_t frame = pte_addr(leaf);
    u8 kind = frames[frame >> PAGE_SHIFT].kind;

    if (frame == zero_frame ? (leaf & PTE_W) != 0
                            : kind != FRAME_ANON && kind != FRAME_CACHE
                                  && kind != FRAME_SHARED) {
        fail("cpu %d reaches frame %#lx of kind %d at %#lx, entry %#lx", cpu,
             frame, kind, addr, leaf);
    }
}

bool
mmu_access(int cpu, vaddr_t addr, enum access access, paddr_t *frame)
{
    vaddr_t page = align_down(addr, PAGE_SIZE);
    struct translation *kept = find_translation(&mmus[cpu], page);
    pte_t leaf = kept != NULL ? kept->leaf : 0;

    /* A first write walks again, to set D. */
    if (leaf == 0
        || (access == ACCESS_WRITE && (leaf & (PTE_W | PTE_D)) == PTE_W)) {
        leaf = walk(cpu, addr, access == ACCESS_WRITE);
    }
    if (leaf == 0 || !grants(leaf, access)) {
        forget_address(cpu, addr);
        return false;
    }
    check_page(cpu, addr, leaf);
    keep_translation(&mmus[cpu], page, leaf);
    *frame = pte_addr(leaf);
    return true;
}

void
mmu_speculate(int cpu, vaddr_t addr)
{
    vaddr_t page = align_down(addr, PAGE_SIZE);

    if (find_translation(&mmus[cpu], page) == NULL) {
        pte_t leaf = walk(cpu, addr, false);
        if (leaf != 0) {
            check_page(cpu, addr, leaf);
            keep_translation(&mmus[cpu], page, leaf);
        }
    }
}

const pte_t *
mmu_look(paddr_t root, vaddr_t addr, bool *writable)
{
    pte_t entry = root | PTE_W;
    const pte_t *at = NULL;

    *writable = true;
    for (int level = PT_LEVELS; level >= 1; level--) {
        at = entry_of(-1, pte_addr(entry), level, addr);
        entry = *at;
        *writable = *writable && (entry & PTE_W) != 0;
        if (level > 1 && (entry & PTE_P) == 0) {
            return NULL;
        }
    }
    return at;
}

static void
check_translation(int cpu, const struct translation *kept)
{
    bool writable;
    const pte_t *now = mmu_look(mmus[cpu].root, kept->page, &writable);

    if (now == NULL || (*now & PTE_P) == 0
        || pte_addr(*now) != pte_addr(kept->leaf)) {
        fail("TLB-1 cpu %d keeps %#lx for %#lx, the tables have %#lx", cpu,
             kept->leaf, kept->page, now != NULL ? *now : 0);
    }
    if (((kept->leaf & PTE_W) != 0 && !writable)
        || (kept->leaf & PTE_NX) < (*now & PTE_NX)) {
        fail("TLB-1 cpu %d keeps rights %#lx for %#lx, the tables have %#lx%s",
             cpu, kept->leaf, kept->page, *now, writable ? "" : " (path ro)");
    }
}

/* The entry that a path was read from, as it is now.
 * => 0: there is none any more */
static pte_t
path_now(int cpu, const struct path *path)
{
    pte_t entry = mmus[cpu].root | PTE_W;

    if (is_raw(cpu)) {
        u64 index = path->key % PAGE_SIZE / sizeof(pte_t);
        return *entry_of(cpu, align_down(path->key, PAGE_SIZE), path->level,
                         index * pt_span(path->level));
    }
    for (int level = PT_LEVELS; level >= path->level && entry != 0; level--) {
        pte_t and = entry | ~PTE_W;
        entry = *entry_of(cpu, pte_addr(entry), level, path->key) & and;
        entry = entry & PTE_P ? entry : 0;
    }
    return entry;
}

static void
check_path(int cpu, const struct path *path)
{
    pte_t now = path_now(cpu, path);
    bool more = (path->entry & PTE_W) > (now & PTE_W);

    /* A raw W may be stale if a space that takes the table flushes (H2). */
    bool warned = is_raw(cpu)
                  && (frame_of(path->key)->flags & FRAME_WCLEARED) != 0;
    if ((now & PTE_P) == 0 || pte_addr(now) != pte_addr(path->entry)
        || (more && !warned)) {
        fail("TLB-1 cpu %d keeps the path %#lx at %#lx level %d, "
             "the tables have %#lx", cpu, path->entry, path->key, path->level,
             now);
    }
}

void
mmu_check(void)
{
    for (int cpu = 0; cpu < HOST_CPUS; cpu++) {
        for (int i = 0; i < mmus[cpu].translations; i++) {
            check_translation(cpu, &mmus[cpu].translation[i]);
        }
        for (int i = 0; i < mmus[cpu].paths; i++) {
            check_path(cpu, &mmus[cpu].path[i]);
        }
    }
}

/* The W that a walk for addr would find, by what is kept and by the tables. */
static bool
would_grant(int cpu, vaddr_t addr)
{
    pte_t entry = mmus[cpu].root | PTE_W;

    for (int level = PT_LEVELS; level >= 1; level--) {
        paddr_t table = pte_addr(entry);
        const struct path *kept = find_path(
            &mmus[cpu], path_key(cpu, table, level, addr), level);
        pte_t now = kept != NULL ? kept->entry
                                 : *entry_of(cpu, table, level, addr);
        if (kept == NULL || is_raw(cpu)) {
            now &= entry | ~PTE_W;
        }
        if ((now & PTE_P) == 0) {
            return false;
        }
        entry = now;
    }
    return (entry & PTE_W) != 0;
}

void
mmu_check_rights(vaddr_t addr)
{
    for (int cpu = 0; cpu < HOST_CPUS; cpu++) {
        bool writable = false;
        if (mmus[cpu].root == kernel_root) {
            continue;
        }
        (void)mmu_look(mmus[cpu].root, addr, &writable);
        if (!writable && would_grant(cpu, addr)) {
            fail("TLB-1 cpu %d would write to %#lx, the tables forbid it", cpu,
                 addr);
        }
    }
}

void
mmu_check_free(paddr_t frame)
{
    for (int cpu = 0; cpu < HOST_CPUS; cpu++) {
        for (int i = 0; i < mmus[cpu].translations; i++) {
            if (pte_addr(mmus[cpu].translation[i].leaf) == frame) {
                fail("TLB-1 cpu %d keeps page %#lx, which is being freed", cpu,
                     frame);
            }
        }
        for (int i = 0; i < mmus[cpu].paths; i++) {
            if (pte_addr(mmus[cpu].path[i].entry) == frame) {
                fail("TLB-1 cpu %d keeps a path to table %#lx, which is being "
                     "freed", cpu, frame);
            }
        }
    }
}

/* H1: while a CPU still reads the old page, no CPU may write to the new one. */
static void
check_not_published(int cpu, vaddr_t addr)
{
    const struct translation *kept =
        find_translation(&mmus[cpu], align_down(addr, PAGE_SIZE));
    bool writable = false;
    const pte_t *now =
        kept != NULL ? mmu_look(mmus[cpu].root, addr, &writable) : NULL;

    if (now != NULL && (*now & PTE_P) != 0 && writable
        && pte_addr(*now) != pte_addr(kept->leaf)) {
        fail("TLB-1 cpu %d keeps %#lx for %#lx, the tables let write to %#lx",
             cpu, kept->leaf, addr, *now);
    }
}

/* arch/smp.h: other CPUs may run until the last moment, and right after it. */
void
tlb_flush_page(u64 mask, vaddr_t addr)
{
    yield_point();
    for (int cpu = 0; cpu < HOST_CPUS; cpu++) {
        if (mask & 1UL << cpu) {
            check_not_published(cpu, addr);
            forget_translation(&mmus[cpu], align_down(addr, PAGE_SIZE));
            mmus[cpu].paths = 0; /* invlpg drops them all (A9) */
        }
    }
    yield_point();
}

void
tlb_flush_all(u64 mask)
{
    yield_point();
    for (int cpu = 0; cpu < HOST_CPUS; cpu++) {
        if (mask & 1UL << cpu) {
            forget_all(&mmus[cpu]);
        }
    }
    yield_point();
}
