/*
 * What other CPUs do in the middle of an operation: threads of any space read
 * and write what they can reach without the kernel, processors walk
 * speculatively, and other spaces have whole operations of their own.
 */
#include "arch/percpu.h"

#include "core/spin.h"

#include "model/host.h"
#include "model/mmu.h"
#include "model/ops.h"

#define DEPTH_MAX 3 /* operations inside operations */
#define POKES     12

static int depth;
static int unsettled; /* of these, in places where no CPU may be checked */

/* Other CPUs run only while this one holds at most a space's lock: other locks
 * are held shortly, and an operation that started here would need them. */
static bool
may_yield(void)
{
    return cpu_busy[running_cpu] && this_cpu()->rank <= RANK_AS;
}

static bool
in_flux(const struct space *space, int segment)
{
    return segment >= space->flux.first && segment < space->flux.end;
}

/* One access by a thread on another CPU, if it needs no kernel. */
static void
poke(void)
{
    int cpu = (int)random_below(HOST_CPUS);
    struct space *space = loaded_space(cpu);
    paddr_t frame;

    if (cpu_busy[cpu] || space == NULL) {
        return;
    }
    int segment = pick_page(space);
    enum access access = one_in(2) ? ACCESS_WRITE : ACCESS_READ;
    vaddr_t addr = segments[segment].start;
    bool frozen = space->frozen && !space->cell[segment].shared;
    if (one_in(4) || in_flux(space, segment)
        || (frozen && access == ACCESS_WRITE)) {
        mmu_speculate(cpu, addr);
    } else if (mmu_access(cpu, addr, access, &frame)) {
        use_page(space, segment, access, frame);
    }
}

void
yield_point(void)
{
    int cpu = running_cpu;
    int hot = hot_segment;

    if (!may_yield() || one_in(2)) {
        return;
    }
    for (u64 i = random_below(POKES); i > 0; i--) {
        poke();
    }
    if (depth < DEPTH_MAX - 1 && one_in(3)) {
        depth++;
        unsettled++;
        (void)step();
        unsettled--;
        depth--;
    }
    running_cpu = cpu;
    hot_segment = hot;
}

bool
cpu_has_work(void)
{
    return depth < DEPTH_MAX - 1 && one_in(4);
}

/* A holder of a space's lock rests, or a space that ends: this CPU has other
 * operations meanwhile, and loads the space again.  What a rest leaves behind
 * must be legal. */
bool
on_long_work(void)
{
    int cpu = running_cpu;
    int hot = hot_segment;
    bool busy = cpu_busy[cpu];
    u64 failed = failures[cpu];
    struct space *loaded = loaded_space(cpu);

    if (unsettled == 0) {
        layer_check();
    }
    depth++;
    cpu_busy[cpu] = false;
    for (u64 i = random_below(3); i > 0; i--) {
        (void)step();
    }
    depth--;
    running_cpu = cpu;
    hot_segment = hot;
    cpu_busy[cpu] = busy;
    failures[cpu] = failed; /* those of the operation that rests */
    if (loaded != NULL && loaded->busy && loaded->as != NULL) {
        as_load(loaded->as);
    }
    return false;
}

void
on_rest_wait(const u32 *held)
{
    (void)held;
    fail("an operation on a space whose lock's holder rests");
}

void
on_rest_end(void)
{
}
