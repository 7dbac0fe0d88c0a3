/*
 * Allocations that fail on purpose.
 */
#include "mm/nomem.h"

struct nomem nomem_default;

bool
nomem_count(struct nomem *nomem)
{
    u64 number = ++nomem->passed;

    switch (nomem->mode) {
    case NOMEM_ONCE:
        return number == nomem->n;
    case NOMEM_FROM:
        return number >= nomem->n;
    default:
        return number % nomem->n == 0;
    }
}
