/*
 * A thread leaves its memory, and others wait for that: it marks the locks that
 * it held, its robust list.
 *
 * The essential fact: the list lies in user memory, where its owner changes it
 * without a call. So anything may be in it, a ring without an end too, and an
 * entry that it was about to add or take out may be in the list or not.
 */
#include "abi/futex.h"

#include "mm/usercopy.h"

#include "proc/exit.h"
#include "proc/futex.h"
#include "proc/process.h"

/* The word is the current thread's: say that its owner has died, and wake one
 * thread that waits for it.  `pending`: it may be about to wake one itself.
 * => false: it cannot be read or written; as on Linux, that ends the walk */
static bool
end_robust(vaddr_t addr, bool pending)
{
    u32 value;

    if (addr % sizeof(u32) != 0 || !user_range(addr, sizeof(value))
        || !user_peek(&value, addr)) {
        return false;
    }
    if (pending && value == 0) {
        (void)futex_wake(addr, true, 1, FUTEX_ALL_BITS);
    }
    while ((value & FUTEX_TID_MASK) == (u32)current->tid) {
        u32 dead = (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
        int swapped = user_swap(addr, value, dead);
        if (swapped > 0 && (value & FUTEX_WAITERS)) {
            (void)futex_wake(addr, true, 1, FUTEX_ALL_BITS);
        }
        if (swapped != 0 || !user_peek(&value, addr)) {
            return swapped > 0;
        }
    }
    return true;
}

static void
end_list(vaddr_t start)
{
    struct robust_list_head head;
    vaddr_t entry;

    if (copy_from_user(&head, start, sizeof(head)) != 0) {
        return;
    }
    vaddr_t pending = (vaddr_t)head.list_op_pending & ~1UL;
    u64 offset = (u64)head.futex_offset;
    entry = (vaddr_t)head.list.next;
    for (int i = 0; i < ROBUST_LIST_LIMIT && (entry & ~1UL) != start; i++) {
        vaddr_t at = entry & ~1UL; /* bit 0 marks a PI futex */
        bool more = copy_from_user(&entry, at, sizeof(entry)) == 0;
        if ((at != pending && !end_robust(at + offset, false)) || !more) {
            return;
        }
    }
    if (pending != 0) {
        (void)end_robust(pending + offset, true);
    }
}

void
futex_leave_memory(void)
{
    vaddr_t list = current->robust_list, at = current->clear_child_tid;
    pid_t zero = 0;

    current->robust_list = 0;
    if (list != 0) {
        end_list(list);
    }
    if (at != 0 && copy_to_user(at, &zero, sizeof(zero)) == 0) {
        (void)futex_wake(at, true, 1, FUTEX_ALL_BITS);
    }
}
