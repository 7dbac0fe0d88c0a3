/*
 * An address space: the vmas say what is mapped, the page tables hold what has
 * been touched.  The tables always agree with the vmas:
 *
 * PT-4 RIGHTS  The rights of a path never exceed its vma's; a page that is
 *              logically read-only is never made writable by copy-on-write.
 *
 * SM-1 MASK    A CPU is in `cpus` from before it loads the root until after it
 *              has left it; an idle one may keep it for a while (H3).
 *
 * struct as is what CLONE_VM and vfork share, by reference.  Fork makes a new
 * one that shares the vmas (mm/vma.h) and the tables (mm/share.h).
 *
 *   l  the lock    i  immutable    a  atomic
 */
#pragma once

#include "common/list.h"
#include "core/spin.h"

#include "mm/share.h"

struct vma;
struct vma_node;

struct as {
    u32 refs;       /* a  threads that use it; 0: being made or freed */
    struct spinlock lock;   /*    RANK_AS */
    paddr_t root;           /* i  level-4 table */
    struct vma_node *vmas;  /* l  root of their tree; NULL: none */
    struct vma_node *vma_spare; /* l  reserved nodes */
    struct vma_node *vma_gone;  /* l  removed, and being freed */
    u64 vma_seed;           /* l  of the next node's priority */
    vaddr_t brk_start, brk; /* l */
    u64 filled;             /* l  times a page was made present, those of the
                                 space it was copied from included */
    u32 visits;     /* a  of refs, those of threads of other spaces */
    bool barriers;  /* a  it has registered with membarrier(2) */
    bool advised;   /* l  fork leaves something out for its child (advise.h) */
    u64 cpus;       /* a  CPUs whose CR3 may hold the root */
    u32 weighed, weight;    /* by oom.c, while all others are parked: in which
                               of its choices, and how many frames */
    struct list link;       /*    RANK_AS_LIST: all_spaces */
};

extern struct list all_spaces;        /* every space, from its birth */
extern struct spinlock all_spaces_lock;

/* Make an empty space with this many references; 0 hides it from as_next.
 * => NULL: no memory */
struct as *as_alloc(u32 refs);
void as_get(struct as *as);

/* The same for a thread of another space, to work on this one; and its end. */
static inline void
as_visit(struct as *as)
{
    as_get(as);
    __atomic_fetch_add(&as->visits, 1, __ATOMIC_RELAXED);
}

void as_leave(struct as *as);

/* Drop one reference; the last frees the space.  NULL is ignored.
 * => if it may be the last, this CPU has unloaded it; no spinlock held */
void as_put(struct as *as);

/* Make a copy for a child, which shares the tree from `level` down.
 * => no spinlock held
 * => 0 and *copy; -ENOMEM, or -EINTR (the process is to end): the parent's
 *    memory is as it was */
int as_fork(struct as *as, enum share_level level, struct as **copy)
    __must_check;

/* own=always: after a fork the child breaks all sharing at once, by the same
 * code that does it page by page. */
extern bool own_always;

/* The CPUs that must flush after a change of the tables.  The full barrier
 * makes the change visible before we read `cpus`: a CPU sets its bit there
 * before it walks (H3).  With one user, which runs here, other CPUs can only
 * clear their bits: no barrier is needed. */
static inline u64
as_cpus(const struct as *as)
{
    if (__atomic_load_n(&as->refs, __ATOMIC_ACQUIRE) > 1) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
    return __atomic_load_n(&as->cpus, __ATOMIC_ACQUIRE);
}

/* Load the space (NULL: only the kernel's half) on this CPU.
 * => interrupts off, or on in the space's own thread outside any lock */
void as_load(struct as *as);

/* ---- What changes what is mapped (mmap.c) ---- */

/* mmap(2): map what vma says.  Its start is a hint, unless map_flags (MAP_*)
 * say more; MAP_FIXED replaces what is mapped there.
 * => the size is page aligned; the mapping takes its own object reference
 * => the address; -EINVAL, -ENOMEM, -EEXIST, -EPERM */
long as_map(struct as *as, const struct vma *vma, u32 map_flags);

/* The address for a mapping without a hint: the highest hole below MMAP_TOP.
 * => the lock is held; 0: none */
vaddr_t as_gap(const struct as *as, u64 size);

/* munmap(2).  => 0, -EINVAL, -ENOMEM with nothing changed */
int as_unmap(struct as *as, vaddr_t addr, u64 size);

/* The same for a page-aligned range in user memory.  => the lock is held */
int as_unmap_locked(struct as *as, vaddr_t start, vaddr_t end);

/* mprotect(2).
 * => 0, -EINVAL, -EACCES; -ENOMEM: with no memory, nothing is changed; with a
 *    hole in the range, what lies before it is (as on Linux) */
int as_protect(struct as *as, vaddr_t addr, u64 size, u64 prot);

/* brk(2): the new break if it could be set, else the old. */
vaddr_t as_brk(struct as *as, vaddr_t brk);

/* What to map so that a stack reaches down to addr, if then it has at most
 * `most` bytes and a gap below; nothing, if it does so already.
 * => false: no stack is there, or it may not grow so far */
bool as_below_stack(struct as *as, vaddr_t addr, u64 most, struct vma *more);

/* ---- Page faults (fault.c) ---- */

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

/* Make one access to addr possible: give the process what its vma promises.
 * => no spinlock held
 * => 0; -EFAULT: no such mapping or right (SIGSEGV);
 *    -ERANGE: behind the end of the mapped file, -ENOSPC: no room for its page
 *    (SIGBUS); -ENOMEM */
int fault_serve(struct as *as, vaddr_t addr, enum access access) __must_check;
