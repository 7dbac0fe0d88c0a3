/*
 * The invariant checkers.  The essential fact: they trust nothing that they
 * check.  They walk from the roots, count what they find, and compare that with
 * the stored counts; they never call the code that keeps these.
 */
#include "abi/mman.h"
#include "common/string.h"

#include "core/optional.h"
#include "core/panic.h"
#include "core/spin.h"

#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/kmap.h"
#include "mm/vma.h"

#include "proc/group.h"
#include "proc/pid.h"
#include "proc/template.h"

#include "fs/file.h"
#include "fs/procfs.h"

#include "debug/check.h"
#include "debug/debug.h"

OPTIONAL(spans_init) OPTIONAL(template_forget)

/* edges[n]: entries that name frame n.  From boot: checks must not allocate. */
static u32 *edges;

void
debug_early_init(void)
{
    edges = early_alloc((early_memory_end() >> PAGE_SHIFT) * sizeof(u32));
}

static u32 *
edges_of(paddr_t frame)
{
    return &edges[frame >> PAGE_SHIFT];
}

static const char *const kind_names[FRAME_KINDS] = {
    [FRAME_FREE] = "free", [FRAME_TABLE] = "table", [FRAME_ANON] = "anon",
    [FRAME_CACHE] = "cache", [FRAME_SHARED] = "shared",
    [FRAME_KERNEL] = "kernel", [FRAME_RESERVED] = "reserved",
};

/* Count the edges that leave a table; a shared child is entered once. */
static void
count_edges(struct check *check, paddr_t table, int level)
{
    const pte_t *entries = frame_ptr(table);

    for_each_edge(i, entries, level) {
        paddr_t child = pte_addr(entries[i]);
        if (child >> PAGE_SHIFT >= frames_count) {
            violation(check, "PT-1 table %#lx[%u] names no frame: %#lx; %s\n",
                      table, i, entries[i], way_to(table));
            continue;
        }
        if ((frame_of(table)->lines & 1UL << i / 8) == 0) {
            violation(check, "PT-1 table %#lx[%u] is outside its lines; %s\n",
                      table, i, way_to(table));
        }
        if (++*edges_of(child) == 1 && level > 1) {
            count_edges(check, child, level - 1);
        }
    }
}

/* References that are not edges: of a root, an object or the kernel. */
static u32
holds_of(const struct frame *frame)
{
    return frame->kind == FRAME_TABLE
               ? frame->level == PT_LEVELS
               : frame->kind != FRAME_FREE && frame->kind != FRAME_ANON;
}

/* => whether entries of user tables may name the frame */
static bool
may_have_edges(const struct frame *frame)
{
    return frame == frame_of(zero_frame)
           || (frame->kind >= FRAME_TABLE && frame->kind <= FRAME_SHARED);
}

/* FR-2: a free frame has the content that its record says. */
static void
check_content(struct check *check, u64 number)
{
    const pte_t *words = frame_ptr(number << PAGE_SHIFT);
    const pte_t *kernel = frame_ptr(kernel_root);
    u8 content = frames[number].flags;
    unsigned filled = content == CONTENT_ROOT ? PT_USER_ENTRIES : PT_ENTRIES;

    if (content != CONTENT_ZERO && content != CONTENT_ROOT) {
        return;
    }
    for (unsigned i = 0; i < PT_ENTRIES; i++) {
        if (words[i] != (i < filled ? 0 : kernel[i])) {
            violation(check, "FR-2 free frame %#lx, content %u: %#lx at %u\n",
                      number, content, words[i], i);
            return;
        }
    }
}

static void
check_frame(struct check *check, const struct frame *frame, u32 seen)
{
    u64 number = (u64)(frame - frames);

    if (frame->refs != seen + holds_of(frame)
        || (seen != 0 && !may_have_edges(frame))) {
        violation(check, "PT-1, FR-1 frame %#lx kind %s level %u: refs %u, "
                  "edges %u, %s\n", number, kind_names[frame->kind],
                  frame->level, frame->refs, seen,
                  way_to(number << PAGE_SHIFT));
    }
    if (frame->kind == FRAME_FREE) {
        check_content(check, number);
    }
}

static void
check_frames(struct check *check)
{
    u64 kinds[FRAME_KINDS] = {0};
    struct frame *frame = frames;
    const u32 *seen = edges;

    for (u64 n = frames_count; n-- > 0; frame++, seen++) {
        kinds[frame->kind]++;
        frame->visits = 0;
        /* Skip most of memory: free, of unknown content, named by no entry. */
        if ((frame->kind | frame->flags | frame->refs | *seen) != 0) {
            check_frame(check, frame, *seen);
        }
    }
    for (int kind = 0; kind < FRAME_KINDS; kind++) {
        if (kinds[kind] != frame_count((enum frame_kind)kind)) {
            violation(check, "FR-1 kind %s: %lu frames, counted %lu\n",
                      kind_names[kind], kinds[kind],
                      frame_count((enum frame_kind)kind));
        }
    }
}

/* PT-2 and PT-4 of one entry, on the path to addr. */
static void
check_entry(struct check *check, pte_t entry, int level, vaddr_t addr)
{
    if ((entry & PTE_W) != 0 && (entry & PTE_S) == 0
        && *edges_of(pte_addr(entry)) != 1) {
        violation(check, "PT-2 writable entry level %d for %#lx: frame %#lx "
                  "has %u edges\n", level, addr, pte_addr(entry),
                  *edges_of(pte_addr(entry)));
    }
    if (level > 1 || spin_is_resting(&check->as->lock)) {
        return; /* in the middle of a change, PT-4 does not hold */
    }
    if ((entry & PTE_S) == 0
        && frame_of(pte_addr(entry))->kind == FRAME_SHARED) {
        violation(check, "PT-2 entry %#lx for %#lx: shared memory without S\n",
                  entry, addr);
    }
    const struct vma *vma = check->vma;
    if (vma == NULL || addr < vma->start || addr >= vma->end) {
        vma = check->vma = vma_find(check->as, addr);
    }
    u32 prot = vma != NULL ? vma->prot : 0;
    bool excess = vma == NULL
                  || ((entry & PTE_W) != 0 && (prot & PROT_WRITE) == 0)
                  || ((entry & (PTE_P | PTE_NX)) == PTE_P
                      && (prot & PROT_EXEC) == 0)
                  || ((entry & PTE_P) != 0 && prot == PROT_NONE);
    if (excess && check_is_used(check->as)) {
        violation(check, "PT-4 entry %#lx for %#lx exceeds its vma\n", entry,
                  addr);
    }
}

/* A table that many spaces share is visited for two of them only: so the cost
 * is linear in tables, and a space whose vmas differ is found mostly. */
#define VISITS 2

static void
check_rights(struct check *check, paddr_t table, int level, vaddr_t base)
{
    const pte_t *entries = frame_ptr(table);

    for_each_edge(i, entries, level) {
        vaddr_t addr = base + i * pt_span(level);
        check_entry(check, entries[i], level, addr);
        paddr_t child = pte_addr(entries[i]);
        if (level > 1 && frame_of(child)->visits < VISITS) {
            frame_of(child)->visits++;
            check_rights(check, child, level - 1, addr);
        }
    }
}

/* PT-1, PT-2, PT-4, FR-1. */
static void
check_memory(struct check *check)
{
    memset(edges, 0, frames_count * sizeof(*edges));
    spin_lock(&all_spaces_lock);
    list_for_each_entry(as, &all_spaces, const struct as, link) {
        count_edges(check, as->root, PT_LEVELS);
    }
    list_for_each_entry(as, &all_spaces, const struct as, link) {
        check->as = as;
        check->vma = NULL;
        check_rights(check, as->root, PT_LEVELS, 0);
    }
    spin_unlock(&all_spaces_lock);
    check_add_holds(edges);
    check_frames(check);
}

/* PR-2 and VF-1 of one thread.  No entry names a root, so edges_of the root is
 * free to count the space's users: check_thread has done it. */
static void
check_sharing(struct check *check, const struct thread *thread)
{
    const struct thread *child = thread->vfork_child;
    const struct as *as = thread->as;

    if (as != NULL && as->refs != *edges_of(as->root) + as->visits) {
        violation(check, "PR-2 the space of tid %d: refs %u, users %u, "
                  "visits %u\n", thread->tid, as->refs,
                  *edges_of(as->root), as->visits);
    }
    if (child != NULL
        && (thread->state == THREAD_RUNNING || child->vforker != thread
            || (child->process != thread->process
                && child->process->parent != thread->process)
            || child->state == THREAD_DEAD)) {
        violation(check, "VF-1 tid %d, state %d, waits for tid %d, state %d\n",
                  thread->tid, thread->state, child->tid, child->state);
    }
    if (thread->vforker != NULL && thread->vforker->vfork_child != thread) {
        violation(check, "VF-1 no vfork waits for tid %d\n", thread->tid);
    }
}

/* TH-1 of one thread. */
static void
check_thread(struct check *check, const struct process *process,
             const struct thread *thread)
{
    struct thread *other;
    bool found = thread_lock(thread->tid, &other) && other == thread;

    if (other != NULL) {
        thread_unlock(other);
    }
    /* At its end a thread gives up these, one after the other: it may rest. */
    bool whole = thread->as != NULL && thread->files != NULL;
    if (!found || thread->process != process || thread->state == THREAD_DEAD
        || (!whole && thread->fs != NULL)) {
        violation(check, "TH-1 tid %d of pid %d: found %d, names pid %d, "
                  "state %d, memory %d, files %d\n", thread->tid, process->pid,
                  found, thread->process->pid, thread->state,
                  thread->as != NULL, thread->files != NULL);
    }
    if (thread->as != NULL) {
        ++*edges_of(thread->as->root);
    }
}

/* PR-1 and GR-1 of one process. */
static void
check_process(struct check *check, const struct process *process)
{
    u32 refs = 1 + process->pidfds;

    if (proc_find(process->pid) != process
        || group_find(process->group->pgid) != process->group) {
        violation(check, "PR-1, GR-1 pid %d or its group %d leads to another\n",
                  process->pid, process->group->pgid);
    }
    for_each_thread(thread, process) {
        refs++;
        check_thread(check, process, thread);
    }
    if (process->refs != refs) {
        violation(check, "PR-1 pid %d: refs %u, threads and pidfds %u\n",
                  process->pid, process->refs, refs - 1);
    }
}

/* => the number of members of its group, if it is the group's first; or 0 */
static int
count_members(const struct process *process)
{
    const struct pgrp *group = process->group;
    int count = 0;

    if (group->members.next == &process->group_link) {
        for_each_member(member, group) {
            count += member->group == group;
        }
    }
    return count;
}

/* The lists of all children and of reportable ones: do they fit the states? */
static int
check_children(struct check *check, const struct process *parent)
{
    const struct list *next = parent->reportable.next;
    int count = 0;

    list_for_each_entry(child, &parent->children, struct process, sibling) {
        const struct list *link = &child->report_link;
        bool on = proc_is_zombie(child) || child->stopped || child->stop_status;
        if (on ? next != link : !list_empty(link)) {
            violation(check, "PR-3 pid %d: reportable %d, wrong in the list\n",
                      child->pid, on);
        }
        next = on ? link->next : next;
        count++;
        if (child->parent != parent) {
            violation(check, "PR-1 pid %d is in the list of %d\n", child->pid,
                      parent->pid);
        }
    }
    return count;
}

static void
check_processes(struct check *check)
{
    int count = 0;
    int threads = 0; /* those that have a number of their own */
    int children = 0;
    int members = 0;

    spin_lock(&family_lock);
    for_each_process(process) {
        count++;
        check_process(check, process);
        children += check_children(check, process);
        members += count_members(process);
    }
    for_each_process(process) {
        for_each_thread(thread, process) {
            check_sharing(check, thread);
            threads += thread->tid != process->pid
                       && pid_process(thread->tid) == process;
        }
    }
    /* Each process is in one group; each but init is in one child list. */
    int more = proc_count() - count - threads;
    if (more < 0 || more > check_count_stopped() || children != count - 1
        || members != count) {
        violation(check, "PR-1, GR-1 %d processes and %d threads, %d counted, "
                  "%d children, %d members\n", count, threads, proc_count(),
                  children, members);
    }
    spin_unlock(&family_lock);
}

static void
show_counts(struct text *out)
{
    u64 heap = heap_bytes() - out->capacity; /* without this text itself */

    for (enum frame_kind kind = 0; kind < FRAME_KINDS; kind++) {
        u64 small = kind == FRAME_KERNEL ? heap_small_frames() : 0;
        text_printf(out, "%s %lu\n", kind_names[kind],
                    frame_count(kind) - small);
    }
    text_printf(out, "heap %lu\nstacks %lu\nprocesses %d\nfiles %lu\n", heap,
                kstacks_in_use(), proc_count(), open_file_count);
}

static void
run(struct check *check)
{
    check_memory(check);
    check_vmas(check);
    check_processes(check);
    check_signals(check);
    check_cpus(check);
}

void
check_or_panic(void)
{
    struct check check = {.out = NULL};

    park_others();
    run(&check);
    park_release();
    if (check.violations != 0) {
        panic("check: %lu violations", check.violations);
    }
}

/* Run every checker: violations first, under a line that counts them.  A reader
 * may not stop all CPUs for long: it is refused if there are very many tables
 * (EFBIG); check=N is not. */
#define TABLES_MAX 65536

static int
check_show(struct text *out)
{
    if (frame_count(FRAME_TABLE) > TABLES_MAX) {
        return -EFBIG;
    }
    struct text found = {0};
    struct check check = {.out = &found};

    template_forget(NULL); /* they come and go with what happens to run */
    park_others(); /* the counts must be of the same time as the check */
    run(&check);
    if (check.violations == 0) {
        text_printf(out, "ok\n");
    } else {
        text_printf(out, "violations %lu\n%s", check.violations,
                    found.buf != NULL ? found.buf : "");
    }
    text_clear(&found);
    show_counts(out);
    park_release();
    (void)cond_resched();
    return 0;
}

void
debug_init(void)
{
    procfs_register("tine/check", check_show, NULL);
    spans_init();
    knobs_init();
    pages_init();
    threads_init();
}
