/*
 * Under the real files: physical memory, and stand-ins for the rooms that are
 * not here.  The essential fact: the linker sends their calls of the frame
 * allocator through this file (--wrap).  So a free frame is poisoned, and each
 * access to it is reported; and other CPUs run at every allocation.
 */
#include "abi/mman.h"
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/memlayout.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/spin.h"

#include "arch/smp.h"
#include "arch/percpu.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/kmap.h"
#include "mm/nomem.h"

#include "proc/balance.h"
#include "proc/group.h"
#include "proc/pid.h"

#include "fs/file.h"
#include "fs/procfs.h"

#include "debug/check.h"
#include "debug/debug.h"
#include "model/host.h"
#include "model/libc.h"
#include "model/mmu.h"

#define MEMORY_START 0x100000UL
#define MEMORY_END   (MEMORY_START + (7UL << 20))

struct bootinfo bootinfo = {
    .nregions = 1,
    .regions = {{.start = MEMORY_START, .end = MEMORY_END}},
};
struct cpu cpus[MAX_CPUS];
int cpu_count = HOST_CPUS;
struct runqueue queues[MAX_CPUS];
__thread int running_cpu;
paddr_t kernel_root;
u64 cpus_online = (1UL << HOST_CPUS) - 1;
u64 failures[HOST_CPUS];

/* What --wrap makes of the calls, and of the functions themselves. */
paddr_t __real_frame_alloc(enum frame_kind kind);
paddr_t __wrap_frame_alloc(enum frame_kind kind);
paddr_t __real_frame_alloc_zero(enum frame_kind kind);
paddr_t __wrap_frame_alloc_zero(enum frame_kind kind);
paddr_t __real_frame_alloc_root(void);
paddr_t __wrap_frame_alloc_root(void);
paddr_t __real_frame_alloc_block(enum frame_kind kind, int order);
paddr_t __wrap_frame_alloc_block(enum frame_kind kind, int order);
void __real_frame_free_block(paddr_t block, int order);
void __wrap_frame_free_block(paddr_t block, int order);
void __real_frame_free(paddr_t frame, enum frame_content content);
void __wrap_frame_free(paddr_t frame, enum frame_content content);
void __real_frame_put(paddr_t frame);
void __wrap_frame_put(paddr_t frame);
bool __real_nomem_count(struct nomem *nomem);
bool __wrap_nomem_count(struct nomem *nomem);

/* The model's CPUs run one at a time, so no CPU ever waits. */
void
cpu_wait(void)
{
    fail("a lock is held that no CPU will release");
}

void
park_others(void)
{
}

void
park_release(void)
{
}

/* Each CPU serves the call at once, as in an interrupt.  (The model's CPUs
 * are not within the allocator while another one runs.) */
void
smp_call(u64 mask, void (*fn)(u64 arg), u64 arg)
{
    int caller = running_cpu;

    for (int cpu = 0; cpu < HOST_CPUS; cpu++) {
        if (cpu != caller && (mask & 1UL << cpu) != 0) {
            running_cpu = cpu;
            fn(arg);
        }
    }
    running_cpu = caller;
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
    debug_early_init();
    frame_init();
    for (int cpu = HOST_CPUS - 1; cpu >= 0; cpu--) {
        running_cpu = cpu;
        this_cpu()->id = cpu;
        list_init(&queues[cpu].ready);
        this_cpu()->halted = true;
        as_load(NULL);
    }
    /* In some rounds most of the memory is taken. */
    u64 free = one_in(3) ? 50 + random_below(400) : frames_count;
    while (frame_count(FRAME_FREE) > free) {
        (void)!__real_frame_alloc(FRAME_KERNEL);
    }
    layer_poison();
}

void
layer_poison(void)
{
    for (u64 n = 0; n < frames_count; n++) {
        if (frames[n].kind == FRAME_FREE) {
            __asan_poison_memory_region(frame_ptr(n << PAGE_SHIFT), PAGE_SIZE);
        }
    }
}

void
layer_check(void)
{
    __asan_unpoison_memory_region((void *)DIRECT_MAP, MEMORY_END);
    check_or_panic();
    layer_poison();
}

static bool failed_on_purpose; /* the current allocation */

/* => frame, made accessible; 0 is counted as a failure, and then no CPU's cache
 * may have a free frame */
static paddr_t
allocated(paddr_t frame, u64 size)
{
    if (frame == 0) {
        if (!failed_on_purpose && size == PAGE_SIZE
            && frame_count(FRAME_FREE) != 0) {
            fail("no memory, with %lu frames free", frame_count(FRAME_FREE));
        }
        failed_on_purpose = false;
        failures[running_cpu]++;
    } else {
        __asan_unpoison_memory_region(frame_ptr(frame), size);
    }
    return frame;
}

static void
freed(paddr_t frame, u64 size)
{
    __asan_poison_memory_region(frame_ptr(frame), size);
}

paddr_t
__wrap_frame_alloc(enum frame_kind kind)
{
    yield_point();
    return allocated(__real_frame_alloc(kind), PAGE_SIZE);
}

paddr_t
__wrap_frame_alloc_zero(enum frame_kind kind)
{
    yield_point();
    return allocated(__real_frame_alloc_zero(kind), PAGE_SIZE);
}

paddr_t
__wrap_frame_alloc_root(void)
{
    yield_point();
    return allocated(__real_frame_alloc_root(), PAGE_SIZE);
}

paddr_t
__wrap_frame_alloc_block(enum frame_kind kind, int order)
{
    return allocated(__real_frame_alloc_block(kind, order),
                     PAGE_SIZE << order);
}

void
__wrap_frame_free_block(paddr_t block, int order)
{
    __real_frame_free_block(block, order);
    freed(block, PAGE_SIZE << order);
}

void
__wrap_frame_free(paddr_t frame, enum frame_content content)
{
    mmu_check_free(frame);
    __real_frame_free(frame, content);
    freed(frame, PAGE_SIZE);
}

void
__wrap_frame_put(paddr_t frame)
{
    __real_frame_put(frame);
    if (frame_of(frame)->kind == FRAME_FREE) {
        freed(frame, PAGE_SIZE);
    }
}

void
frame_get(paddr_t frame)
{
    if (one_in(16)) {
        yield_point();
    }
    real_frame_get(frame);
}

bool
__wrap_nomem_count(struct nomem *nomem)
{
    bool fails = __real_nomem_count(nomem);

    failures[running_cpu] += fails;
    failed_on_purpose = fails;
    return fails;
}

void
panic_at(const char *file, int line, const char *fmt, ...)
{
    __builtin_va_list ap;

    printf("%s:%d: ", file, line);
    __builtin_va_start(ap, fmt);
    vprintf(fmt, ap);
    __builtin_va_end(ap);
    printf("\n");
    fail("panic");
}

void
log_write(enum host_record kind, const char *fmt, ...)
{
    __builtin_va_list ap;

    if (kind == HOST_WARN) {
        __builtin_va_start(ap, fmt);
        vprintf(fmt, ap);
        __builtin_va_end(ap);
    }
}

/* For debug/check.c: one process, a zombie, and no /proc. */
struct spinlock family_lock = SPINLOCK_INIT(RANK_FAMILY);
static struct process only_process;
static struct session only_session = {.sid = 1, .refs = 1};
static struct pgrp only_group = {
    .pgid = 1,
    .session = &only_session,
    .members = {&only_process.group_link, &only_process.group_link},
};
struct list all_processes = {&only_process.all_link, &only_process.all_link};
static struct process only_process = {
    .pid = 1,
    .refs = 1,
    .threads = LIST_INIT(only_process.threads),
    .pending.queue = LIST_INIT(only_process.pending.queue),
    .spare = LIST_INIT(only_process.spare),
    .all_link = {&all_processes, &all_processes},
    .children = LIST_INIT(only_process.children),
    .reportable = LIST_INIT(only_process.reportable),
    .report_link = LIST_INIT(only_process.report_link),
    .group = &only_group,
    .group_link = {&only_group.members, &only_group.members},
};

struct process *
proc_find(pid_t pid)
{
    return pid == 1 ? &only_process : NULL;
}

bool
check_is_used(const struct as *as)
{
    (void)as;
    return true;
}

int
check_count_stopped(void)
{
    return 0;
}

struct process *
pid_process(pid_t pid)
{
    return proc_find(pid);
}

int subreapers;

struct pgrp *
group_find(pid_t pgid)
{
    return pgid == 1 ? &only_group : NULL;
}

bool
thread_lock(pid_t tid, struct thread **thread)
{
    *thread = NULL;
    return tid == 1;
}

void
thread_unlock(struct thread *thread)
{
    (void)thread;
}

int
proc_count(void)
{
    return 1;
}


_Atomic u64 open_file_count;

u64
kstacks_in_use(void)
{
    return 0;
}

/* No process leads to these tables: they are the test's own. */
const char *
way_to(paddr_t frame)
{
    (void)frame;
    return "in the model";
}

void
procfs_register(const char *path, int (*show)(struct text *out),
                int (*store)(const char *line))
{
    (void)path;
    (void)show;
    (void)store;
}

void
knobs_init(void)
{
}

void
pages_init(void)
{
}

void
threads_init(void)
{
}

void
text_printf(struct text *text, const char *fmt, ...)
{
    (void)text;
    (void)fmt;
}

void
text_clear(struct text *text)
{
    (void)text;
}
