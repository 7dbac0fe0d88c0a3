/*
 * The threads test: threads STEPS SEED.  Each CPU is a thread; it goes from
 * space to space, is one of several threads of each for a while, and reads,
 * writes, maps, unmaps, protects and forks as they all do.  Each then sleeps,
 * its CPU left idle on the space's tables, or ends.
 */
#include "abi/mman.h"

#include "core/spin.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/nomem.h"

#include "model/libc.h"
#include "model/threads/mmu.h"
#include "model/threads/pages.h"
#include "model/threads/threads.h"

#define BURST 24 /* steps in one space */

struct space spaces[SPACES];

static struct spinlock spaces_lock = SPINLOCK_INIT(RANK_FAMILY);
static u64 families;
static int cpus_done;
static u64 steps, seed;
static __thread u64 state;

u64
below(u64 n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1dUL >> 11) % n;
}

/* ---- The life of spaces ---- */

/* A free place.  => NULL: there is none */
static struct space *
reserve(void)
{
    struct space *found = NULL;

    spin_lock(&spaces_lock);
    for (int i = 0; i < SPACES && found == NULL; i++) {
        if (spaces[i].as == NULL && spaces[i].users == 0) {
            found = &spaces[i];
            found->users = 1;
        }
    }
    spin_unlock(&spaces_lock);
    return found;
}

static void
publish(struct space *space, struct as *as)
{
    spin_lock(&spaces_lock);
    space->as = as;
    space->users = 0;
    spin_unlock(&spaces_lock);
}

static void
new_space(void)
{
    struct space *space = reserve();
    struct as *as = space != NULL ? as_alloc(1) : NULL;

    if (space == NULL) {
        return;
    }
    space->family = __atomic_add_fetch(&families, 1, __ATOMIC_RELAXED);
    __builtin_memset(space->words, 0, sizeof(space->words));
    for (int page = 0; page < PAGES && as != NULL; page++) {
        if (!map_page(as, page)) {
            as_put(as);
            as = NULL;
        }
    }
    publish(space, as);
}

/* What the child has is read once; from then on it must not change. */
static void
adopt(struct space *child, struct as *as)
{
    as_load(as);
    for (int page = 0; page < KEPT; page++) {
        for (int cpu = 0; cpu < HOST_CPUS; cpu++) {
            u64 number;
            if (read_kept(child, as, page, cpu, &number)) {
                child->words[page][cpu] = (struct word){number, number};
            } else if (this_cpu()->nomem == NULL) {
                fail("a child cannot read %#lx", places[page]);
            }
        }
    }
}

static void
fork_space(struct space *space, struct as *as)
{
    static const enum share_level levels[] = {
        SHARE_TREE, SHARE_TABLES, SHARE_PAGES, SHARE_PAGES,
    };
    struct space *child = reserve();
    struct as *copy;

    if (child == NULL) {
        return;
    }
    for (int i = 0; i < KEPT * HOST_CPUS; i++) {
        child->words[0][i].low =
            __atomic_load_n(&space->words[0][i].low, __ATOMIC_SEQ_CST);
    }
    int error = as_fork(as, levels[below(4)], &copy);
    for (int i = 0; i < KEPT * HOST_CPUS; i++) {
        child->words[0][i].high =
            __atomic_load_n(&space->words[0][i].high, __ATOMIC_SEQ_CST);
    }
    child->family = space->family;
    if (error == 0) {
        adopt(child, copy);
        as_load(as);
    }
    publish(child, error == 0 ? copy : NULL);
}

/* A process ends: drop the references of all threads that have left it; their
 * CPUs may still have its tables loaded. */
static void
end_space(struct space *space)
{
    spin_lock(&spaces_lock);
    struct as *as = space->as;
    u32 refs = as != NULL ? 1 + space->parked : 0;
    space->as = NULL;
    space->parked = 0;
    spin_unlock(&spaces_lock);

    if (refs > 0 && this_cpu()->loaded_as == as) {
        as_load(NULL);
    }
    for (; refs > 0; refs--) {
        as_put(as);
    }
}

/* Be one more thread of the space.  => NULL: it has ended */
static struct as *
join(struct space *space)
{
    spin_lock(&spaces_lock);
    struct as *as = space->as;
    if (as != NULL) {
        as_get(as);
        space->users++;
    }
    spin_unlock(&spaces_lock);
    return as;
}

/* Sleep for ever, with the tables loaded, or end. */
static void
part(struct space *space, struct as *as)
{
    bool sleep = below(2) != 0;

    spin_lock(&spaces_lock);
    sleep = sleep && space->as == as;
    space->parked += sleep;
    spin_unlock(&spaces_lock);
    if (!sleep) {
        as_load(NULL);
        as_put(as);
    }
    spin_lock(&spaces_lock);
    space->users--;
    spin_unlock(&spaces_lock);
}

/* ---- What the CPUs do ---- */

static void
unmap_and_map(struct as *as)
{
    int page = KEPT + (int)below(FLEETING);

    if (as_unmap(as, places[page], PAGE_SIZE) == 0) {
        cpu_serve_calls();
        (void)map_page(as, page);
    }
}

/* While a page is read-only, no CPU's word in it changes. */
static void
protect(struct space *space, struct as *as)
{
    int page = (int)below(KEPT);
    int cpu = (int)below(HOST_CPUS);
    u64 first, second;

    if (__atomic_exchange_n(&space->protected, 1, __ATOMIC_SEQ_CST) != 0) {
        return;
    }
    if (as_protect(as, places[page], PAGE_SIZE, PROT_READ) == 0) {
        bool seen = read_kept(space, as, page, cpu, &first);
        for (int i = 0; i < 3; i++) {
            cpu_wait();
        }
        if (seen && read_kept(space, as, page, cpu, &second)
            && first != second) {
            fail("%#lx was written while it was read-only", places[page]);
        }
        while (as_protect(as, places[page], PAGE_SIZE, PROT_READ | PROT_WRITE)
               != 0) {
            cpu_serve_calls(); /* it can only be for lack of memory */
        }
    }
    __atomic_store_n(&space->protected, 0, __ATOMIC_SEQ_CST);
}

static void
step(struct space *space, struct as *as)
{
    u64 number;

    switch (below(16)) {
    case 0:
        fork_space(space, as);
        break;
    case 1:
        unmap_and_map(as);
        break;
    case 2:
        protect(space, as);
        break;
    case 3 ... 4:
        use_fleeting(space, as, KEPT + (int)below(FLEETING));
        break;
    case 5:
        use_object(as, KEPT + FLEETING + (int)below(OBJECT));
        if (below(4) == 0) {
            unmap_object();
        }
        break;
    case 6 ... 9:
        (void)read_kept(space, as, (int)below(KEPT), (int)below(HOST_CPUS),
                        &number);
        break;
    default:
        write_kept(space, as, (int)below(KEPT));
    }
}

/* Between two steps: calls come as interrupts do, and the processor walks. */
static void
look_up(void)
{
    cpu_serve_calls();
    if (this_cpu()->loaded_as != NULL) {
        mmu_speculate(places[below(PAGES)]);
    }
}

static void *
run_cpu(void *arg)
{
    static struct nomem nomems[HOST_CPUS];
    running_cpu = (int)(u64)arg;
    state = (seed + (u64)running_cpu) * 0x9e3779b97f4a7c15UL | 1;

    for (u64 done = 0; done < steps; done += BURST) {
        struct space *space = &spaces[below(SPACES)];
        struct as *as = join(space);
        u64 every = 2 + below(20);
        nomems[running_cpu] = (struct nomem){.next = every, .step = every};
        this_cpu()->nomem = below(8) == 0 ? &nomems[running_cpu] : NULL;
        if (as == NULL) {
            new_space();
            continue;
        }
        as_load(as);
        for (int i = 0; i < BURST; i++) {
            step(space, as);
            look_up();
        }
        part(space, as);
        if (below(4) == 0) {
            end_space(&spaces[below(SPACES)]);
        }
        for (u64 i = below(20); i > 0; i--) {
            look_up(); /* idle */
        }
    }
    this_cpu()->nomem = NULL;
    as_load(NULL);
    __atomic_fetch_add(&cpus_done, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&cpus_done, __ATOMIC_SEQ_CST) < HOST_CPUS) {
        cpu_wait();
    }
    return NULL;
}

/* Fail if a frame or heap memory is still in use. */
static void
check_end(void)
{
    for (int i = 0; i < SPACES; i++) {
        end_space(&spaces[i]);
    }
    pages_end();
    if (frame_count(FRAME_TABLE) + frame_count(FRAME_ANON)
            + frame_count(FRAME_SHARED) + heap_bytes() != 0) {
        fail("left: %lu tables, %lu pages, %lu of the object, %lu bytes",
             frame_count(FRAME_TABLE), frame_count(FRAME_ANON),
             frame_count(FRAME_SHARED), heap_bytes());
    }
}

int
main(int argc, char **argv)
{
    pthread_t threads[HOST_CPUS];

    steps = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000;
    seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
    layer_init();
    pages_init();
    for (u64 i = 0; i < HOST_CPUS; i++) {
        if (pthread_create(&threads[i], NULL, run_cpu, (void *)i) != 0) {
            fail("no thread");
        }
    }
    for (int i = 0; i < HOST_CPUS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    check_end();
    printf("threads: %d CPUs, %lu steps each, %lu families, all as it must "
           "be\n", HOST_CPUS, steps, families);
    return 0;
}
