/*
 * Types with a unit.  A physical and a virtual address never share a name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "abi/types.h"

typedef u64 paddr_t; /* a byte address on the memory bus */
typedef u64 vaddr_t; /* a byte address before translation */
typedef u64 pte_t;   /* an entry of a page table of any level */
typedef int pid_t;
typedef u64 sigset_t;    /* signal n is bit n - 1 */

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096UL

#define __noinline __attribute__((noinline))
#ifndef __always_inline /* the host's headers have it, in the model */
#define __always_inline inline __attribute__((always_inline))
#endif
#define __must_check __attribute__((warn_unused_result))
#define __noreturn   __attribute__((noreturn))
#define __printf(f, a) __attribute__((format(printf, f, a)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The smaller and the larger of two; each argument is evaluated once. */
#define MIN(a, b)                                                          \
    ({                                                                     \
        __typeof__((a) + (b)) min_a = (a), min_b = (b);                    \
        min_a < min_b ? min_a : min_b;                                     \
    })
#define MAX(a, b)                                                          \
    ({                                                                     \
        __typeof__((a) + (b)) max_a = (a), max_b = (b);                    \
        max_a > max_b ? max_a : max_b;                                     \
    })

static inline u64
align_down(u64 value, u64 unit)
{
    return value & ~(unit - 1);
}

static inline u64
align_up(u64 value, u64 unit)
{
    return (value + unit - 1) & ~(unit - 1);
}
