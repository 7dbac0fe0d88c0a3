/*
 * Plan 9's rfork: without RFFDG the descriptors are shared; RFMEM shares data,
 * but never the stack.
 */
#include "relatives.h"

#include <plan9.h>

static int
make(int flags, volatile int *on_stack)
{
    int pid = rfork(flags);

    if (pid == 0) {
        _exit(probe(on_stack));
    }
    return status_of(pid);
}

int
by_rfork(volatile int *on_stack)
{
    return make(RFPROC, on_stack);
}

int
by_rfork_mem(volatile int *on_stack)
{
    return make(RFPROC | RFMEM, on_stack);
}
