/*
 * rfork.c: Plan 9's rfork, for relatives.c: its header has names that others
 * have, too.
 */
#include "relatives.h"

#include <plan9.h>

int
rfork_and_await(bool shares_memory)
{
    char text[ERRMAX];
    int pid = rfork(RFPROC | RFFDG | (shares_memory ? RFMEM : 0));
    if (pid == 0) {
        _exits(NULL);
    }
    return pid < 0 ? -1 : await(text, sizeof(text));
}
