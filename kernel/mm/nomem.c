/*
 * Allocations that fail on purpose.
 */
#include "mm/nomem.h"

struct nomem nomem_default;

bool
nomem_count(struct nomem *nomem)
{
    if (++nomem->passed != nomem->next) {
        return false;
    }
    nomem->next += nomem->step;
    return true;
}
