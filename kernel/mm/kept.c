/*
 * A reserve of frames, and the weight of a space.  No lock: a slot is emptied
 * and filled by an atomic exchange.
 */
#include "core/config.h"

#include "arch/percpu.h"
#include "arch/pte.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/kept.h"

#define ENOUGH 64 /* free frames, to keep one of them */

int (*kept_for_others)(void);

static paddr_t kept[FRAMES_KEPT]; /* 0: taken */
static bool missing = true;       /* a  some may be */

bool
kept_release(void)
{
    int least = kept_for_others != NULL ? kept_for_others() : FRAMES_KEPT;

    for (int i = FRAMES_KEPT; i-- > least; ) {
        paddr_t frame = __atomic_exchange_n(&kept[i], 0, __ATOMIC_ACQ_REL);
        if (frame != 0) {
            __atomic_store_n(&missing, true, __ATOMIC_RELAXED);
            frame_put(frame);
            return true;
        }
    }
    cpu_add_work(WORK_MEMORY);
    return false;
}

void
kept_fill(void)
{
    if (!__atomic_exchange_n(&missing, false, __ATOMIC_RELAXED)) {
        return;
    }
    for (int i = 0; i < FRAMES_KEPT; i++) {
        if (kept[i] != 0) {
            continue;
        }
        paddr_t frame = frame_count(FRAME_FREE) > ENOUGH
                            ? frame_alloc(FRAME_KERNEL) : 0;
        if (frame == 0) {
            __atomic_store_n(&missing, true, __ATOMIC_RELAXED);
            return;
        }
        frame = __atomic_exchange_n(&kept[i], frame, __ATOMIC_ACQ_REL);
        if (frame != 0) { /* another CPU was faster */
            frame_put(frame);
        }
    }
}

#define FRAME_WEIGHT 1024UL /* so that a part of one can be told */

/* Its part of what the entry leads to. */
static u64
part_of(u64 weight, pte_t entry)
{
    return weight / MAX(frame_of(pte_addr(entry))->refs, 1U);
}

/* Of a last-level table, each line counts whole, by its first page. */
static u64
weigh_pages(const pte_t *table)
{
    u64 held = 0;

    for_each_line(line, frame_of(frame_addr(table))->lines) {
        const pte_t *entry = &table[line * LINE_ENTRIES];
        int i = 0;
        while (i < LINE_ENTRIES - 1 && !pte_is_edge(entry[i])) {
            i++;
        }
        if (pte_is_edge(entry[i]) && pte_addr(entry[i]) != zero_frame) {
            held += part_of(LINE_ENTRIES * FRAME_WEIGHT, entry[i]);
        }
    }
    return held;
}

static u64
weigh(const pte_t *table, int level)
{
    u64 held = FRAME_WEIGHT;

    if (level == 1) {
        return held + weigh_pages(table);
    }
    for_each_edge (i, table, level) {
        held += part_of(weigh(frame_ptr(pte_addr(table[i])), level - 1),
                        table[i]);
    }
    return held;
}

u64
kept_weigh(const struct as *as)
{
    return weigh(frame_ptr(as->root), PT_LEVELS) / FRAME_WEIGHT;
}
