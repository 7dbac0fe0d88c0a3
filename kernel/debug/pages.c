/*
 * /proc/tine/pages: the page-table trees of the reader's process group, one
 * line for each node, for programs that draw them:
 *
 *     PID LEVEL ADDRESS FRAME REFS FLAGS
 *
 * Level 4 is the root, 0 a page.  A node that was already shown for another
 * process appears again: same frame, so same node.  Flags are letters of the
 * entry that leads to the node: w writable, s shared mapping, k kept without
 * rights, z the zero page, or `-`.
 */
#include "abi/errno.h"
#include "common/format.h"

#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/as.h"
#include "mm/frame.h"

#include "proc/process.h"

#include "debug/check.h"
#include "debug/debug.h"

/* All other CPUs wait meanwhile: a longer text is refused (EFBIG). */
#define SHOWN_MAX (256UL << 10)

static bool
is_full(const struct text *out)
{
    return out->failed || out->size > SHOWN_MAX;
}

static void
show_node(struct text *out, pid_t pid, int level, vaddr_t addr, pte_t entry)
{
    paddr_t frame = pte_addr(entry);
    bool zero = frame == zero_frame;
    bool none = !zero && (entry & (PTE_W | PTE_S | PTE_K)) == 0;

    text_printf(out, "%d %d %lx %lx %u %s%s%s%s%s\n", pid, level, addr,
                frame >> PAGE_SHIFT, frame_of(frame)->refs,
                entry & PTE_W ? "w" : "", entry & PTE_S ? "s" : "",
                entry & PTE_K ? "k" : "", zero ? "z" : "", none ? "-" : "");
    if (level == 0) {
        return;
    }
    const pte_t *table = frame_ptr(frame);
    for_each_edge(i, table, level) {
        if (is_full(out)) {
            return;
        }
        show_node(out, pid, level - 1, addr + i * pt_span(level), table[i]);
    }
}

static int
pages_show(struct text *out)
{
    park_others(); /* no space may be freed during the walk */
    for_each_process(process) {
        struct list *first = list_first(&process->threads);
        if (process->group != current->process->group || first == NULL
            || is_full(out)) {
            continue;
        }
        struct as *as = list_entry(first, struct thread, link)->as;
        show_node(out, process->pid, PT_LEVELS, 0, as->root | PTE_W);
    }
    park_release();
    return out->size > SHOWN_MAX ? -EFBIG : 0;
}

/* Write the indices that lead from a table to an entry that names the frame.
 * => the length of the text; 0: no entry names it */
static int
find_way(paddr_t table, int level, paddr_t frame, char *text)
{
    const pte_t *entries = frame_ptr(table);

    for_each_edge(i, entries, level) {
        paddr_t child = pte_addr(entries[i]);
        int length = snprintf(text, sizeof("[511]"), "[%u]", i);
        if (child == frame
            || (level > 1 && child >> PAGE_SHIFT < frames_count
                && find_way(child, level - 1, frame, text + length) != 0)) {
            return length;
        }
    }
    return 0;
}

const char *
way_to(paddr_t frame)
{
    static char text[64]; /* one check at a time: the others are parked */

    for_each_process(process) {
        for_each_thread(thread, process) {
            paddr_t root = thread->as != NULL ? thread->as->root : zero_frame;
            char *end = text + snprintf(text, sizeof(text), "pid %d, root %#lx",
                                        process->pid, root >> PAGE_SHIFT);
            if (root == frame || find_way(root, PT_LEVELS, frame, end) != 0) {
                return text;
            }
        }
    }
    return "in no process";
}

void
pages_init(void)
{
    procfs_register("tine/pages", pages_show, NULL);
}
