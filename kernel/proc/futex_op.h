/*
 * What the last argument of FUTEX_WAKE_OP means (futex(2)): an operation on the
 * second word, and a comparison of what that was before.
 */
#pragma once

#include "abi/errno.h"
#include "abi/futex.h"

#include "core/types.h"

/* What FUTEX_WAKE_OP's word makes of the old value.  => false: no such op */
static inline bool
operate(u32 op, u32 old, u32 *new)
{
    u32 operand = (u32)((i32)(op << 8) >> 20);

    if (op >> 28 & FUTEX_OP_OPARG_SHIFT) {
        operand = 1u << (operand & 31);
    }
    switch (op >> 28 & 7) {
    case FUTEX_OP_SET: *new = operand; return true;
    case FUTEX_OP_ADD: *new = old + operand; return true;
    case FUTEX_OP_OR: *new = old | operand; return true;
    case FUTEX_OP_ANDN: *new = old & ~operand; return true;
    case FUTEX_OP_XOR: *new = old ^ operand; return true;
    default: return false;
    }
}

/* => whether the old value compares as the word says; -ENOSYS */
static inline int
compares(u32 op, u32 old)
{
    i32 operand = (i32)(op << 20) >> 20, value = (i32)old;

    switch (op >> 24 & 15) {
    case FUTEX_OP_CMP_EQ: return value == operand;
    case FUTEX_OP_CMP_NE: return value != operand;
    case FUTEX_OP_CMP_LT: return value < operand;
    case FUTEX_OP_CMP_LE: return value <= operand;
    case FUTEX_OP_CMP_GT: return value > operand;
    case FUTEX_OP_CMP_GE: return value >= operand;
    default: return -ENOSYS;
    }
}
