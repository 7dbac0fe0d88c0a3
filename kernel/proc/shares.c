/*
 * Levels: nice values and the real-time policies.  The essential fact: a level
 * has a pass, which moves on as its threads run, the slower the more weight
 * they have together; the level that is furthest behind runs next.  So each
 * thread gets time as its weight is to the sum, and to choose takes at most as
 * many steps as there are levels, however many threads wait.
 *
 * A level that begins to wait starts where the others are: it has not saved up
 * what it did not use.
 */
#include "abi/sched.h"

#include "arch/clock.h"
#include "arch/percpu.h"
#include "arch/smp.h"

#include "proc/sched.h"
#include "proc/shares.h"

/* As in Linux's sched_prio_to_weight: a step is 10 % of the CPU, for two. */
static const u32 weights[FAIR_LEVELS] = {
    1024,
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
    9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
    1024, 820, 655, 526, 423, 335, 272, 215, 172, 137,
    110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
    3, /* SCHED_IDLE */
    1, /* LEVEL_HEAVY: all others come before it; its share is in charge() */
};

/* What a CPU's queue has while it is mixed.  Its lock guards this, too. */
static struct shares {
    struct list ready[LEVELS];  /* but for level 0 */
    u32 count[LEVELS];          /* threads on each; */
    u32 total;                  /* and on all */
    u64 waiting[3];             /* a bit for each that is not empty */
    u64 pass[FAIR_LEVELS];      /* ns, of a thread with the weight of nice 0 */
    u64 front;                  /* the pass of the level that ran last */
    u64 since;                  /* clock_ns() when that thread was charged */
    int running;                /* its level, or -1: the idle thread */
    u64 period;                 /* when this period of real time began */
    u64 real;                   /* ns of it that real-time threads ran */
} shares[MAX_CPUS];

static inline struct shares *
shares_of(const struct runqueue *queue)
{
    return &shares[queue - queues];
}

void
shares_init(void)
{
    for (int i = 0; i < MAX_CPUS; i++) {
        for (int level = 0; level < LEVELS; level++) {
            list_init(&shares[i].ready[level]);
        }
    }
}

static int
level_of(struct share share)
{
    return share.priority != 0          ? LEVEL_REAL + share.priority
           : share.policy == SCHED_IDLE ? LEVEL_IDLE
           : share.nice != 0            ? share.nice + 21
                                        : 0;
}

/* The queue becomes mixed.  Until now level 0 ran alone, and was not charged:
 * its pass moved on with the clock. */
static void
mix(struct runqueue *queue)
{
    struct shares *mine = shares_of(queue);
    u64 now = clock_ns();
    const struct cpu *cpu = &cpus[queue - queues];

    mine->front += now - mine->since;
    mine->pass[0] = mine->front;
    mine->since = now;
    mine->running = cpu->thread == cpu->idle ? -1 : 0;
    queue->mixed = true;
}

static u32
count_of(const struct runqueue *queue, int level)
{
    const struct shares *mine = shares_of(queue);

    return level == 0 ? queue->length - mine->total : mine->count[level];
}

/* The weight of so many threads of the heavy level: no more than those of level
 * 0 have together, if there are any. */
static u64
weight_of_heavy(const struct runqueue *queue, u32 count)
{
    u32 others = count_of(queue, 0);

    return (u64)weights[0] * (others != 0 ? MIN(count, others) : count);
}

/* Charge the running level for the time since this was done last. */
static void
charge(struct runqueue *queue)
{
    struct shares *mine = shares_of(queue);
    u64 now = clock_ns();
    u64 ran = now - mine->since;

    if (now - mine->period >= REAL_PERIOD) {
        mine->period = now;
        mine->real = 0;
    }
    if (mine->running >= LEVEL_REAL) {
        mine->real += MIN(ran, now - mine->period);
    } else if (mine->running >= 0) {
        /* Those that wait, and the one that ran, unless it waits again. */
        const struct thread *thread = cpus[queue - queues].thread;
        u32 count = count_of(queue, mine->running)
                    + list_empty(&thread->run_link);
        count = MAX(count, 1U); /* it may wait at another level now */
        u64 weight = mine->running == LEVEL_HEAVY
                         ? weight_of_heavy(queue, count)
                         : weights[mine->running] * (u64)count;
        mine->pass[mine->running] += ran * weights[0] / weight;
    }
    mine->since = now;
}

/* Whether a thread that has woken is to run before the running one. */
static bool
is_better(const struct shares *mine, const struct thread *thread)
{
    int level = thread->share.level;
    int running = mine->running;

    if (running < 0 || level >= LEVEL_REAL || running >= LEVEL_REAL) {
        return level >= LEVEL_REAL && level > running;
    }
    return thread->share.policy != SCHED_BATCH
           && weights[level] > weights[running]
           && mine->pass[level] <= mine->pass[running];
}

void
share_tick(void)
{
    struct runqueue *queue = this_cpu()->queue;

    if (current == this_cpu()->idle) {
        return;
    }
    heavy_tick();
    if (queue->length >= CROWD && !queue->mixed) {
        u64 flags = spin_lock_irq(&queue->lock);
        if (!queue->mixed) {
            mix(queue);
        }
        spin_unlock_irq(&queue->lock, flags);
    }
}

/* Make it one who waits at its level. */
static void
enter(struct runqueue *queue, struct thread *thread, bool first)
{
    struct shares *mine = shares_of(queue);
    int level = thread->share.level;
    struct list *list = level == 0 ? &queue->ready : &mine->ready[level];

    if (level < FAIR_LEVELS && level != mine->running && list_empty(list)) {
        mine->pass[level] = MAX(mine->pass[level], mine->front);
    }
    if (first) {
        list_add(list, &thread->run_link);
    } else {
        list_add_tail(list, &thread->run_link);
        thread->share.turn = 0;
    }
    queue->length++;
    if (level != 0) {
        mine->total++;
        mine->count[level]++;
        mine->waiting[level / 64] |= 1UL << level % 64;
    }
}

/* Whether a thread must change between level 0 and the heavy one, and does. */
static bool
resettle(struct runqueue *queue, const struct list *list, bool heavy)
{
    if (list_empty(list)) {
        return false;
    }
    struct thread *thread = list_entry(list->next, struct thread, run_link);
    if (heavy_is((int)(queue - queues), thread) == heavy) {
        return false;
    }
    leave_ready(queue, thread);
    thread->share.level = heavy ? 0 : LEVEL_HEAVY;
    enter(queue, thread, false);
    return true;
}

void
share_join(struct runqueue *queue, struct thread *thread)
{
    struct shares *mine = shares_of(queue);
    int level = thread->share.level;
    bool was_running = cpus[thread->cpu].thread == thread;

    if (!queue->mixed) {
        mix(queue);
    }
    if (level == 0 || level == LEVEL_HEAVY) {
        level = queue->length >= CROWD
                        && heavy_is((int)(queue - queues), thread)
                    ? LEVEL_HEAVY : 0;
        thread->share.level = (u8)level;
    }
    /* A real-time thread that must give way stays the first of its level. */
    enter(queue, thread, was_running && level >= LEVEL_REAL
                             && thread->share.turn < TURN_TICKS);
    if (!was_running && is_better(mine, thread)) {
        if (queue == this_cpu()->queue) {
            cpu_add_work(WORK_RESCHED);
        } else {
            cpu_kick(thread->cpu);
        }
    }
}

void
share_leave(struct runqueue *queue, const struct thread *thread)
{
    struct shares *mine = shares_of(queue);
    int level = thread->share.level;

    mine->total--;
    if (--mine->count[level] == 0) {
        mine->waiting[level / 64] &= ~(1UL << level % 64);
    }
}

/* The highest real-time level where a thread waits.  => 0: none */
static int
highest_real(const struct shares *mine)
{
    return mine->waiting[2] != 0 ? 191 - __builtin_clzl(mine->waiting[2])
           : mine->waiting[1] != 0 ? 127 - __builtin_clzl(mine->waiting[1])
                                   : 0;
}

/* The fair level that is furthest behind, of those in the bits. */
static int
furthest_behind(const struct shares *mine, u64 left)
{
    int best = __builtin_ctzl(left);

    while ((left &= left - 1) != 0) {
        int level = __builtin_ctzl(left);
        if (mine->pass[level] < mine->pass[best]) {
            best = level;
        }
    }
    return best;
}

/* => a thread waits at this level */
static inline struct thread *
first_of(struct runqueue *queue, int level)
{
    struct list *list = level == 0 ? &queue->ready
                                   : &shares_of(queue)->ready[level];

    return list_entry(list->next, struct thread, run_link);
}

struct thread *
share_next(struct runqueue *queue)
{
    struct shares *mine = shares_of(queue);

    while (queue->length >= CROWD && resettle(queue, &queue->ready, false)) {
    }
    while (resettle(queue, &mine->ready[LEVEL_HEAVY], true)) {
    }
    u64 fair = mine->waiting[0] | (u64)!list_empty(&queue->ready);
    int level = highest_real(mine);
    struct thread *next = NULL;

    charge(queue);
    if (fair != 0
        && (level == 0 || mine->real >= heavy_real(first_of(queue, level)))) {
        level = furthest_behind(mine, fair);
        mine->front = MAX(mine->front, mine->pass[level]);
    }
    mine->running = -1;
    if (queue->length != 0) {
        next = first_of(queue, level);
        leave_ready(queue, next);
        mine->running = level;
    }
    queue->mixed = mine->total != 0 || mine->running > 0
                   || queue->length >= CROWD;
    return next;
}

struct thread *
share_find(const struct runqueue *queue, int cpu)
{
    const struct shares *mine = shares_of(queue);

    for (int level = LEVELS - 1; level > 0; level--) {
        if (mine->count[level] == 0) {
            continue;
        }
        struct thread *first =
            list_entry(mine->ready[level].next, struct thread, run_link);
        if (may_run(first, cpu)) {
            return first;
        }
    }
    return NULL;
}

const struct list *
share_list(int cpu, int level)
{
    return &shares[cpu].ready[level];
}

void
share_set(struct thread *thread, struct share share)
{
    u64 flags;
    struct runqueue *queue = lock_queue_of(thread, &flags);
    bool ready = !list_empty(&thread->run_link);
    bool runs = cpus[thread->cpu].thread == thread;
    int old = thread->share.level;

    share.level = (u8)level_of(share);
    if (ready) {
        leave_ready(queue, thread);
    }
    if (runs && queue->mixed) {
        charge(queue);
    } else if (runs) {
        mix(queue);
    }
    thread->share = share;
    if (ready) {
        make_ready(queue, thread);
        if (share.level >= LEVEL_REAL && share.level < old) {
            /* As on Linux: it is the first at its lower priority. */
            list_del(&thread->run_link);
            list_add(&shares_of(queue)->ready[share.level],
                     &thread->run_link);
        }
    }
    if (runs) {
        struct shares *mine = shares_of(queue);
        if (share.level < FAIR_LEVELS) {
            mine->pass[share.level] =
                MAX(mine->pass[share.level], mine->front);
        }
        mine->running = share.level;
        if (thread == current) {
            cpu_add_work(WORK_RESCHED);
        }
    }
    spin_unlock_irq(&queue->lock, flags);
    if (runs) {
        sched_poke(thread);
    }
}

void
share_reset(struct share *share)
{
    share->reset = false;
    if (share->priority != 0) {
        share->policy = SCHED_OTHER;
        share->priority = 0;
        share->nice = 0;
    }
    share->nice = MAX(share->nice, 0);
    share->level = (u8)level_of(*share);
}
