/*
 * /dev/run: the host's end of a run by tools/run, as files.
 *
 *   /dev/run/stdin                  what COM1 brings, if the run's standard
 *                                   input is not a terminal
 *   /dev/run/{stdout,stderr,report} each write is a record on COM2
 */
#pragma once

#include "core/types.h"

/* Take the console's input for the terminal or for /dev/run/stdin, and make
 * the nodes if there is a host.
 * => boot, after tty_init and the initrd */
void rundev_init(void);
