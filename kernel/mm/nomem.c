/*
 * Allocations that fail on purpose.
 */
#include "arch/percpu.h"

#include "mm/nomem.h"

struct nomem nomem_default;

bool
nomem_fails(void)
{
    struct nomem *nomem = this_cpu()->nomem;

    if (nomem == NULL || nomem->mode == NOMEM_OFF) {
        return false;
    }
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
