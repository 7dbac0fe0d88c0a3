/*
 * A step: one operation on one space, on a CPU; and the life of spaces, from
 * new_space and op_fork to op_exit.
 */
#include "common/string.h"

#include "arch/percpu.h"

#include "mm/nomem.h"

#include "model/host.h"
#include "model/mmu.h"
#include "model/ops.h"

#define BRK_START 0x5fd000UL

bool cpu_busy[HOST_CPUS];

static struct nomem nomems[HOST_CPUS];
static int spaces_max;

struct space *
loaded_space(int cpu)
{
    for (int i = 0; i < SPACES; i++) {
        if (spaces[i].as != NULL && spaces[i].as == cpus[cpu].loaded_as) {
            return &spaces[i];
        }
    }
    return NULL;
}

static struct space *
free_space(void)
{
    for (int i = 0; i < spaces_max; i++) {
        if (spaces[i].as == NULL && !spaces[i].busy) {
            return &spaces[i];
        }
    }
    return NULL;
}

/* own=always walks every page that is mapped, so not with large mappings. */
static bool
is_small(const struct space *space)
{
    u64 pages = 0;

    for (int i = 0; i < segment_count; i++) {
        pages += space->cell[i].mapped
                     ? (segments[i].end - segments[i].start) / PAGE_SIZE : 0;
    }
    return pages < 2000;
}

static void
op_fork(struct space *space)
{
    static const enum share_level levels[] = {
        SHARE_TREE, SHARE_TREE, SHARE_TABLES, SHARE_PAGES, SHARE_NONE,
    };
    enum share_level level = levels[random_below(ARRAY_SIZE(levels))];
    struct space *child = free_space();
    u64 before = failures[running_cpu];
    struct as *as;

    if (child == NULL) {
        return;
    }
    note("fork", space_id(space), level, (u64)space_id(child));
    child->busy = true;
    space->frozen = level == SHARE_NONE;
    own_always = one_in(8) && is_small(space);
    int error = as_fork(space->as, level, &as);
    own_always = false;
    space->frozen = false;
    if (done("fork", before, error, 0)) {
        child->as = as;
        child->brk_start = space->brk_start;
        child->brk = space->brk;
        memcpy(child->cell, space->cell, sizeof(child->cell));
        model_leave_out(child);
    }
    child->busy = false;
}

/* The last user leaves; idle CPUs may still have its tables loaded. */
static void
op_exit(struct space *space)
{
    struct as *as = space->as;

    note("exit", space_id(space), 0, 0);
    if (this_cpu()->loaded_as == as) {
        as_load(NULL);
    }
    space->as = NULL;
    as_put(as);
}

/* A program has started.  => NULL: no room or no memory */
static struct space *
new_space(void)
{
    struct space *space = free_space();

    if (space == NULL) {
        return NULL;
    }
    space->busy = true;
    note("new", space_id(space), 0, 0);
    struct as *as = as_alloc(1);
    if (as != NULL) {
        as->brk_start = BRK_START;
        as->brk = BRK_START;
        space->brk_start = BRK_START;
        space->brk = BRK_START;
        model_unmap(space, (struct range){0, segment_count});
    }
    space->as = as;
    space->busy = false;
    return as != NULL ? space : NULL;
}

static struct op {
    u64 weight;
    bool loads; /* it works on the loaded space */
    void (*run)(struct space *space);
} ops[] = {
    {36, true, op_write},   {12, true, op_read},    {12, true, op_fork},
    {8, false, op_exit},    {10, false, op_map},    {4, true, op_unmap},
    {8, true, op_protect},  {4, true, op_brk},      {6, true, op_fill},
    {3, true, op_map_around}, {4, true, op_stripes}, {4, false, op_cut_short},
    {6, true, op_advise},
    {4, true, op_mshare},
};

/* Rounds differ: few spaces or many, without some of the operations. */
void
ops_init(void)
{
    spaces_max = 2 + (int)random_below(SPACES - 1);
    for (size_t i = 3; i < ARRAY_SIZE(ops); i++) {
        ops[i].weight = one_in(3) ? 0 : ops[i].weight;
    }
}

static const struct op *
pick_op(void)
{
    u64 sum = 0;
    const struct op *op = ops;

    for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
        sum += ops[i].weight;
    }
    u64 at = random_below(sum);
    while (at >= op->weight) {
        at -= op->weight;
        op++;
    }
    return op;
}

/* No memory: for a while every n-th allocation of a CPU fails. */
static void
change_nomem(struct nomem *nomem)
{
    u64 n = 1 + random_below(8);

    if (one_in(60)) {
        n = one_in(2) ? 0 : n;
        *nomem = (struct nomem){.next = n, .step = n};
    } else if (one_in(30)) {
        *nomem = (struct nomem){.next = n};
    }
}

/* A CPU mostly keeps its space, so that its cached entries get old. */
static struct space *
pick_space(int cpu)
{
    struct space *loaded = loaded_space(cpu);

    if (loaded != NULL && !loaded->busy && !one_in(6)) {
        return loaded;
    }
    for (int tries = 0; tries < 2 * SPACES; tries++) {
        struct space *space = &spaces[random_below(SPACES)];
        if (space->as != NULL && !space->busy) {
            return space;
        }
    }
    return NULL;
}

/* Start other threads of the space on free CPUs, and let all CPUs walk
 * speculatively. */
static void
stir(struct space *space)
{
    int cpu = running_cpu;

    for (running_cpu = 0; running_cpu < HOST_CPUS; running_cpu++) {
        if (!cpu_busy[running_cpu] && one_in(8)) {
            as_load(space->as);
        }
        if (loaded_space(running_cpu) != NULL) {
            mmu_speculate(running_cpu, segments[any_page()].start);
            mmu_speculate(running_cpu, segments[pick_page(space)].start);
        }
    }
    running_cpu = cpu;
}

static void
run_op(const struct op *op, struct space *space)
{
    cpu_busy[running_cpu] = true;
    space->busy = true;
    if (op->loads || one_in(2)) {
        as_load(space->as);
    }
    stir(space);
    op->run(space);
    hot_segment = -1;
    space->flux = (struct range){0, 0};
    space->busy = false;
    cpu_busy[running_cpu] = false;
}

bool
step(void)
{
    static const struct op map_op = {.run = op_map};
    int cpu = (int)random_below(HOST_CPUS);
    struct space *space = pick_space(cpu);

    if (cpu_busy[cpu]) {
        return false;
    }
    running_cpu = cpu;
    change_nomem(&nomems[cpu]);
    this_cpu()->nomem = nomems[cpu].next != 0 ? &nomems[cpu] : NULL;
    if (space != NULL && !one_in(200)) {
        run_op(pick_op(), space);
        return true;
    }
    space = new_space();
    for (int i = 0; i < 6 && space != NULL; i++) {
        run_op(&map_op, space);
    }
    return space != NULL;
}

void
end_all(void)
{
    for (int i = 0; i < SPACES; i++) {
        if (spaces[i].as != NULL) {
            op_exit(&spaces[i]);
        }
    }
}
