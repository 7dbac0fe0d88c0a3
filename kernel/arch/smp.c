/*
 * Starting the other CPUs: INIT, then twice a start-up interrupt that names the
 * page where they begin.  (Intel SDM volume 3, 8.4: MP initialization.)  And
 * stopping them for good, by NMI.
 */
#include "common/string.h"

#include "core/memlayout.h"

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
