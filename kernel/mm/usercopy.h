/*
 * The only way to user memory: every user pointer goes through these.  The
 * copying instruction itself faults pages in and breaks sharing, exactly as the
 * user's own access would (CR0.WP is on).  If a fault cannot be served, the
 * copy ends at the fixup in entry.S.
 */
#pragma once

#include "abi/errno.h"

#include "core/memlayout.h"
#include "core/panic.h"
#include "core/types.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

/* Whether [addr, addr + size) is in the user half. */
static inline bool
user_range(vaddr_t addr, size_t size)
{
    return size <= USER_END && addr <= USER_END - size;
}

/* Copy size bytes between the current process's memory and the kernel's.
 * => no spinlock held (a fault takes the address space's)
 * => bytes not copied (0 = all), for calls with a short count */
size_t copy_from_user_some(void *dst, vaddr_t src, size_t size)
    __must_check;
size_t copy_to_user_some(vaddr_t dst, const void *src, size_t size)
    __must_check;

/* The same.
 * => 0, or -EFAULT if any byte cannot be reached (a prefix may be copied) */
static inline int __must_check
copy_from_user(void *dst, vaddr_t src, size_t size)
{
    return copy_from_user_some(dst, src, size) == 0 ? 0 : -EFAULT;
}

static inline int __must_check
copy_to_user(vaddr_t dst, const void *src, size_t size)
{
    return copy_to_user_some(dst, src, size) == 0 ? 0 : -EFAULT;
}

/* Begin accesses to [addr, addr + size) by user_put and its like (arch/cpu.h),
 * and end them, also at `fault`.
 * => no spinlock held
 * => false: it is not all in the user half, and nothing has begun */
static inline bool __must_check
user_begin(vaddr_t addr, size_t size)
{
    assert(!cpu_holds_lock());
    bool inside = user_range(addr, size);
    if (inside) {
        cpu_user_begin();
    }
    return inside;
}

static inline void
user_end(void)
{
    cpu_user_end();
}

/* As copy_from_user and copy_to_user, for one to four words whose number the
 * compiler knows: in line, for the calls that programs make most often. */
static __always_inline int __must_check
words_from_user(void *dst, vaddr_t src, size_t size)
{
    if (!user_begin(src, size)) {
        return -EFAULT;
    }
    switch (size / sizeof(u64)) {
    case 4: user_get(dst, src, 24); /* fall through */
    case 3: user_get(dst, src, 16); /* fall through */
    case 2: user_get(dst, src, 8);  /* fall through */
    case 1: user_get(dst, src, 0);
    }
    user_end();
    return 0;
fault:
    user_end();
    return -EFAULT;
}

static __always_inline int __must_check
words_to_user(vaddr_t dst, const void *src, size_t size)
{
    const u64 *from = src;
    u64 *to = (u64 *)dst;

    if (!user_begin(dst, size)) {
        return -EFAULT;
    }
    switch (size / sizeof(u64)) {
    case 4: user_put(to + 3, from[3]); /* fall through */
    case 3: user_put(to + 2, from[2]); /* fall through */
    case 2: user_put(to + 1, from[1]); /* fall through */
    case 1: user_put(to, from[0]);
    }
    user_end();
    return 0;
fault:
    user_end();
    return -EFAULT;
}

/* One access to a word in user memory, in one step for all CPUs (entry.S).  A
 * page is not faulted in while a spinlock is held: then the access fails.
 * => addr is a multiple of 4 in the user half
 * => peek: whether it was read.  swap, if the word is `old`: 1 and it is `new`;
 *    0: it is not; -1: it cannot be written */
bool user_peek(u32 *value, vaddr_t addr) __must_check;
int user_swap(vaddr_t addr, u32 old, u32 new) __must_check;

/* Copy a NUL-terminated string of at most size bytes, its NUL included.
 * => its length without the NUL; -EFAULT; -ENAMETOOLONG if it does not fit */
long copy_string_from_user(char *dst, vaddr_t src, size_t size) __must_check;
