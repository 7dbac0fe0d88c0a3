/*
 * Under the real files of the threads test: memory, and stand-ins for what is
 * not here.  No interrupts are needed: every CPU often looks for calls.
 */
#include "core/bootinfo.h"
#include "core/memlayout.h"
#include "core/panic.h"
#include "core/printk.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/percpu.h"

#include "mm/frame.h"
#include "mm/kmap.h"

#include "abi/mman.h"

#include "model/libc.h"
#include "model/threads/mmu.h"
#include "model/threads/threads.h"

#define MEMORY_START 0x100000UL
#define MEMORY_END   (MEMORY_START + (3UL << 20))

struct bootinfo bootinfo = {
    .nregions = 1,
    .regions = {{.start = MEMORY_START, .end = MEMORY_END}},
};
struct cpu cpus[MAX_CPUS];
int cpu_count = HOST_CPUS;
__thread int running_cpu;
paddr_t kernel_root;

void
cpu_pause(void)
{
    sched_yield(); /* the host may have fewer processors than we */
}

bool
cpu_has_work(void)
{
    static __thread u32 looks;

    return ++looks % 8 == 0;
}

bool
on_long_work(void)
{
    cpu_serve_calls();
    sched_yield();
    return false;
}

void
on_rest_wait(const u32 *held)
{
    (void)held;
    cpu_wait();
}

void
on_rest_end(void)
{
}

u64
mmu_reads(const u64 *entry)
{
    return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

/* Interrupts take their time: the CPUs that are called later go on meanwhile,
 * with what they may still have in their TLBs. */
void
apic_send(u32 apic_id, u32 what)
{
    (void)apic_id;
    (void)what;
    sched_yield();
}

paddr_t
kernel_image_end(void)
{
    return MEMORY_START;
}

void
layer_init(void)
{
    void *wanted = (void *)DIRECT_MAP;
    void *arena = mmap(wanted, MEMORY_END, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                       0);
    if (arena != wanted) {
        fail("the host has something else at %p", wanted);
    }
    kernel_root = frame_addr(early_alloc(PAGE_SIZE));
    frame_init();
    cpus_online = (1UL << HOST_CPUS) - 1;
    for (int cpu = 0; cpu < HOST_CPUS; cpu++) {
        cpus[cpu].id = cpu;
        cpus[cpu].loaded_root = kernel_root;
    }
}

static void
say(const char *fmt, __builtin_va_list ap)
{
    printf("threads: cpu %d: ", running_cpu);
    vprintf(fmt, ap);
    printf("\n");
    fflush(NULL);
    _exit(1);
}

void
fail(const char *fmt, ...)
{
    __builtin_va_list ap;

    __builtin_va_start(ap, fmt);
    say(fmt, ap);
    __builtin_unreachable();
}

void
panic_at(const char *file, int line, const char *fmt, ...)
{
    __builtin_va_list ap;

    printf("%s:%d: ", file, line);
    __builtin_va_start(ap, fmt);
    say(fmt, ap);
    __builtin_unreachable();
}

void
log_write(enum host_record kind, const char *fmt, ...)
{
    (void)kind, (void)fmt;
}

/* The only intended race: a guess without the lock. */
const char *__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
    return "race:shared_has\n";
}
