/*
 * signals.c: the names of signals.
 */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

/* The library's, as glibc's, has the older name of SIGIO. */
const char *
signal_name(int sig)
{
    return sig == SIGIO ? "IO" : sigabbrev_np(sig);
}
