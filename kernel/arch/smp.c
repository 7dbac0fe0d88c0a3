/*
 * The other CPUs.  ACPI lists them: the RSDP leads to the RSDT or XSDT, and
 * that to the MADT (ACPI Specification 6.4, section 5.2).  The firmware wrote
 * these tables, so they are not trusted: we read a table only below 4 GiB,
 * after checking length and checksum.  If one is bad, we use one processor.
 *
 * A CPU is started by INIT, then twice a start-up interrupt that names the page
 * where it begins (Intel SDM volume 3, 8.4), and stopped for good by NMI.
 */
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/memlayout.h"
#include "core/printk.h"

#include "arch/apic.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/smp.h"
#include "arch/trap.h"

#define NS_PER_MS   1000000UL
#define INIT_WAIT   (10 * NS_PER_MS)
#define FIRST_WAIT  (1 * NS_PER_MS)    /* then we send the interrupt again */
#define LAST_WAIT   (1000 * NS_PER_MS) /* an emulated CPU may be slow */
#define STOP_WAIT   (200 * NS_PER_MS)

#define MAPPED_END    (1UL << 32) /* of the boot tables */
#define TABLE_MAX     65536
#define BIOS_START    0xe0000UL
#define BIOS_END      0x100000UL
#define MADT_ENTRIES  44          /* offset of the first */
#define MADT_CPU      0           /* type: processor local APIC */
#define MADT_CPU_SIZE 8
#define CPU_ENABLED   0x1
#define APIC_ID_ALL   0xff

struct rsdp {
    char signature[8];
    u8 checksum;
    char oem[6];
    u8 revision;
    u32 rsdt;
    u32 length; /* from here on: revision 2 and above */
    u64 xsdt;
    u8 checksum_all, reserved[3];
} __attribute__((packed));

#define RSDP_OLD_SIZE 20

struct table {
    char signature[4];
    u32 length;
    u8 revision, checksum;
    char oem[6], oem_table[8];
    u32 oem_revision, creator, creator_revision;
} __attribute__((packed));

u32 acpi_cpu_ids[MAX_CPUS];
int acpi_cpu_count;

/* => NULL: part of it lies outside of what the boot tables map */
static const void *
mapped(u64 addr, u64 size)
{
    return addr != 0 && addr < MAPPED_END && size <= MAPPED_END - addr
               ? (const void *)(addr + DIRECT_MAP) : NULL;
}

static bool
sum_is_zero(const void *data, size_t size)
{
    const u8 *bytes = data;
    u8 sum = 0;

    for (size_t i = 0; i < size; i++) {
        sum += bytes[i];
    }
    return sum == 0;
}

static const struct rsdp *
rsdp_at(u64 addr)
{
    const struct rsdp *rsdp = mapped(addr, sizeof(*rsdp));

    return rsdp != NULL && memcmp(rsdp->signature, "RSD PTR ", 8) == 0
           && sum_is_zero(rsdp, RSDP_OLD_SIZE) ? rsdp : NULL;
}

/* Use the loader's pointer to it, else search where a PC's firmware puts it. */
static const struct rsdp *
find_rsdp(void)
{
    const struct rsdp *rsdp = rsdp_at(bootinfo.rsdp);

    for (u64 at = BIOS_START; rsdp == NULL && at < BIOS_END; at += 16) {
        rsdp = rsdp_at(at);
    }
    return rsdp;
}

/* => NULL: there is no valid table with this name at addr */
static const struct table *
table_at(u64 addr, const char *signature)
{
    const struct table *table = mapped(addr, sizeof(*table));

    return table != NULL && memcmp(table->signature, signature, 4) == 0
           && table->length >= sizeof(*table) && table->length <= TABLE_MAX
           && mapped(addr, table->length) != NULL
           && sum_is_zero(table, table->length) ? table : NULL;
}

/* root: the root table, or NULL; its entries are addresses of `size` bytes. */
static const struct table *
find_madt(const struct table *root, size_t size)
{
    const struct table *found = NULL;
    size_t end = root != NULL ? root->length : 0;

    for (size_t at = sizeof(*root); found == NULL && at + size <= end;
         at += size) {
        u64 addr = 0;
        memcpy(&addr, (const u8 *)root + at, size);
        found = table_at(addr, "APIC");
    }
    return found;
}

void
acpi_init(void)
{
    const struct rsdp *rsdp = find_rsdp();
    const struct table *madt = NULL;

    if (rsdp != NULL && rsdp->revision >= 2) {
        madt = find_madt(table_at(rsdp->xsdt, "XSDT"), sizeof(u64));
    }
    if (rsdp != NULL && madt == NULL) {
        madt = find_madt(table_at(rsdp->rsdt, "RSDT"), sizeof(u32));
    }
    if (madt == NULL) {
        return;
    }
    const u8 *bytes = (const u8 *)madt;
    u32 at = MADT_ENTRIES;
    while (at + 2 <= madt->length && bytes[at + 1] >= 2) {
        u32 size = bytes[at + 1];
        bool cpu = bytes[at] == MADT_CPU && size >= MADT_CPU_SIZE
                   && at + size <= madt->length
                   && (bytes[at + 4] & CPU_ENABLED) != 0
                   && bytes[at + 3] != APIC_ID_ALL;
        if (cpu && acpi_cpu_count < MAX_CPUS) {
            acpi_cpu_ids[acpi_cpu_count++] = bytes[at + 3];
        } else if (cpu) {
            warn("the CPU with APIC id %u is one too many\n", bytes[at + 3]);
        }
        at += size;
    }
}

extern const char trampoline_start[], trampoline_end[];

void ap_main(void);

/* For the CPU that is being started. */
vaddr_t ap_stack_top; /* trampoline.S reads these two */
paddr_t ap_root;
static struct cpu *ap_cpu;
static void (*ap_start)(void);
static bool ap_here;

static u64 stopped; /* CPUs that cpu_stop_others has stopped */

/* trampoline.S jumps here. */
void
ap_main(void)
{
    struct cpu *cpu = ap_cpu;
    void (*start)(void) = ap_start;

    trap_init_cpu(cpu);
    cpu->loaded_root = ap_root;
    apic_enable();
    __atomic_store_n(&ap_here, true, __ATOMIC_RELEASE);
    /* Before this bit is set, no CPU may wait for us, nor we for a lock. */
    while (!(__atomic_load_n(&cpus_online, __ATOMIC_ACQUIRE)
             & 1UL << cpu->id)) {
        cpu_pause();
    }
    start();
}

/* => whether the CPU started within this time */
static bool
wait_for_it(u64 ns)
{
    u64 start = clock_ns();

    while (!__atomic_load_n(&ap_here, __ATOMIC_ACQUIRE)) {
        if (clock_ns() - start > ns) {
            return false;
        }
        cpu_wait();
    }
    return true;
}

bool
smp_start_cpu(struct cpu *cpu, paddr_t root, vaddr_t stack_top,
              void (*start)(void))
{
    memcpy((void *)(DIRECT_MAP + TRAMPOLINE), trampoline_start,
           (size_t)(trampoline_end - trampoline_start));
    ap_cpu = cpu;
    ap_root = root;
    ap_stack_top = stack_top;
    ap_start = start;
    __atomic_store_n(&ap_here, false, __ATOMIC_SEQ_CST);

    apic_send(cpu->apic_id, APIC_INIT);
    (void)wait_for_it(INIT_WAIT);
    apic_send(cpu->apic_id, APIC_STARTUP | TRAMPOLINE >> 12);
    if (!wait_for_it(FIRST_WAIT)) {
        apic_send(cpu->apic_id, APIC_STARTUP | TRAMPOLINE >> 12);
    }
    if (!wait_for_it(LAST_WAIT)) {
        /* If it starts late after all, it must not use the next CPU's stack. */
        apic_send(cpu->apic_id, APIC_INIT);
        return false;
    }
    __atomic_fetch_or(&cpus_online, 1UL << cpu->id, __ATOMIC_SEQ_CST);
    return true;
}

void
cpu_stop_others(void)
{
    u64 others = cpus_online & ~(1UL << this_cpu()->id);

    for (u64 left = others; left != 0; left &= left - 1) {
        apic_send(cpus[__builtin_ctzl(left)].apic_id, APIC_NMI);
    }
    u64 start = clock_ns();
    while (__atomic_load_n(&stopped, __ATOMIC_SEQ_CST) != others
           && clock_ns() - start < STOP_WAIT) {
        cpu_pause();
    }
}

void
cpu_stop_here(void)
{
    __atomic_fetch_or(&stopped, 1UL << this_cpu()->id, __ATOMIC_SEQ_CST);
    cpu_halt();
}
