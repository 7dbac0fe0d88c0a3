/*
 * System calls with which programs advise on, ask about, and keep memory.
 */
#include "abi/errno.h"
#include "abi/mman.h"
#include "common/string.h"

#include "arch/percpu.h"

#include "mm/advise.h"
#include "mm/as.h"
#include "mm/vma.h"

#include "proc/limits.h"
#include "proc/signal.h"

#include "sys/sys.h"

/* int madvise(void *addr, size_t size, int advice);
 * DONTNEED drops pages; DONTFORK, DOFORK, WIPEONFORK and KEEPONFORK say what a
 * child gets; the others that are known change nothing.
 * EINVAL: not aligned, or unknown advice; FREE or WIPEONFORK of a file or of
 * shared memory.  ENOMEM: a part is not mapped (the rest is done).  EAGAIN: no
 * memory.
 * Differences from Linux: FREE keeps pages, also when memory is short; it must
 * not drop them at once, as there are programs that still read them (GHC's
 * runtime).  EINVAL: REMOVE, MERGEABLE, UNMERGEABLE, POPULATE_READ and
 * POPULATE_WRITE; COLLAPSE, as there are no huge pages. */
long
sys_madvise(u64 addr, u64 size, u64 how)
{
    const u64 nothing =
        1UL << MADV_NORMAL | 1UL << MADV_RANDOM | 1UL << MADV_SEQUENTIAL
        | 1UL << MADV_WILLNEED | 1UL << MADV_HUGEPAGE | 1UL << MADV_NOHUGEPAGE
        | 1UL << MADV_DONTDUMP | 1UL << MADV_DODUMP | 1UL << MADV_COLD
        | 1UL << MADV_PAGEOUT;
    static const u8 advices[] = {
        [MADV_DONTNEED] = ADVICE_DROP, [MADV_FREE] = ADVICE_FREE,
        [MADV_DONTFORK] = ADVICE_DONTFORK, [MADV_DOFORK] = ADVICE_DOFORK,
        [MADV_WIPEONFORK] = ADVICE_WIPEONFORK,
        [MADV_KEEPONFORK] = ADVICE_KEEPONFORK,
    };
    u64 whole = align_up(size, PAGE_SIZE);
    enum advice advice = (u32)how < ARRAY_SIZE(advices) ? advices[(u32)how]
                                                        : ADVICE_NONE;

    if ((advice == ADVICE_NONE
         && ((u32)how >= 64 || (nothing & 1UL << (u32)how) == 0))
        || addr % PAGE_SIZE != 0 || (whole == 0 && size != 0)
        || addr + whole < addr) {
        return -EINVAL;
    }
    if (!user_range(addr, whole)) { /* what lies in user memory is done */
        u64 rest = addr < USER_END ? USER_END - addr : 0;
        int error = as_advise(current->as, addr, rest, advice);
        return error != 0 ? error : -ENOMEM;
    }
    return as_advise(current->as, addr, whole, advice);
}

/* int msync(void *addr, size_t size, int flags);
 * A file's pages are its contents, so there is nothing to write.
 * EINVAL: not aligned, flags.  ENOMEM: a part is not mapped. */
long
sys_msync(u64 addr, u64 size, u64 flags)
{
    u64 whole = align_up(size, PAGE_SIZE);

    if (((u32)flags & ~(u32)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0
        || addr % PAGE_SIZE != 0
        || ((u32)flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC)) {
        return -EINVAL;
    }
    return (whole == 0 && size != 0) || !user_range(addr, whole)
               ? -ENOMEM : as_advise(current->as, addr, whole, ADVICE_NONE);
}

/* int mincore(void *addr, size_t size, unsigned char *vec);
 * One byte a page: bit 0 if it is in memory.
 * EINVAL: not aligned.  ENOMEM: a part is not mapped.  EFAULT. */
long
sys_mincore(u64 addr, u64 size, u64 vec)
{
    u64 pages = (size >> PAGE_SHIFT) + (size % PAGE_SIZE != 0);
    u8 found[RESIDENT_MAX];

    if (addr % PAGE_SIZE != 0) {
        return -EINVAL;
    }
    if (!user_range(addr, size)) {
        return -ENOMEM;
    }
    while (pages > 0) {
        u64 n = MIN(pages, (u64)RESIDENT_MAX);
        memset(found, 0, sizeof(found));
        int error = as_resident(current->as, addr, n << PAGE_SHIFT, found);
        if (error != 0 || copy_to_user(vec, found, n) != 0) {
            return error != 0 ? error : -EFAULT;
        }
        addr += n << PAGE_SHIFT;
        vec += n;
        pages -= n;
        if (cond_resched()) {
            break;
        }
    }
    return 0;
}

/* Make every page present, as the accesses that its vma allows would.
 * => 0; -ENOMEM: a hole, or no access is allowed; -EAGAIN: no memory */
static long
populate(vaddr_t addr, vaddr_t end)
{
    struct vma vma = {0};

    for (; addr < end; addr += PAGE_SIZE) {
        if (addr >= vma.end && (!as_vma_from(current->as, addr, &vma)
                                || vma.start > addr)) {
            return -ENOMEM;
        }
        bool write = (vma.prot & PROT_WRITE) && !(vma.flags & VMA_SHARED);
        int error = fault_serve(current->as, addr,
                                write ? ACCESS_WRITE : ACCESS_READ);
        if (error != 0) {
            return error == -ENOMEM ? -EAGAIN : -ENOMEM;
        }
        if (cond_resched()) {
            break;
        }
    }
    return 0;
}

/* int mlock(const void *addr, size_t size), munlock;
 * int mlock2(const void *addr, size_t size, unsigned flags);
 * Pages never leave memory.  So mlock makes them present; nothing else is left
 * to do, and there is nothing to undo.
 * ENOMEM: a part is not mapped.  EAGAIN: no memory.  EINVAL: the end is beyond
 * all addresses; flags. */
static long
lock_range(vaddr_t addr, u64 size, bool fill)
{
    vaddr_t start = align_down(addr, PAGE_SIZE);
    u64 whole = align_up(size + addr % PAGE_SIZE, PAGE_SIZE);

    if (start + whole < start) {
        return -EINVAL;
    }
    if (!user_range(start, whole)) {
        return -ENOMEM;
    }
    long error = as_advise(current->as, start, whole, ADVICE_NONE);
    return error == 0 && fill ? populate(start, start + whole) : error;
}

SYS_FORWARD(sys_mlock, (u64 addr, u64 size), lock_range(addr, size, true))
SYS_FORWARD(sys_munlock, (u64 addr, u64 size), lock_range(addr, size, false))
SYS_FORWARD(sys_mlock2, (u64 addr, u64 size, u64 flags),
            ((u32)flags & ~MLOCK_ONFAULT) != 0
                ? -EINVAL : lock_range(addr, size, flags == 0))

/* int mlockall(int flags), munlockall(void);
 * EINVAL: flags.
 * Differences from Linux: MCL_FUTURE does not make pages present. */
long
sys_mlockall(u64 flags)
{
    u32 known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
    struct vma vma = {0};

    if (flags == 0 || (flags & ~(u64)known) != 0 || flags == MCL_ONFAULT) {
        return -EINVAL;
    }
    while ((flags & MCL_CURRENT) != 0 && (flags & MCL_ONFAULT) == 0
           && !signal_fatal_pending()
           && as_vma_from(current->as, vma.end, &vma)) {
        if (vma.flags & VMA_STACK) { /* on Linux it grows */
            continue;
        }
        (void)!populate(vma.start, vma.end); /* errors are ignored, as there */
    }
    return 0;
}

SYS_FORWARD(sys_munlockall, (void), 0)

/* void *mremap(void *addr, size_t size, size_t new_size, int flags, void *to);
 * Returns the address.
 * EINVAL: flags, not aligned, new_size 0, the new place overlaps the old.
 * EFAULT: not one mapping.  ENOMEM: no room, a limit.
 * Differences from Linux: size 0 and MREMAP_DONTUNMAP are EINVAL. */
long
sys_mremap(u64 addr, u64 size, u64 new_size, u64 flags, u64 to)
{
    bool fixed = (flags & MREMAP_FIXED) != 0;
    bool may_move = (flags & MREMAP_MAYMOVE) != 0;

    size = align_up(size, PAGE_SIZE);
    new_size = align_up(new_size, PAGE_SIZE);
    if ((flags & ~(u64)(MREMAP_FIXED | MREMAP_MAYMOVE)) != 0
        || (fixed && !may_move) || addr % PAGE_SIZE != 0 || new_size == 0
        || new_size > USER_END || size == 0) {
        return -EINVAL;
    }
    if (fixed && (to % PAGE_SIZE != 0 || !user_range(to, new_size)
                  || (addr < to + new_size && to < addr + size))) {
        return -EINVAL;
    }
    struct vma more = {0};
    if (new_size > size && as_vma_from(current->as, addr, &more)) {
        more.end = more.start + (new_size - size);
        if (limit_memory(current->as, &more, false) != 0) {
            return -ENOMEM;
        }
    }
    return as_remap(current->as, addr, size, new_size, may_move,
                    fixed ? to : 0);
}
