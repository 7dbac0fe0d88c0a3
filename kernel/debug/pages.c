/*
 * /proc/tine/pages: the page-table trees of the reader's process group, a node
 * a line, for programs that draw them:
 *
 *     PID LEVEL ADDRESS FRAME REFS FLAGS
 *
 * Level 4 is the root, 0 a page.  A node that was already shown for another
 * process appears again: same frame, so same node.  Flags are letters of the
 * entry that leads to the node: w writable, s shared mapping, k kept without
 * rights, z the zero page, or `-`.
 */
#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/as.h"
#include "mm/frame.h"

#include "proc/process.h"

#include "fs/procfs.h"

#include "debug/debug.h"

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
        show_node(out, pid, level - 1, addr + i * pt_span(level), table[i]);
    }
}

static int
pages_show(struct text *out)
{
    park_others(); /* a space may not go while we look at it */
    for_each_process(process) {
        struct list *first = list_first(&process->threads);
        if (process->group != current->process->group || first == NULL) {
            continue;
        }
        struct as *as = list_entry(first, struct thread, link)->as;
        show_node(out, process->pid, PT_LEVELS, 0, as->root | PTE_W);
    }
    park_release();
    return 0;
}

void
pages_init(void)
{
    procfs_register("tine/pages", pages_show, NULL);
}
